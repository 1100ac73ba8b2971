"""Draws the states of a booking from their table: as a module it writes what is to stand in docs/booking-states.md."""

import os
import sys
from collections.abc import Iterator

WORDS = """# The states of a booking

Drawn from the product’s own table, so that it is always as the product does it. An arrow says who may make the change,
and the event that is recorded. A booking takes its host's time in the states above the line, and in none below.

| state | means |
|---|---|
"""
ROOMS = ("notifications", "fulfilment", "actions")
MEANING = {
    "pending": "asked for; waits for its host's answer",
    "awaiting_payment": "taken, for half an hour at most, while its guest pays",
    "awaiting_phone": "taken, and the phone number is not confirmed yet (to come; nothing makes it so far)",
    "confirmed": "takes place",
    "declined": "its host said no",
    "lapsed": "its time was over before what it waited for came",
    "withdrawn": "its guest took it back before it was confirmed",
    "cancelled_by_guest": "was confirmed, and its guest called it off",
    "cancelled_by_host": "was confirmed, and its host called it off",
}


FOLLOWS = """
## What follows from an event

Events that are not here are lines of the history and nothing else.

| event | mails | outside: calendars, meetings | in TimeTuna |
|---|---|---|---|
"""


def page() -> str:
    """Return the page of the documentation."""
    return _states() + FOLLOWS + "\n".join([*_followers(), ""])


WHO = {"both": "guest and host", "booker_alone": "guest", "everybody": "everybody"}


def _followers() -> Iterator[str]:
    """Yield for each event what its listeners say of themselves, by the room they stand in."""
    from timetuna.bookings.events import BookingEvent, listeners  # noqa: PLC0415
    from timetuna.bookings.notifications.subscriber import MAILS, send  # noqa: PLC0415

    for event in BookingEvent:
        cells: dict[str, list[str]] = {room: [] for room in ROOMS}
        for listener in sorted(listeners(event), key=lambda one: (one.__module__, one.__name__)):
            words = (listener.__doc__ or "").partition("\n")[0]
            if listener is send:
                kind, readers = MAILS[event]
                words = f"“{kind}” to {WHO[readers.__name__]}."
            cells[listener.__module__.split(".")[2]].append(words)
        if any(cells.values()):
            yield f"| {event} | {' | '.join(' '.join(cell) for cell in cells.values())} |"


def _states() -> str:
    from timetuna.bookings.events import TRANSITIONS, Status  # noqa: PLC0415
    from timetuna.bookings.models import TAKES_TIME  # noqa: PLC0415 - not before Django is set up

    taking = [state for state in Status if state in TAKES_TIME]
    off = [state for state in Status if state not in TAKES_TIME]
    rows = [f"| {state} | {MEANING[state]} |" for state in taking]
    rows += ["| | |", *(f"| {state} | {MEANING[state]} |" for state in off)]
    arrows = [f"    {one.start or '[*]'} --> {one.to}: {one.by}, {one.event}" for one in TRANSITIONS]
    return WORDS + "\n".join([*rows, "", "```mermaid", "stateDiagram-v2", *arrows, "```", ""])


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.stdout.write(page())
