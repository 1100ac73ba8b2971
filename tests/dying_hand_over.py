"""Hands bookings over in a process that is killed at its n-th step, as `tests/dying.py` has it for new bookings.

A booking is made and settled; then it is handed over and the work done, until the kill. Prints one JSON line a run.
"""

import json
import sys
from itertools import count

from tests.clock import present
from tests.dying import SIDES, in_child, install, one_more, read_once, recover, work_off
from tests.dying import Steps as Killing
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.pages.models import PageHost

_NUMBERS = count(1)


def dying(pk: int, handing: Handing, last: int, name: str) -> None:
    install(Killing(last, name))
    hand_over(pk, handing, now=present())
    work_off()


def die_at(page_id: int, step: int, name: str) -> str:
    pk = one_more(page_id, next(_NUMBERS))
    booking = Booking.objects.select_related("host").get(pk=pk)
    former = booking.host
    booking.booking_hosts.exclude(host=former).delete()
    in_child(recover)
    to = PageHost.objects.exclude(host=former).get(page=page_id).host
    handing = Handing(former=former.pk, to=to.pk, anyway=True)
    ended = in_child(lambda: dying(pk, handing, step, name))
    in_child(recover)
    print(json.dumps(line(pk, former, to) | {"step": f"{name} {step}", "ended": ended}), flush=True)
    return ended


def line(pk: int, former, to) -> dict[str, object]:
    booking, conference = Booking.objects.get(pk=pk), Conference.objects.get(booking_id=pk)
    open_work = Job.objects.filter(concurrency=booking.concurrency_key()).exclude(state="done")
    events = CalendarEvent.objects.filter(booking_uid=booking.uid)
    return {
        "guest": booking.booker.email,
        "uid": str(booking.uid),
        "former": former.email,
        "to": to.email,
        "host": booking.host.email,
        "hosts": list(booking.booking_hosts.values_list("host__email", flat=True)),
        "link": conference.host.email,
        "state": conference.state,
        "join_url": conference.join_url,
        "possible_duplicates": conference.possible_duplicates,
        "events": {row.host.email: row.state for row in events.select_related("host")},
        "open_jobs": open_work.count(),
        "sum": sum(PageHost.objects.filter(page=booking.page).values_list("balance", flat=True)),
    }


def main(page_id: int, part: int, of: int) -> None:
    """Die on both sides of every fourth commit and of every call and mail, or of a part of them.

    What is between commits is undone with them. Of calls and mails it is half at least: there are few.
    """
    read_once()
    half, quarter = min(of, 2), min(of, 4)
    for what, first, every in (
        ("call", 1 + part % half, half),
        ("mail", 1 + part % half, half),
        ("commit", 1 + 4 * (part % quarter), 4 * quarter),
    ):
        for side in SIDES:
            last = first
            while die_at(page_id, last, f"{side} a {what}") != "done":
                last += every


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
