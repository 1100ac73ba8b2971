"""A host with a page that is open around the clock, and a way to let the work be done."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from sandbox.config import SandboxConfig
from sandbox.running import Sandbox
from tests.clock import present
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import Order
from timetuna.bookings.forms.book import ANSWERS, new_key
from timetuna.bookings.guests import Guest
from timetuna.bookings.proofs import needed
from timetuna.bookings.proofs.needed import Proof
from timetuna.bookings.tests.google import Google
from timetuna.bookings.tests.phones import Phones
from timetuna.bookings.tests.zoom import Zoom
from timetuna.calendars.busy_cache import KnownBusy, pack
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.jobs.queue import attempt
from timetuna.lib.mail import build
from timetuna.pages.models import BookingPage, Duration, MeetingType, PageHost, Schedule, WeeklyHours


@pytest.fixture
def alice(db):
    return make_host("alice", "Alice Host")


@pytest.fixture
def bob(db):
    """Return a host beside alice, who has time around the clock."""
    host = make_host("bob", "Bob Teammate")
    open_always(host)
    return host


@pytest.fixture
def charlie(db):
    return make_host("charlie", "Charlie Stranger")


@pytest.fixture
def sam():
    return Client(REMOTE_ADDR="192.0.2.1")


@pytest.fixture
def kim():
    return Client(REMOTE_ADDR="192.0.2.2")


def make_host(handle, name):
    email = f"{handle}@host.example"
    user = User.objects.create_user(
        email, "correct horse battery", name=name, handle=handle, time_zone="Europe/Berlin"
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def page(alice):
    return make_page(alice)


@pytest.fixture
def shared(page):
    """Return a page whose host is anybody; who takes part beside alice is put on it by the test."""
    page.staffing = "any"
    page.save()
    return page


def make_page(host, *, slug="intro", kinds=(("in_person", "Room 1"),), lengths=(30,)):
    page = BookingPage.objects.create(
        host=host,
        slug=slug,
        title="Intro call",
        schedule=open_always(host),
        notice_minutes=0,
        increment_minutes=15,
    )
    PageHost.objects.create(page=page, host=host)
    for minutes in lengths:
        Duration.objects.create(page=page, minutes=minutes)
    for kind, detail in kinds:
        MeetingType.objects.create(page=page, kind=kind, enabled=True, detail=detail)
    return page


def open_always(host):
    schedule, is_new = Schedule.objects.get_or_create(
        host=host, is_default=True, defaults={"name": "Always", "time_zone": "Europe/Berlin"}
    )
    if is_new:
        for weekday in range(7):
            WeeklyHours.objects.create(schedule=schedule, weekday=weekday, start_minute=0, end_minute=1440)
    return schedule


def give_calendar(host, *busy, chosen_by=None):
    """A calendar that was just read, with these times taken (pairs of UTC minutes); nothing outside is asked.

    chosen_by: the row of a page that it blocks, and nothing else.
    """
    account, _ = CalendarAccount.objects.get_or_create(
        host=host,
        provider="google",
        provider_user_id=f"{host.handle} at google",
        defaults={
            "refresh_token_fingerprint": host.handle,
            "expires_at": present(),
            "needs_reconnect": True,  # so that a live look passes it by
        },
    )
    calendar = Calendar.objects.create(
        account=account,
        outside_id=f"calendar {account.calendars.count()}",
        name=f"Calendar of {host.name}",
        blocks=chosen_by is None,
        busy=pack(KnownBusy(certain=tuple(sorted(busy)))),
        busy_count=len(busy),
        known_until_minute=minute_of(present()) + 10 * 366 * 1_440,
        read_at=present(),
        tried_at=present(),
    )
    if chosen_by is not None:
        chosen_by.calendars.create(calendar=calendar)
        chosen_by.own_calendars = True
        chosen_by.save()
    return calendar


def staff(page, staffing, *others, **columns):
    """Have others take part in a page, each with a calendar and open hours, beside its owner."""
    for position, host in enumerate(others, start=1):
        PageHost.objects.create(page=page, host=host, position=position)
    for host in (page.host, *others):
        open_always(host)
        if not Calendar.objects.filter(account__host=host).exists():
            give_calendar(host)
    page.staffing = staffing
    for name, value in columns.items():
        setattr(page, name, value)
    page.save()
    return page


def tomorrow(hour=10, minute=0):
    day = present().date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def set_reminders(page, *, guest=(), host=(), after=()):
    """Have the page remind by mail so many minutes before the start, and write so long after the end."""
    page.reminders.all().delete()
    for kind, audience, times in (
        ("reminder", "guest", guest),
        ("reminder", "host", host),
        ("follow_up", "guest", after),
    ):
        for minutes in times:
            page.reminders.create(kind=kind, audience=audience, minutes=minutes)


def order(page, start=None, *, minutes=30, kind="in_person", key=None, **guest):
    answers = {name: guest.pop(name) for name in ANSWERS if name in guest}
    person = {"name": "Sam Guest", "email": "sam@guest.example", "time_zone": "America/New_York"} | guest
    return Order(
        page_id=page.pk,
        minutes=minutes,
        start_minute=minute_of(start or tomorrow()),
        kind=kind,
        guest=Guest(**person, answers=answers),
        key=key or new_key(),
    )


def work_off():
    """Do everything that is due, in this process, as the worker does it."""
    worker = Worker.objects.create(machine="test", pid=1)
    done = 0
    while (job := queue.claim(worker)) is not None:
        attempt(job)()
        done += 1
        assert done < 50, "work never ends"
    worker.delete()
    return done


def due_now(**which):
    """Let the pauses pass."""
    return Job.objects.filter(state="waiting", **which).update(run_at=present())


@pytest.fixture(scope="session")
def running_sandbox():
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0)) as sandbox:
        yield sandbox


@pytest.fixture
def zoom(running_sandbox, settings):
    running_sandbox.reset()
    zoom = Zoom(running_sandbox)
    zoom.point_settings_here(settings)
    settings.RETRY_SECONDS = 10
    yield zoom
    zoom.control.close()


@pytest.fixture
def google(running_sandbox, settings):
    running_sandbox.reset()
    google = Google(running_sandbox)
    google.point_settings_here(settings)
    settings.RETRY_SECONDS = 10
    yield google
    google.control.close()


@pytest.fixture
def midday():
    """Let it be noon in UTC: what waits until the next midnight waits for hours, whenever the run began."""
    noon = (present() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    with time_machine.travel(noon, tick=True):
        yield


@pytest.fixture
def quick_proofs(monkeypatch):
    """Let a proof of work take no time."""
    monkeypatch.setattr(needed, "ROUNDS", 1)
    monkeypatch.setattr(needed, "STEPS", {Proof.WORK: 8, Proof.HARD_WORK: 16})


@pytest.fixture
def letters(monkeypatch):
    """Return what is handed to the mail server, in plain text and as HTML."""
    sent = []

    def keep(letter):
        message = build(letter)
        bodies = {name: message.get_body((kind,)) for name, kind in (("text", "plain"), ("html", "html"))}
        texts = {name: body.get_content() for name, body in bodies.items() if body is not None}
        sent.append({"to": str(message["To"]), "subject": str(message["Subject"]), **texts})

    monkeypatch.setattr("timetuna.accounts.emails.deliver", keep)
    monkeypatch.setattr("timetuna.mail.deliver", keep)
    return sent


@pytest.fixture(scope="session")
def running_texts():
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0, parts=frozenset({"sms"}))) as sandbox:
        yield sandbox


@pytest.fixture
def phones(running_texts, settings):
    running_texts.reset()
    phones = Phones(running_texts)
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | phones.settings()
    return phones


@pytest.fixture
def verified(page, phones):
    """Have the page want numbers verified."""
    assert phones
    page.phone = "verified"
    page.save()
    return page
