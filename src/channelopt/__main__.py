"""`python -m channelopt`: the command line."""

from channelopt.cli import main

main()
