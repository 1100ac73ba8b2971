"""What a host is told of calendars that cannot be read: once, in time, and also that it is over."""

from datetime import timedelta

import pytest
from django.db.models import F

from tests.clock import present
from timetuna.calendars.access_tokens import use
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.incidents import troubles
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.conftest import do, jobs
from timetuna.calendars.tests.feeds import allow_feeds, connect_feed, publishing, tomorrow
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp
from timetuna.lib.smtp import MailServer
from timetuna.pages.models import HostRules
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect

pytestmark = pytest.mark.django_db
TROUBLE, MENDED, RECONNECT = "calendars.trouble_mail", "calendars.mended_mail", "calendars.reconnect_mail"


@pytest.fixture(scope="module")
def server():
    with publishing() as server:
        yield server


@pytest.fixture
def feeds(server, settings, running, zoom):
    server.events.clear()
    server.faults.clear()
    server.headers.clear()
    allow_feeds(settings)
    settings.MAIL_SERVER = MailServer("127.0.0.1", running[0].smtp_port)
    return server


@pytest.fixture
def alice(alice):
    alice.time_zone = "Europe/Berlin"
    alice.save()
    return alice


@pytest.fixture
def calendar(alice, feeds):
    feeds.put("/office.ics", tomorrow(10))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    Job.objects.all().delete()
    return calendar


def fail_for(calendar, **time):
    """Let the calendar have failed for so long."""
    Calendar.objects.filter(pk=calendar.pk).update(failing_since=F("failing_since") - timedelta(**time))


def mails(zoom):
    return [(mail["subject"], mail["text"]) for mail in zoom.mail("alice@example.org")]


def test_what_only_the_host_can_end_is_told_at_once(calendar, feeds, zoom):
    feeds.faults["/office.ics"] = 410

    refresh(calendar.pk)
    [told] = jobs(TROUBLE)
    do(told)

    [(subject, text)] = mails(zoom)
    calendar.refresh_from_db()
    assert subject == "Your calendar “Office” cannot be read"
    assert calendar.problem in text
    assert "“Office”: the busy times that were read last go on to count until" in text
    assert text.count("http://localhost:8000/settings/providers") == 1


def test_a_short_trouble_is_told_to_nobody(calendar, feeds):
    feeds.faults["/office.ics"] = 500
    for _ in range(5):
        refresh(calendar.pk)

    assert jobs(TROUBLE) == []
    del feeds.faults["/office.ics"]
    refresh(calendar.pk)
    assert jobs(MENDED) == []


def test_a_trouble_of_half_an_hour_is_told_once_and_so_is_its_end(calendar, feeds, zoom):
    feeds.faults["/office.ics"] = 500
    for _ in range(3):
        refresh(calendar.pk)
    fail_for(calendar, minutes=31)
    refresh(calendar.pk)
    refresh(calendar.pk)
    [told] = jobs(TROUBLE)
    do(told)
    del feeds.faults["/office.ics"]

    refresh(calendar.pk)
    [over] = jobs(MENDED)
    do(over)
    do(over)

    assert [subject for subject, _ in mails(zoom)] == [
        "Your calendar “Office” cannot be read",
        "Your calendar “Office” can be read again",
    ]
    calendar.refresh_from_db()
    assert (calendar.told_at, calendar.failing_since) == (None, None)
    refresh(calendar.pk)
    assert len(jobs(MENDED)) == 1


def test_ten_calendars_of_an_account_are_one_mail_and_one_end(calendar, feeds, zoom):
    for number in range(9):
        Calendar.objects.create(
            account=calendar.account,
            outside_id=f"gone-{number}",
            name=f"Gone {number}",
            read_at=present(),
        )
    for row in Calendar.objects.exclude(pk=calendar.pk):
        refresh(row.pk)
    [told] = jobs(TROUBLE)

    do(told)

    [(subject, text)] = mails(zoom)
    assert subject == "9 calendars cannot be read"
    assert text.count("go on to count until") == 9
    Calendar.objects.exclude(pk=calendar.pk).exclude(name="Gone 0").update(failing_since=None)
    refresh(calendar.pk)
    assert jobs(MENDED) == []
    Calendar.objects.filter(pk=calendar.pk).update(outside_id="elsewhere")
    Calendar.objects.filter(name="Gone 0").update(outside_id="feed")
    refresh(Calendar.objects.get(name="Gone 0").pk)
    [over] = jobs(MENDED)
    do(over)
    assert mails(zoom)[-1][0] == "9 calendars can be read again"


