"""What is shown before, what is made then, and what a second time makes of it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings, strategies

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.models import Booking
from timetuna.imports.actions import take_over as taking
from timetuna.imports.actions.take_over import PlanChanged, take_over
from timetuna.imports.facts import facts_for
from timetuna.imports.models import BusyShadow, Import, ImportedItem
from timetuna.imports.planning.plan import make_plan
from timetuna.imports.planning.rows import ItemKind, Plan, PlannedRow, Verdict
from timetuna.imports.status import reported
from timetuna.imports.tests.conftest import PRODUCTS, Read
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage, CohostInvitation, Question, Schedule
from timetuna.providers.bundle import (
    Bundle,
    OutsideBooking,
    OutsidePage,
    OutsidePerson,
    OutsidePlace,
    OutsideQuestion,
    OutsideSchedule,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]


def planned(row: Import) -> Plan:
    bundle = Bundle.read(row.draft)
    return make_plan(bundle, facts_for(row.host, bundle, now=present()), label="Calendly")


def take(row: Import, *, ticked: frozenset[str] | None = None) -> Plan:
    """Take over what is ticked, by default what is ticked by itself, and return what was shown before."""
    bundle = Bundle.read(row.draft)
    shown = make_plan(
        bundle, facts_for(row.host, bundle, now=present()), label=taking.label_of(bundle.product)
    )
    keys = frozenset(one.key for one in shown.rows if one.ticked) if ticked is None else ticked
    take_over(row, keys, version=shown.version(), now=present())
    row.refresh_from_db()
    return shown


def drafted(host: User, bundle: Bundle) -> Import:
    return Import.objects.create(
        host=host, product=bundle.product, state=Import.State.READ, draft=bundle.written(), ended_at=present()
    )


def agrees(shown: Plan, row: Import, host: User) -> None:
    """Whether all that was shown and ticked is there, exactly as it was shown, and nothing else."""
    made = {one["key"] for one in row.report if one["kind"] != ItemKind.BOOKING and one["made"]}
    keys = {one.key for one in shown.rows if one.takes}
    assert made <= keys
    for one in row.report:
        if one["kind"] == ItemKind.BOOKING:
            continue
        was = next(planned for planned in shown.rows if planned.key == one["key"])
        assert (one["title"], one["text"]["en"], one["verdict"]) == (was.title, was.text, was.verdict)
    for key, new in shown.pages.items():
        found = BookingPage.objects.filter(host=host, slug=new.columns["slug"]).first()
        assert (found is not None) == (key in made)
        if found:
            assert {name: str(getattr(found, name)) for name in new.columns} == {
                name: str(value) for name, value in new.columns.items()
            }
            assert [one.minutes for one in found.durations.all()] == list(new.minutes)
            assert [(one.kind, one.detail) for one in found.meeting_types.all()] == list(new.kinds)
            assert [one.label for one in found.questions.all()] == [one["label"] for one in new.questions]
    names = set(Schedule.objects.filter(host=host, page=None).values_list("name", flat=True))
    assert {new.name for key, new in shown.schedules.items() if key in made} <= names


@pytest.mark.parametrize("slug", PRODUCTS)
@pytest.mark.parametrize("account", ["large", "small", "hostile"])
def test_what_is_shown_is_what_is_made_and_twice_is_once(
    slug: str, account: str, read: Read, alice: User, bob: User
) -> None:
    row = read(slug, account)
    shown = take(row)

    agrees(shown, row, alice)
    assert (row.state, row.draft) == (Import.State.MADE, {})
    coming = [one for one in shown.rows if one.kind is ItemKind.BOOKING and one.ticked]
    assert BusyShadow.objects.count() == len(coming)
    if account == "large":
        assert len(coming) >= 297
        assert BookingPage.objects.filter(host=alice).count() >= 15
        asked = CohostInvitation.objects.values_list("email", flat=True)
        assert {*asked} == {bob.email}
        persons = [one for one in shown.rows if one.kind is ItemKind.PERSON]
        assert {one.verdict for one in persons} == {Verdict.MAKE, Verdict.CANNOT}
    before = counted()

    again = read(slug, account)
    second = take(again, ticked=frozenset(one.key for one in planned(again).rows if one.ticked))

    assert counted() == before
    made = {one["key"] for one in row.report if one["kind"] != ItemKind.BOOKING and one["made"]}
    known = [one for one in second.rows if one.key in made]
    assert {one.verdict for one in known if one.kind is not ItemKind.PERSON} <= {Verdict.THERE}


def counted() -> tuple[int, ...]:
    models = (BookingPage, Schedule, Question, BusyShadow, ImportedItem, CohostInvitation)
    return tuple(model.objects.count() for model in models)


def test_a_report_is_told_in_the_language_of_who_reads_it(read: Read, alice: User) -> None:
    row = read("calendly", "large")
    with translation.override("de"):
        planned_in_german = {one.key: one for one in planned(row).rows}
    take(row)

    for language in ("en", "de"):
        with translation.override(language):
            shown = [line.row for group in reported(row, {}) for line in group.rows]
        same = [(one["text"], tuple(one["reasons"])) == said(planned_in_german[one["key"]]) for one in shown]
        assert all(same) == (language == "de")


def said(row: PlannedRow) -> tuple[str, tuple[str, ...]]:
    return row.text, row.reasons


def test_whom_nobody_could_ask_just_now_is_said(
    read: Read, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **_more: object) -> None:
        raise TooManyMails("Wait %(wait)s.", seconds=60)

    monkeypatch.setattr(taking, "invite_cohost", refuse)
    row = read("calendly", "large")
    take(row)

    persons = [one for group in reported(row, {}) if group.kind == ItemKind.PERSON for one in group.rows]
    told = [one.row["reasons"] for one in persons if bob.email in one.row["text"]]
    assert told
    assert all(reasons == [taking.NOT_ASKED] for reasons in told)


def test_what_was_changed_meanwhile_is_said_and_not_overwritten(read: Read, alice: User) -> None:
    take(read("calendly", "small"))
    intro, consultation = BookingPage.objects.filter(host=alice).order_by("-title")
    intro.title = "Mine now"
    intro.save()
    consultation.delete()
    again = read("calendly", "small")
    again.draft["pages"][0]["description"] = "Other words there."
    again.draft["schedules"][0]["name"] = "Summer"
    again.save()

    rows = {one.title: one for one in planned(again).rows}

    assert rows["Intro call"].verdict is Verdict.CHANGED
    assert rows["Intro call"].reasons == ("It was changed at Calendly and here since. Yours stays as it is.",)
    assert rows["Summer"].reasons == ("It was changed at Calendly since. What is here stays as it is.",)
    assert (rows["Consultation"].ticked, rows["Consultation"].takes) == (False, True)
    assert "You have deleted it here" in rows["Consultation"].reasons[-1]
    take(again)
    assert [one.title for one in BookingPage.objects.filter(host=alice)] == ["Mine now"]


def test_addresses_are_kept_and_taken_ones_get_another(read: Read, alice: User) -> None:
    page = create_page(alice, title="Intro call")
    assert page.slug == "intro-call"

    shown = take(read("calendly", "small"))

    assert {new.columns["slug"] for new in shown.pages.values()} == {"intro-call-2", "consultation"}
    row = next(one for one in shown.rows if one.title == "Intro call")
    assert row.reasons[0] == (
        "/alice/intro-call is taken or was once used here, so it gets /alice/intro-call-2."
    )


def test_rules_questions_and_hours_come_along(read: Read, alice: User) -> None:
    take(read("calcom", "small"))

    page = BookingPage.objects.get(host=alice, slug="consultation")
    rules = page.buffer_before_minutes, page.buffer_after_minutes, page.increment_minutes, page.notice_minutes
    assert rules == (10, 5, 15, 1_440)
    assert (page.horizon_kind, page.horizon_days) == ("rolling", 30)
    question = page.questions.get()
    assert (question.kind, question.required) == ("one", True)
    assert [one["label"] for one in question.options] == ["A friend", "Search"]
    assert page.schedule.name == "Working hours (Cal.com)"
    hours = page.schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute")
    assert list(hours) == [(0, 540, 1_020), (1, 540, 1_020)]


def test_what_is_left_out_is_not_made(read: Read, alice: User) -> None:
    row = read("calcom", "small")
    page = next(one for one in planned(row).rows if one.title == "Intro call")

    take(row, ticked=frozenset({page.key, "nothing-of-this-name"}))

    made = BookingPage.objects.get(host=alice)
    assert made.title == "Intro call"
    assert made.schedule.is_default
    assert not BusyShadow.objects.exists()


def test_a_plan_that_has_changed_meanwhile_is_looked_at_again(read: Read, alice: User) -> None:
    row = read("calendly", "small")
    shown = planned(row)
    create_page(alice, title="Intro call")

    with pytest.raises(PlanChanged):
        take_over(row, {one.key for one in shown.rows}, version=shown.version(), now=present())

    assert BookingPage.objects.count() == 1
    row.refresh_from_db()
    assert row.state == Import.State.READ


STEPS = ("_make_schedules", "_make_pages", "_write_items", "_ask_cohosts", "_make_shadows", "_report")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
def test_whatever_ends_it_halfway_nothing_is_made(
    step: str, read: Read, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: what was not committed is not there, and the same click makes it whole."""
    row = read("calendly", "small")
    create_page(alice, title="Here before")
    before = counted()
    done: Callable[..., Any] = getattr(taking, step)

    def dies(*args: Any, **options: Any) -> None:
        done(*args, **options)
        assert transaction.get_connection().in_atomic_block
        raise KeyboardInterrupt

    monkeypatch.setattr(taking, step, dies)
    with pytest.raises(KeyboardInterrupt):
        take(row)

    row.refresh_from_db()
    assert (row.state, counted()) == (Import.State.READ, before)
    monkeypatch.setattr(taking, step, done)
    agrees(take(row), row, alice)


