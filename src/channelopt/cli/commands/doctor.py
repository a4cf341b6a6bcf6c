"""`channelopt doctor`: which solvers work here?"""

from __future__ import annotations

from channelopt.cli.options import JsonOption, VerboseOption


def command(as_json: JsonOption = False, _verbose: VerboseOption = False) -> None:
    """List solvers and their versions, and let each solve a small problem."""
    from channelopt.backends.doctor import diagnose

    findings = diagnose()
    raise NotImplementedError
