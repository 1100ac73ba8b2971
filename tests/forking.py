"""A process that has loaded the product and forks one for every piece of code that it is sent, a line each, as JSON."""

import json
import os
import signal
import sys
import tempfile
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import django
from django.conf import settings
from django.urls import get_resolver

SECONDS = 60


def run(code: str) -> dict[str, Any]:
    """Run it here; return its exit code, what it gave to `answer(…)`, and what it wrote to standard error."""
    answers: list[Any] = []
    errors, ended = StringIO(), 1
    with redirect_stdout(errors), redirect_stderr(errors):
        try:
            exec(compile(code, "run_python", "exec"), {"answer": answers.append, "__name__": "__main__"})  # noqa: S102 - code of the tests
            ended = 0
        except BaseException:  # noqa: BLE001 - whoever sent it wants to know
            traceback.print_exc()
    return {"code": ended, "answer": answers[-1] if answers else None, "errors": errors.getvalue()}


def forked(code: str) -> str:
    """Run it in a process of its own, for so many seconds at most."""
    with tempfile.TemporaryFile("w+") as file:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            file.write(json.dumps(run(code)))
            file.flush()
            os._exit(0)
        os.waitpid(child, 0)
        file.seek(0)
        return file.read() or json.dumps(
            {"code": 1, "answer": None, "errors": "It was killed, or took too long."}
        )


if __name__ == "__main__":
    django.setup()
    assert get_resolver(settings.ROOT_URLCONF).url_patterns
    for line in sys.stdin:
        sys.stdout.write(f"{forked(json.loads(line))}\n")
        sys.stdout.flush()