SIGNS = strategies.characters(exclude_categories=("Cs", "Cc"))  # as the readers leave them
TEXTS = strategies.text(SIGNS, max_size=400) | strategies.sampled_from(
    ["", "Intro", "intro", "../x", "=1+1", "<b>"]
)
NUMBERS = strategies.none() | strategies.integers(0, 10**6)
PLACES = strategies.builds(
    OutsidePlace,
    kind=strategies.sampled_from(["", "zoom", "google_meet", "phone", "in_person", "link", "nonsense"]),
    said=strategies.text(SIGNS, max_size=20),
    detail=TEXTS,
)
QUESTIONS = strategies.builds(
    OutsideQuestion,
    kind=strategies.sampled_from(["", "line", "text", "one", "many", "yes", "phone", "date"]),
    said=strategies.text(SIGNS, max_size=20),
    label=TEXTS,
    required=strategies.booleans(),
    hidden=strategies.booleans(),
    options=strategies.lists(TEXTS, max_size=35).map(tuple),
    other=strategies.booleans(),
)
PEOPLE = strategies.builds(
    OutsidePerson,
    name=strategies.text(SIGNS, max_size=20),
    email=strategies.sampled_from(["bob@example.org", "alice@example.org", "nobody@elsewhere.example", ""]),
)
PAGES = strategies.builds(
    OutsidePage,
    id=strategies.integers(0, 4).map(str),
    title=TEXTS.filter(lambda text: bool(text.strip())),
    slug=TEXTS,
    description=TEXTS,
    minutes=strategies.lists(strategies.integers(0, 3_000), max_size=12).map(tuple),
    places=strategies.lists(PLACES, max_size=4).map(tuple),
    questions=strategies.lists(QUESTIONS, max_size=4).map(tuple),
    schedule=strategies.sampled_from(["", "0", "1", "unknown"]),
    buffer_before=NUMBERS,
    buffer_after=NUMBERS,
    notice=NUMBERS,
    increment=NUMBERS,
    window_days=NUMBERS,
    secret=strategies.booleans(),
    active=strategies.booleans(),
    staffing=strategies.sampled_from(["solo", "all", "any"]),
    hosts=strategies.lists(PEOPLE, max_size=3).map(tuple),
    seats=strategies.integers(1, 3),
)
SPANS = strategies.tuples(strategies.integers(0, 1_440), strategies.integers(0, 1_440))
SCHEDULES = strategies.builds(
    OutsideSchedule,
    id=strategies.integers(0, 2).map(str),
    name=TEXTS,
    time_zone=strategies.sampled_from(["Europe/Berlin", "Mars/Olympus", "", "US/Eastern"]),
    is_default=strategies.booleans(),
    weekly=strategies.lists(SPANS.map(lambda span: (3, *span)), max_size=4).map(tuple),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    schedules=strategies.lists(SCHEDULES, max_size=3, unique_by=lambda one: one.id),
    pages=strategies.lists(PAGES, max_size=4, unique_by=lambda one: one.id),
    count=strategies.integers(0, 3),
    left_out=strategies.integers(0, 3),
)
def test_whatever_is_there_what_is_shown_is_what_is_made(
    alice: User,
    bob: User,
    schedules: list[OutsideSchedule],
    pages: list[OutsidePage],
    count: int,
    left_out: int,
) -> None:
    """And a second time there is nothing left to make but what was left out."""
    bundle = Bundle(
        product="calendly",
        account="a",
        owner=OutsidePerson(name="Alice", email="alice@example.org"),
        schedules=tuple(schedules),
        pages=tuple(pages),
        bookings=tuple(
            OutsideBooking(
                id=str(number), title="x", start_minute=minute_of(present()) + 60 * number, minutes=30
            )
            for number in range(count)
        ),
    )
    with transaction.atomic():
        row = drafted(alice, bundle)
        keys = [one.key for one in planned(row).rows if one.takes][left_out:]
        shown = take(row, ticked=frozenset(keys))
        agrees(shown, row, alice)
        second = planned(drafted(alice, bundle))
        known = {one.key: one for one in second.rows}
        taken = [one for one in shown.rows if one.key in keys and one.kind is not ItemKind.PERSON]
        assert {known[one.key].verdict for one in taken} <= {Verdict.THERE}
        transaction.set_rollback(True)


