"""Python programs as somebody starts them, each in a process of its own with the environment it is given.

Their processes are forked from one that has read the libraries which look at no setting: two thirds of a start. Of ours
it has read nothing, nor has Django been set up there. Whoever has to be able to end a process starts it themselves.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
LIBRARIES = (
    "altcha",
    "cryptography.fernet",
    "csp.decorators",
    "django.contrib.staticfiles.management.commands.collectstatic",
    "django.core.management.commands.migrate",
    "django.core.serializers.json",
    "django.template.defaulttags",
    "django.views.generic",
    "httpx2",
    "icalendar",
    "orjson",
    "phonenumbers",
    "PIL.ImageDraw",
    "PIL.ImageOps",
    "psycopg",
    "requests",
)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run `python ARGUMENTS`, which are `-m NAME …` or `-c CODE …`, at the root, with this on standard input."""
    how, what, *more = arguments
    asked = {"how": how, "what": what, "arguments": more, "environment": dict(environment)}
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as errors,
    ):
        given.write(typed)
        given.seek(0)
        files = [given.fileno(), out.fileno(), errors.fileno()]
        forking = _forking()
        socket.send_fds(forking, [json.dumps(asked).encode()], files)
        code = json.loads(forking.recv(100))
        out.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, out.read(), errors.read())


@cache
def _forking() -> socket.socket:
    """The socket of the process that forks; it ends with ours."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.typed", str(theirs.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    atexit.register(lambda: (ours.close(), process.wait()))
    return ours


def _fork_for(channel: socket.socket) -> dict:
    """Fork for each that is asked for, and say how it ended; returns in the forked process, with what was asked."""
    while True:
        message, files, *_ = socket.recv_fds(channel, 500_000, 3)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            channel.close()
            for ours, given in enumerate(files):
                os.dup2(given, ours)
                os.close(given)
            return json.loads(message)
        for one in files:
            os.close(one)
        _, status = os.waitpid(child, 0)
        channel.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    asked = _fork_for(socket.socket(fileno=int(sys.argv[1])))
    signal.alarm(SECONDS)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv[1:] = asked["arguments"]
    if asked["how"] == "-m":
        runpy.run_module(asked["what"], run_name="__main__", alter_sys=True)
    else:
        exec(compile(asked["what"], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - code of the tests
