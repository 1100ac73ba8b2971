"""Takes an import over in a process that is killed at its n-th statement or commit, until none is left to die at.

Prints a JSON line a run: how it ended, and what was there then.
"""

import json
import sys

from tests.clock import present
from tests.dying import Steps as Killing
from tests.dying import in_child, install
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.calendars.models import Calendar
from timetuna.imports.actions.take_over import take_over
from timetuna.imports.facts import facts_for
from timetuna.imports.models import BusyShadow, Import, ImportedItem
from timetuna.imports.planning.plan import make_plan
from timetuna.pages.models import BookingPage, Duration, Question, Schedule
from timetuna.providers.bundle import (
    Bundle,
    OutsideBooking,
    OutsidePage,
    OutsidePerson,
    OutsideQuestion,
    OutsideSchedule,
)

COUNTED = (BookingPage, Schedule, Duration, Question, ImportedItem, BusyShadow, Calendar)


def bundle() -> Bundle:
    asked = OutsideQuestion(kind="line", said="string", label="Your firm")
    names = ("Intro", "Consultation", "Workshop")
    return Bundle(
        product="calendly",
        account="a",
        owner=OutsidePerson(name="Robin", email="robin@host.example"),
        schedules=(OutsideSchedule(id="s", name="Evenings", time_zone="UTC", weekly=((1, 1_080, 1_200),)),),
        pages=tuple(
            OutsidePage(id=name, title=name, slug=name, minutes=(30,), questions=(asked,), schedule="s")
            for name in names
        ),
        bookings=tuple(
            OutsideBooking(
                id=str(day), title="Intro", start_minute=minute_of(present()) + 1_440 * day, minutes=30
            )
            for day in (1, 2, 3)
        ),
    )


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def dying(pk: int, keys: list[str], version: str, last: int, name: str) -> None:
    install(Killing(last, name))
    take_over(Import.objects.get(pk=pk), keys, version=version, now=present())


def main(host_pk: int, part: int, of: int) -> None:
    """Die at every third statement, or a part of them, and on both sides of the commit; in the end let it be made."""
    host = User.objects.get(pk=host_pk)
    draft = bundle().written()
    row = Import.objects.create(host=host, product="calendly", state="read", draft=draft, ended_at=present())
    plan = make_plan(bundle(), facts_for(host, bundle(), now=present()), label="Calendly")
    keys = [one.key for one in plan.rows if one.ticked]
    before = counts()
    print(json.dumps({"before": before}), flush=True)
    steps = [
        ("before a commit", 1),
        *(("before a statement", last) for last in range(1 + 3 * part, 400, 3 * of)),
    ]
    for name, last in steps:
        ended = in_child(lambda last=last, name=name: dying(row.pk, keys, plan.version(), last, name))
        print(json.dumps({"ended": ended, "counts": counts()}), flush=True)
        if ended == "done":
            return


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
