"""Take over what a host has ticked of a plan: all of it in one transaction, or nothing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.invitations import NotInvited
from timetuna.accounts.models import User
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.imports.actions.shadows import publish_shadows
from timetuna.imports.digests import page_digests, schedule_digests
from timetuna.imports.facts import Facts, facts_for
from timetuna.imports.models import BusyShadow, Import, ImportedItem
from timetuna.imports.planning.plan import make_plan
from timetuna.imports.planning.rows import ItemKind, NewPage, NewSchedule, NewShadow, Plan, PlannedRow
from timetuna.imports.products import label_of
from timetuna.lib.text import find_zone, single_line
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.models import BookingPage, Duration, MeetingType, PageHost, Question, Schedule
from timetuna.pages.slugs import lock_addresses
from timetuna.providers.bundle import Bundle, OutsideBooking

_LONGEST_ADDRESS = 2_000
NOT_ASKED = gettext_noop("They could not be asked by mail just now. Ask them on the page’s tab Booking.")


class PlanChanged(Exception):  # noqa: N818 - it names what happened
    """Something is not as it was when the plan was shown: it has to be looked at again."""


@dataclass(slots=True)
class _Taking:
    """What has been made so far, by keys of the plan's rows. left: of rows that could not be made after all.

    told: the plan's rows by language and key.
    """

    host: User
    bundle: Bundle
    plan: Plan
    chosen: frozenset[str]
    told: Mapping[str, Mapping[str, PlannedRow]]
    schedules: dict[str, Schedule] = field(default_factory=dict)
    pages: dict[str, BookingPage] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


def take_over(row: Import, ticked: Collection[str], *, version: str, now: datetime) -> None:
    """Make what is ticked, store the report and forget the draft. A second time changes nothing.

    version: of the plan that its host has seen. Raises PlanChanged where it is another one by now.
    """
    with transaction.atomic():
        lock_addresses(row.host_id)
        # Read behind the lock: of two clicks the second finds it made.
        row = Import.objects.select_for_update(of=("self",)).select_related("host").get(pk=row.pk)
        if row.state != Import.State.READ:
            return
        bundle, label = Bundle.read(row.draft), label_of(row.product)
        facts = facts_for(row.host, bundle, now=now)
        plan = make_plan(bundle, facts, label=label)
        if plan.version() != version:
            raise PlanChanged
        takes = {one.key for one in plan.rows if one.takes}
        taking = _Taking(
            row.host, bundle, plan, frozenset(takes.intersection(ticked)), _told(bundle, facts, label)
        )
        _make_schedules(taking)
        _make_pages(taking)
        _write_items(taking)
        _ask_cohosts(taking)
        _make_shadows(taking, now)
        row.state, row.draft, row.report, row.ended_at = Import.State.MADE, {}, _report(taking), now
        row.save(update_fields=["state", "draft", "report", "ended_at"])


def _told(bundle: Bundle, facts: Facts, label: str) -> dict[str, dict[str, PlannedRow]]:
    """Have the plan in each language that hosts read: the report is read in any of them, later."""
    told: dict[str, dict[str, PlannedRow]] = {}
    for language in settings.HOST_LANGUAGES:
        with translation.override(language):
            told[language] = {row.key: row for row in make_plan(bundle, facts, label=label).rows}
    return told


def _make_schedules(taking: _Taking) -> None:
    for key, new in taking.plan.schedules.items():
        if key in taking.chosen:
            taking.schedules[key] = _schedule(taking.host, new)


def _schedule(host: User, new: NewSchedule) -> Schedule:
    default_schedule(host)  # a host's first schedule is their default, and that is not an imported one
    made = Schedule.objects.create(host=host, name=new.name, time_zone=new.zone)
    replace_hours(made, list(new.weekly), new.dates)
    return made


def _make_pages(taking: _Taking) -> None:
    for key, new in taking.plan.pages.items():
        if key in taking.chosen:
            taking.pages[key] = _page(taking, new)


def _page(taking: _Taking, new: NewPage) -> BookingPage:
    """With the hours that were taken over, else the default ones."""
    host = taking.host
    own = Schedule.objects.filter(pk=new.schedule_id or 0, host=host, page=None).first()
    schedule = taking.schedules.get(new.schedule) or own or default_schedule(host)
    page = BookingPage.objects.create(host=host, schedule=schedule, **new.columns)
    PageHost.objects.create(page=page, host=host)
    note(Deed.PAGE_MADE, page=page.pk)
    Duration.objects.bulk_create(Duration(page=page, minutes=length) for length in new.minutes)
    MeetingType.objects.bulk_create(
        MeetingType(page=page, kind=kind, enabled=True, detail=detail) for kind, detail in new.kinds
    )
    Question.objects.bulk_create(Question(page=page, **columns) for columns in new.questions)
    return page


def _write_items(taking: _Taking) -> None:
    """Remember of each thing there what it has become, so that it is made once."""
    schedules = schedule_digests([one.pk for one in taking.schedules.values()])
    pages = page_digests([one.pk for one in taking.pages.values()])
    for key, schedule in taking.schedules.items():
        new = taking.plan.schedules[key]
        _write_item(
            taking, ItemKind.SCHEDULE, new.outside, new.digest, schedules[schedule.pk], schedule=schedule
        )
    for key, page in taking.pages.items():
        made = taking.plan.pages[key]
        _write_item(taking, ItemKind.PAGE, made.outside, made.digest, pages[page.pk], page=page)


def _write_item(
    taking: _Taking,
    kind: ItemKind,
    outside: str,
    outside_digest: str,
    own_digest: str,
    **made: Schedule | BookingPage,
) -> None:
    ImportedItem.objects.update_or_create(
        host=taking.host,
        product=taking.bundle.product,
        kind=kind,
        outside_id=outside,
        defaults={"outside_digest": outside_digest, "own_digest": own_digest, "schedule": None, "page": None}
        | made,
    )


def _ask_cohosts(taking: _Taking) -> None:
    """By the invitation that the page's own tab sends. Whoever cannot be asked now can be asked there later."""
    for key, new in taking.plan.cohosts.items():
        page = taking.pages.get(new.page)
        if key not in taking.chosen or page is None:
            continue
        try:
            invite_cohost(page, email=new.email, by=taking.host)
        except (NotInvited, TooManyMails):
            taking.left.add(key)


