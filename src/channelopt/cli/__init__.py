"""The command line: `channelopt COMMAND`."""


def main() -> None:
    """Run the command line on the arguments of this process."""
    from channelopt.cli.app import run

    run()
