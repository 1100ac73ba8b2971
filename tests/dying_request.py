"""Answers a program's requests over a socket, in a process that is killed at its n-th commit or before its answer.

For each request that may be repeated: a server that dies, then one that does not, until none is left to die at. Run as
a process of its own, with the product's settings; prints one JSON line a run.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from itertools import count
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from tests.clock import present  # noqa: E402
from tests.dying import SIDES, Steps, in_child  # noqa: E402
from tests.guest import weekdays  # noqa: E402
from timetuna.accounts.models import User  # noqa: E402
from timetuna.api.actions.keys import NewKey, create_key  # noqa: E402
from timetuna.api.models import StoredAnswer  # noqa: E402
from timetuna.api.scopes import ApiScope  # noqa: E402
from timetuna.bookings.models import Booking, HistoryEntry  # noqa: E402
from timetuna.pages.models import BookingLink, BookingPage  # noqa: E402
from timetuna.wsgi import application  # noqa: E402

_RUNS, _STARTS = count(1), iter(weekdays(400))


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Server(WSGIServer):
    """Of one request, on a socket that somebody else listens on."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = "localhost", listening.getsockname()[1]
        self.setup_environ()
        self.set_app(application)


@dataclass(frozen=True)
class Asked:
    """What is asked for, with the key for which it is done once."""

    path: str
    body: dict[str, object]
    key: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answered:
    status: int
    text: str
    replayed: bool


def install(steps: Steps) -> None:
    steps.around(BaseDatabaseWrapper, "commit", "a commit")
    steps.around(WSGIHandler, "get_response", "an answer")


def ask(listening: socket.socket, asked: Asked, steps: Steps | None = None) -> Answered | None:
    """Of a server of this request alone; None where it died over it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if steps:
            install(steps)
        _Server(listening).handle_request()
        os._exit(0)
    connection = HTTPConnection("127.0.0.1", listening.getsockname()[1], timeout=40)
    found = None
    try:
        headers = asked.headers | {"Host": "localhost", "Idempotency-Key": asked.key}
        connection.request("POST", f"/api/v1{asked.path}", json.dumps(asked.body), headers)
        answer = connection.getresponse()
        replayed = "Idempotency-Replayed" in answer.headers
        found = Answered(answer.status, answer.read().decode(), replayed)
    except (ConnectionError, HTTPException):
        pass
    finally:
        connection.close()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) == (found is None), status
    return found


def set_free() -> None:
    """Let half a minute pass for the row whose process has died."""
    StoredAnswer.objects.filter(status=None).update(began_at=present() - timedelta(seconds=31))


class Trial:
    """A host's page, their key, and what is asked of it."""

    def __init__(self, host: int) -> None:
        self.page = BookingPage.objects.get(host=host)
        _, token = create_key(
            User.objects.get(pk=host), NewKey(name="Dying", scopes=[*ApiScope]), now=present()
        )
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.listening = socket.create_server(("127.0.0.1", 0))

    def asked(self, path: str, body: dict[str, object]) -> Asked:
        return Asked(path, body, f"run-{next(_RUNS)}", self.headers)

    def wish(self, start: datetime) -> dict[str, object]:
        guest = {"name": "Kim", "email": f"kim{next(_RUNS)}@guest.example", "phone": "+49 30 123456"}
        return {"page": self.page.public_id, "start": start.isoformat(), "guest": guest}

    def booked(self) -> str:
        answer = ask(self.listening, self.asked("/bookings", self.wish(next(_STARTS))))
        assert answer is not None
        assert answer.status == 201, answer
        return str(json.loads(answer.text)["id"])

    def book(self) -> Asked:
        return self.asked("/bookings", self.wish(next(_STARTS)))

    def move(self) -> Asked:
        return self.asked(f"/bookings/{self.booked()}/move", {"start": next(_STARTS).isoformat()})

    def cancel(self) -> Asked:
        return self.asked(f"/bookings/{self.booked()}/cancel", {"reason": "It rains."})

    def link(self) -> Asked:
        return self.asked(f"/pages/{self.page.public_id}/links", {"label": f"Link {next(_RUNS)}"})


def stored(asked: Asked) -> dict[str, int]:
    """What the database has of it."""
    if asked.path.endswith("/links"):
        return {"links": BookingLink.objects.filter(label=asked.body["label"]).count()}
    if asked.path == "/bookings":
        rows = Booking.objects.filter(attendees__email=asked.body["guest"]["email"])  # type: ignore[index]
    else:
        rows = Booking.objects.filter(public_id=asked.path.split("/")[2])
    entries = HistoryEntry.objects.filter(booking__in=rows)
    return {"bookings": rows.count(), "entries": entries.count()}


def die_at(trial: Trial, make: Callable[[], Asked], step: int, name: str) -> bool:
    """Whether it died; prints what became of it."""
    asked = make()
    steps = Steps(step, name)
    died = ask(trial.listening, asked, steps) is None
    in_child(set_free)
    again, last = (ask(trial.listening, asked) for _ in range(2))
    assert again is not None
    assert last is not None
    line = {
        "asked": make.__name__,
        "step": f"{name} {step}",
        "died": died,
        "status": again.status,
        "again": again.replayed,
        "equal": (again.status, again.text) == (last.status, last.text) and last.replayed,
        **stored(asked),
    }
    connections.close_all()
    print(json.dumps(line), flush=True)
    return died


def main(host: int) -> None:
    trial = Trial(host)
    for make in (trial.book, trial.move, trial.cancel, trial.link):
        for what in ("commit", "answer"):
            for side in SIDES:
                step = 1
                while die_at(trial, make, step, f"{side} a{'n' * (what == 'answer')} {what}"):
                    step += 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