def _make_shadows(taking: _Taking, now: datetime) -> None:
    for key, new in taking.plan.shadows.items():
        if key in taking.chosen:
            _write_shadow(taking, new)
    publish_shadows(taking.host, taking.bundle.product, now=now)


def _write_shadow(taking: _Taking, new: NewShadow) -> None:
    one = new.booking
    page = taking.pages.get(new.page)
    values = {
        "start_minute": one.start_minute,
        "minutes": one.minutes,
        "page_id": page.pk if page else new.page_id,
        **_words(one),
    }
    BusyShadow.objects.update_or_create(
        host=taking.host, product=taking.bundle.product, outside_id=one.id, defaults=values
    )


def _words(one: OutsideBooking) -> dict[str, Any]:
    zone = find_zone(one.guest_zone)
    return {
        "title": single_line(one.title, max_length=300),
        "guest_name": single_line(one.guest.name, max_length=100),
        "guest_email": one.guest.email[:254],
        "guest_zone": zone.key if zone else "",
        "others": [asdict(person) for person in one.others],
        "answers": [list(answer) for answer in one.answers],
        "place": single_line(one.place, max_length=300),
        **{
            name: value if len(value) <= _LONGEST_ADDRESS else ""
            for name, value in (
                ("join_url", one.join_url),
                ("cancel_url", one.cancel_url),
                ("reschedule_url", one.reschedule_url),
            )
        },
    }


def _report(taking: _Taking) -> list[dict[str, Any]]:
    """A row for each of the plan, but for bookings, of which only the number is kept: they are rows of their own."""
    kept: Callable[[PlannedRow], bool] = lambda row: row.kind is not ItemKind.BOOKING  # noqa: E731
    rows = [_reported(taking, row) for row in taking.plan.rows if kept(row)]
    taken = [row for row in taking.plan.of(ItemKind.BOOKING) if row.key in taking.chosen]
    return (
        [*rows, {"kind": ItemKind.BOOKING, "made": len(taken)}] if taking.plan.of(ItemKind.BOOKING) else rows
    )


def _reported(taking: _Taking, row: PlannedRow) -> dict[str, Any]:
    page = taking.pages.get(row.key)
    made = row.key in taking.chosen and row.key not in taking.left
    if row.kind is ItemKind.PERSON and taking.plan.cohosts.get(row.key):
        made = made and taking.plan.cohosts[row.key].page in taking.pages
    return {
        "key": row.key,
        "kind": row.kind,
        "title": row.title,
        "text": {language: rows[row.key].text for language, rows in taking.told.items()},
        "verdict": row.verdict,
        "reasons": {language: list(rows[row.key].reasons) for language, rows in taking.told.items()},
        "left": NOT_ASKED if row.key in taking.left else "",
        "made": made,
        "page": page.pk if page else 0,
        "old": taking.plan.pages[row.key].url if page else "",
    }