def end(calendar):
    """End the connection, as its provider does when it accepts it no more."""

    def refuse(_):
        raise AccessTokenRefused("No.", code="no")

    with pytest.raises(NeedsReconnect):
        use(calendar.account_id, refuse)


def test_a_dead_connection_has_one_mail_with_its_calendars_and_no_other(calendar, feeds, zoom):
    end(calendar)

    refresh(calendar.pk)

    [told] = jobs(RECONNECT)
    assert jobs(TROUBLE) == []
    do(told)
    [(subject, text)] = mails(zoom)
    assert subject == "iCal feed needs to be connected again"
    assert "“Office”: the busy times that were read last go on to count until" in text
    account = CalendarAccount.objects.get()
    assert account.needs_reconnect
    assert account.needs_reconnect_reason in text


def test_a_grant_that_was_limited_from_the_start_is_explained(calendar, feeds, zoom):
    CalendarAccount.objects.update(grant_expires_at=present() - timedelta(minutes=1))
    end(calendar)

    do(jobs(RECONNECT)[0])

    [(_, text)] = mails(zoom)
    assert "an app that is still in testing" in text
    assert "publishing its app" in text


def test_a_mail_that_is_too_late_is_not_sent(calendar, feeds, zoom):
    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)
    del feeds.faults["/office.ics"]
    refresh(calendar.pk)

    do(jobs(TROUBLE)[0])

    assert mails(zoom) == []


def test_what_begins_again_before_its_end_is_told_is_the_same_trouble(calendar, feeds, zoom):
    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)
    del feeds.faults["/office.ics"]
    refresh(calendar.pk)
    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)

    do(jobs(MENDED)[0])

    assert mails(zoom) == []
    assert len(jobs(TROUBLE)) == 1


def test_pages_of_a_host_say_what_is_wrong_and_until_when_it_costs_nothing(alice, charlie, calendar, feeds):
    assert troubles(alice.pk, now=present()) == []
    feeds.faults["/office.ics"] = 410
    HostRules.objects.create(host=alice, calendar_patience_hours=3)
    refresh(calendar.pk)
    calendar.refresh_from_db()

    [trouble] = troubles(alice.pk, now=present())

    [failing] = trouble.calendars
    assert (failing.name, failing.problem) == ("Office", calendar.problem)
    assert failing.counts_until == calendar.read_at + timedelta(hours=3)
    assert (trouble.names(), trouble.action) == ("“Office”", "Look at your calendars")
    later = present() + timedelta(hours=3)
    assert troubles(alice.pk, now=later)[0].calendars[0].counts_until is None
    assert "offer no times" in troubles(alice.pk, now=later)[0].lines(now=later)[0]
    assert troubles(charlie.pk, now=present()) == []


def test_a_calendar_that_takes_no_time_any_more_is_no_trouble(alice, calendar, feeds):
    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)

    Calendar.objects.update(blocks=False)

    assert troubles(alice.pk, now=present()) == []


def test_a_dead_connection_is_a_trouble_that_reconnecting_ends(alice, calendar, feeds):
    end(calendar)

    [trouble] = troubles(alice.pk, now=present())

    assert (trouble.needs_host, trouble.action) == (True, "Reconnect iCal feed")
    assert [one.name for one in trouble.calendars] == ["Office"]


def test_an_end_that_cannot_be_mailed_does_not_hide_the_next_trouble(calendar, feeds, zoom):
    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)
    del feeds.faults["/office.ics"]
    refresh(calendar.pk)
    zoom.fault("smtp_550", to="alice@example.org")

    with pytest.raises(GiveUp):
        do(jobs(MENDED)[0])

    feeds.faults["/office.ics"] = 410
    refresh(calendar.pk)
    assert len(jobs(TROUBLE)) == 2
