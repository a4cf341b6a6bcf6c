"""The command line: `channelopt COMMAND`."""


def main() -> None:
    """Run the command line on the arguments of this process."""
    try:
        from channelopt.cli.app import run

        run()
    except KeyboardInterrupt:  # before the program could look after signals itself
        raise SystemExit(130) from None
