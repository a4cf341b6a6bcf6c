"""Starts the program without waiting for its imports: a process that has them forks for each run.

Each run is a process of its own with its own folder, arguments and streams, forked from one that
has imported the program and done nothing else; so nothing is left over from one run to the next.
"""

import atexit
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PATIENCE = 300
"""Seconds that a run may take."""

IMPORTED = ("cli.app", "cli.solving", "cli.inputs", "pipeline", "plan.folder", "report.markdown")


def is_possible() -> bool:
    """Whether processes can be forked here."""
    return hasattr(os, "fork")


def run(arguments: list[str], cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; no terminal, UTF-8."""
    server = _server(tuple(sorted(env.items())))
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as place:
        said = [Path(place) / name for name in ("stdout", "stderr")]
        server.stdin.write(json.dumps([arguments, str(cwd), *map(str, said)]) + "\n")
        server.stdin.flush()
        if not select.select([server.stdout], [], [], PATIENCE)[0]:
            _server.cache_clear()
            os.killpg(server.pid, signal.SIGKILL)  # with the run, which goes on otherwise
            raise subprocess.TimeoutExpired(arguments, PATIENCE)
        code = int(server.stdout.readline())
        out, err = (file.read_text("utf-8") for file in said)
    return subprocess.CompletedProcess(arguments, code, out, err)


@cache
def _server(env: tuple[tuple[str, str], ...]) -> subprocess.Popen[str]:
    """Return the process that forks; it ends with this one, when its requests end."""
    server = subprocess.Popen(
        [sys.executable, "-P", __file__],
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    for stream in (server.stdin, server.stdout):
        if stream is not None:
            stream.close()
    server.wait()


def serve() -> None:
    """Fork for each line of stdin; answer with the exit code."""
    for name in IMPORTED:
        importlib.import_module(f"channelopt.{name}")
    for line in iter(sys.stdin.readline, ""):
        arguments, cwd, out, err = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(arguments, cwd, out, err)
            return
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def _become(arguments: list[str], cwd: str, out: str, err: str) -> None:
    """Run the program in this process, as if it had been started there."""
    from channelopt.cli import main

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(cwd)
    sys.argv = ["channelopt", *arguments]
    main()


if __name__ == "__main__":
    serve()
