"""What a test runs in processes of its own: many threads that use one connection at the same moment."""

import os
import sys
import threading
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.db import connections  # noqa: E402

from tests.clock import present  # noqa: E402
from timetuna.accounts.models import User  # noqa: E402
from timetuna.calendars.access_tokens import use  # noqa: E402
from timetuna.calendars.actions.store_grant import Grant, store_grant  # noqa: E402
from timetuna.calendars.models import CalendarAccount  # noqa: E402
from timetuna.providers.base import Profile, Tokens  # noqa: E402


def prepare(access: str, refresh: str) -> None:
    """Store a connection whose access token has just ended."""
    host = User.objects.create_user("many@example.org", name="Many", handle="many")
    now = present()
    tokens = Tokens(access, refresh, now, frozenset({"user:read:user", "meeting:write:meeting"}))
    store_grant(
        Grant("zoom", tokens, Profile("id", "account", "many@host.example", "Many"), now), host_id=host.pk
    )


def run(threads: int, at: float) -> None:
    """Use the connection from so many threads, all beginning at that moment; print each token's end."""
    account = CalendarAccount.objects.get(host__handle="many")
    found: list[str] = []

    def work() -> None:
        begin.wait(max(0.0, at - present().timestamp()))
        try:
            found.append(use(account.pk, lambda token: token[-12:]))
        except Exception as error:  # noqa: BLE001 - the test wants to see whatever it was
            found.append(f"{type(error).__name__}:{error}")
        connections.close_all()

    begin = threading.Event()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.stdout.write("\n".join(found) + "\n")


def left() -> None:
    """Print what is stored afterwards, and take it away."""
    row = CalendarAccount.objects.get(host__handle="many")
    ended = row.expires_at < present() + timedelta(minutes=50)
    sys.stdout.write(f"{row.needs_reconnect} {ended} {row.refresh_lease}\n")
    User.objects.filter(handle="many").delete()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", access, refresh]:
            prepare(access, refresh)
        case ["run", threads, at]:
            run(int(threads), float(at))
        case ["left"]:
            left()