def test_times_elsewhere_are_taken_here(read: Read, alice: User) -> None:
    take(read("calendly", "small"))

    first = BusyShadow.objects.first()
    assert first is not None
    assert moment_of(first.start_minute) > present() + timedelta(hours=20)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("there", "language", "named", "why"),
    [
        ("Asia/Kolkata", "en", "India, Kolkata", ""),
        ("Asia/Kolkata", "de", "Indien, Kalkutta", ""),
        ("Mars/Olympus", "en", "Germany, Berlin", "“Mars/Olympus” is no time zone"),
        ("", "en", "Germany, Berlin", "It has no time zone"),
    ],
)
def test_hours_name_their_zone_as_pages_do(
    alice: User, there: str, language: str, named: str, why: str
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/Berlin")
    alice.refresh_from_db()
    hours = OutsideSchedule(id="1", name="Hours", time_zone=there, weekly=((0, 540, 600),))
    alice_there = OutsidePerson(name="Alice", email="alice@example.org")
    bundle = Bundle(product="calendly", account="a", owner=alice_there, schedules=(hours,))

    with translation.override(language):
        [row] = planned(drafted(alice, bundle)).rows

    assert row.text.endswith(named)
    assert [one for one in row.reasons if one.startswith(why)] == [*row.reasons]
    assert all(named in one for one in row.reasons)
    assert bool(row.reasons) == bool(why)
