"""From connecting an account until its calendars are known: unknown is not free, and it is said in every place."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.tests.conftest import due_now, make_page, order, tomorrow, work_off
from timetuna.bookings.tests.google import FAMILY, PRIMARY
from timetuna.calendars.actions import list_calendars as listing
from timetuna.calendars.actions.read_live import read_live
from timetuna.calendars.actions.refresh_due import refresh_due
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs.models import Job
from timetuna.pages.models import PageHostCalendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
HOST = "alice@host.example"
EVERY = "“Every calendar of robin@host.example”"


@pytest.fixture
def page(alice):
    return make_page(alice)


@pytest.fixture
def browser(alice):
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def unlisted(google, alice, page):
    """An account of which the list of calendars comes broken."""
    google.control.fault("google_without_items", times=None)
    return google.just_connect(Client(), alice)


def offers(sam, page):
    """Say whether guests find a time on the day after tomorrow, whatever month it is in."""
    day = tomorrow() + timedelta(days=1)
    shown = sam.get(f"/alice/{page.slug}", {"date": f"{day:%Y-%m-%d}", "month": f"{day:%Y-%m}"})
    return "/book?" in shown.content.decode()


def words(answer):
    return " ".join(answer.content.decode().split())


def read_all():
    Calendar.objects.update(next_read_at=present())
    refresh_due(threads=1)


def test_an_account_that_was_never_listed_blocks_and_no_worker_is_needed_for_it(sam, page, unlisted):
    assert not offers(sam, page)
    with pytest.raises(SlotTaken):
        book(order(page), now=present())


def test_a_time_over_an_event_is_not_booked_before_the_list_is_read(google, alice, page):
    start = tomorrow() + timedelta(days=1)
    end = start + timedelta(hours=1)
    google.control.tell(
        "google/event", id=PRIMARY, title="Dentist", start=start.isoformat(), end=end.isoformat()
    )
    google.control.fault("google_without_items", times=None)
    google.just_connect(Client(), alice)

    with pytest.raises(SlotTaken):
        book(order(page, start), now=present())

    google.control.clear_faults()
    read_all()
    with pytest.raises(SlotTaken):
        book(order(page, start), now=present())
    assert book(order(page, start + timedelta(hours=2)), now=present()).pk


def test_it_is_said_wherever_an_unreadable_calendar_is(page, unlisted, browser):
    day = {"date": f"{tomorrow():%Y-%m-%d}", "time": "12:00", "minutes": "30"}

    assert f"Offers no times yet: {EVERY} is being read." in words(browser.get("/booking-pages"))
    editor = words(browser.get(f"/booking-pages/{page.pk}/calendars"))
    assert "No calendar is connected" not in editor
    assert "No calendar blocks this page" not in editor
    assert "Every calendar of robin@host.example" in editor
    assert "Looking which calendars there are" in editor
    assert f"{EVERY} cannot be read at the moment" in words(browser.get(f"/booking-pages/{page.pk}/why", day))
    assert "Until that is known, pages" in words(browser.get("/settings/providers"))

    read_all()

    assert f"Offers no times, because {EVERY} cannot be read." in words(browser.get("/booking-pages"))
    assert f"{EVERY} cannot be read since" in words(browser.get("/settings/profile"))
    assert "Its list of calendars could not be read." in words(browser.get("/settings/providers"))
    assert "It could not be read which calendars there are." in words(
        browser.get(f"/booking-pages/{page.pk}/calendars")
    )


def test_its_host_is_mailed_when_it_lasts_and_when_it_is_over(google, unlisted):
    for _ in range(3):
        read_all()
    long_ago = present() - timedelta(hours=1)
    Calendar.objects.update(failing_since=long_ago)
    read_all()
    Job.objects.filter(name="calendars.list").delete()
    work_off()

    [mail] = google.control.mail(HOST)
    assert mail["subject"] == "The calendars of robin@host.example cannot be read"
    assert "cannot find out which calendars your Google Calendar account robin@host.example has." in " ".join(
        mail["text"].split()
    )

    google.control.clear_faults()
    for _ in range(2):
        read_all()
    work_off()

    [_, over] = google.control.mail(HOST)
    assert over["subject"].endswith(" calendars can be read again")


def test_the_list_is_read_while_the_host_is_still_on_the_way_back(google, alice, page, sam):
    account = google.just_connect(Client(), alice)

    account.refresh_from_db()
    assert account.calendars_read_at
    assert not account.calendars.filter(outside_id="").exists()
    assert not Job.objects.filter(name="calendars.list").exists()
    assert not offers(sam, page)  # which calendars there are is known; what is in them is not
    read_all()
    assert offers(sam, page)


def test_a_slow_list_keeps_nobody_and_is_read_by_the_worker(google, alice, page, sam, monkeypatch):
    monkeypatch.setattr(listing.list_soon, "__kwdefaults__", {"seconds": 0.05})
    google.control.fault("google_list_slow", seconds=1)
    account = google.just_connect(Client(), alice)

    assert [row.is_every() for row in account.calendars.all()] == [True]
    assert not offers(sam, page)

    work_off()
    read_all()
    assert not account.calendars.filter(outside_id="").exists()
    assert offers(sam, page)


def test_a_grant_that_dies_before_the_list_is_read_blocks_and_asks_to_reconnect(
    google, sam, page, unlisted, browser
):
    google.control.clear_faults()
    google.control.fault("google_revoke")
    read_all()

    assert CalendarAccount.objects.get().needs_reconnect
    assert not offers(sam, page)
    said = words(browser.get("/booking-pages"))
    assert f"{EVERY} cannot be read since" in said
    assert "Reconnect Google Calendar" in said


def test_a_provider_that_is_not_set_up_any_more_blocks_as_well(sam, page, unlisted, settings):
    keys = {name: "" for name in settings.PROVIDER_SETTINGS if name.startswith("GOOGLE_CLIENT")}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys
    read_all()

    assert not offers(sam, page)
    assert "not set up on this server" in Calendar.objects.get().problem


def test_a_page_with_calendars_of_its_own_choice_is_not_kept(google, alice, page, sam):
    row = google.connect(Client(), alice).calendars.first()
    page.page_hosts.update(own_calendars=True)
    page.page_hosts.get().calendars.create(calendar=row)
    google.control.fault("google_without_items", times=None)
    google.just_connect(Client(), alice, account="casey")

    assert offers(sam, page)


def test_nobody_switches_off_what_stands_for_all(page, unlisted, browser):
    row = Calendar.objects.get()

    assert browser.post(f"/settings/calendars/{row.pk}", {}).status_code == 404
    answer = browser.post(
        f"/booking-pages/{page.pk}/calendars",
        {"blocked_by": "these", "calendars": [row.pk], "writes": "default"},
    )
    assert answer.status_code in {200, 409, 422}
    row.refresh_from_db()
    assert row.blocks
    assert not PageHostCalendar.objects.exists()


def test_a_live_look_asks_nothing_of_it(unlisted, google):
    row = Calendar.objects.get()
    before = len(google.control.calls("google"))

    assert read_live([row.pk], (0, 60), seconds=2) == [row.pk]
    assert len(google.control.calls("google")) == before


@pytest.fixture
def family(google, alice):
    """A calendar that was switched off, and in which something has been put since it was read."""
    google.connect(Client(), alice)
    row = Calendar.objects.get(outside_id=FAMILY)
    row.blocks, row.read_at = False, present() - timedelta(hours=20)
    row.save()
    return row


def switch_on(browser, row):
    was = {"was_blocks": "", "was_tentative_blocks": "on", "tentative_blocks": ["", "on"]}
    browser.post(f"/settings/providers/calendars/{row.pk}", was | {"blocks": ["", "on"]})


def tick(browser, page, row):
    tab = f"/booking-pages/{page.pk}/calendars"
    version = browser.get(tab).context["form"].version
    sent = {"blocked_by": "these", "calendars": [row.pk], "writes": "default", "version": version}
    assert browser.post(tab, sent).status_code == 302


@pytest.mark.parametrize("how", ["switch", "tick"])
def test_a_calendar_that_is_switched_on_blocks_until_it_is_read(google, page, sam, browser, family, how):
    assert offers(sam, page)

    if how == "switch":
        switch_on(browser, family)
    else:
        tick(browser, page, family)

    assert not offers(sam, page)
    assert "Offers no times yet: “Family” is being read." in words(browser.get("/booking-pages"))
    refresh_due(threads=1)  # it is due by itself
    assert offers(sam, page)


def test_a_switch_that_slipped_keeps_what_was_read_a_moment_ago(page, sam, browser, family):
    Calendar.objects.filter(pk=family.pk).update(read_at=present())

    switch_on(browser, family)

    assert offers(sam, page)


def test_what_a_page_asks_for_already_is_no_less_known_when_it_is_switched_on(page, sam, browser, family):
    page.page_hosts.update(own_calendars=True)
    page.page_hosts.get().calendars.create(calendar=family)

    switch_on(browser, family)

    assert offers(sam, page)


def test_what_was_read_for_another_zone_of_the_host_counts_no_more(google, alice, page, sam, browser):
    google.connect(Client(), alice)
    assert offers(sam, page)

    type(alice).objects.update(time_zone="Pacific/Auckland")

    assert not offers(sam, page)
    with pytest.raises(SlotTaken):
        book(order(page), now=present())
    assert "being read." in words(browser.get("/booking-pages"))
    assert "for your time zone has changed" in words(browser.get("/settings/providers"))
    refresh_due(threads=1)  # the look has made them due
    assert offers(sam, page)


def test_a_booking_waits_for_the_list_to_find_the_calendar_for_its_event(google, alice, own_page):
    google.control.fault("google_without_items", times=None)
    google.just_connect(Client(), alice)
    book(order(own_page), now=present())
    work_off()
    assert google.control.mail("sam@guest.example") == []

    google.control.clear_faults()
    read_all()
    due_now()
    work_off()

    assert len(google.events()) == 1
    assert len(google.control.mail("sam@guest.example")) == 1


@pytest.fixture
def own_page(page):
    """A page that has chosen to be blocked by no calendar."""
    page.page_hosts.update(own_calendars=True)
    return page


def test_what_was_moved_outside_is_seen_when_its_new_time_is_picked(google, alice, page, sam):
    google.connect(Client(), alice)
    start = tomorrow() + timedelta(days=1)
    assert offers(sam, page)
    form = f"/alice/{page.slug}/book?start={start:%Y-%m-%dT%H:%M}Z&duration=30&zone=UTC"

    end = start + timedelta(hours=1)
    google.control.tell(
        "google/event", id=PRIMARY, title="Moved here", start=start.isoformat(), end=end.isoformat()
    )
    answer = sam.get(form)

    assert answer.status_code == 409
    assert "not free any more" in words(answer)
