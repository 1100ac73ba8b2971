"""The editor's tab Calendars, and the ways from it to an account and back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import submit
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.models import BookingPage

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _google_is_set_up(settings: Any) -> None:
    keys = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys


def account(host: User, **fields: Any) -> CalendarAccount:
    values = {
        "provider": "google",
        "email": f"{host.handle}@gmail.example",
        "calendars_read_at": present(),
    }
    values |= {"provider_user_id": host.handle, "expires_at": present() + HOUR}
    return CalendarAccount.objects.create(host=host, **{**values, **fields})


def calendar(of: CalendarAccount, name: str, **fields: Any) -> Calendar:
    values = {"outside_id": name, "name": name, "writable": True, "read_at": present()}
    return Calendar.objects.create(account=of, **{**values, **fields})


@pytest.fixture
def work(alice: User) -> Calendar:
    return calendar(account(alice), "Work", is_primary=True, meeting_types="google_meet")


@pytest.fixture
def club(work: Calendar) -> Calendar:
    return calendar(work.account, "Club", writable=False, blocks=False, next_read_at=present() + HOUR)


def tab(page: BookingPage) -> str:
    return f"/booking-pages/{page.pk}/calendars"


def words(browser: Client, path: str) -> str:
    return " ".join(browser.get(path).content.decode().split())


def stored(page: BookingPage) -> tuple[bool, list[int], str, int | None]:
    row = page.page_hosts.get(host=page.host)
    chosen = sorted(row.calendars.values_list("calendar_id", flat=True))
    return row.own_calendars, chosen, row.writes, row.write_calendar_id


def test_without_calendars_the_tab_says_what_that_means(as_alice, page):
    text = words(as_alice, tab(page))

    assert "guests can book whenever your hours are open" in text
    assert f'href="{tab(page)}/connect"' in text
    assert "Connect a calendar" in text
    assert "Add iCal feed" in text


def test_all_that_block_is_the_default_and_named(as_alice, page, work, club):
    text = words(as_alice, tab(page))

    assert 'id="blocked-all" value="all" checked' in text
    assert '<span class="setting-name"><bdi>Work</bdi></span>' in text
    assert f'id="calendar-{work.pk}" value="{work.pk}" checked' in text
    assert f'id="calendar-{club.pk}" value="{club.pk}" >' in text
    assert "Now that is Work of alice@gmail.example, Google Calendar. It can carry Google Meet links." in text


def test_calendars_of_one_name_and_one_address_are_told_apart_by_their_service(as_alice, page, work):
    calendar(account(page.host, provider="caldav", provider_user_id="dav"), "Work")
    feed = account(page.host, provider="icalfeed", provider_user_id="feed", email="", display_name="Club")
    calendar(feed, "Club", writable=False)

    text = words(as_alice, tab(page))

    for service in ("alice@gmail.example, Google Calendar", "alice@gmail.example, CalDAV", "iCal feed"):
        assert f'<bdi class="quiet small">{service}</bdi>' in text
    assert "alice@gmail.example, CalDAV." in text


def test_a_choice_is_stored_and_what_was_read_for_nothing_is_read_at_once(as_alice, page, work, club):
    data = {"blocked_by": "these", "calendars": [club.pk], "writes": str(work.pk)}

    answer = submit(as_alice, tab(page), data)

    assert answer["Location"] == tab(page)
    assert stored(page) == (True, [club.pk], "chosen", work.pk)
    club.refresh_from_db()
    assert club.next_read_at <= present()
    assert f'id="calendar-{club.pk}" value="{club.pk}" checked' in words(as_alice, tab(page))


def test_going_back_to_all_keeps_the_choice_for_later(as_alice, page, work, club):
    submit(as_alice, tab(page), {"blocked_by": "these", "calendars": [club.pk], "writes": "default"})

    submit(as_alice, tab(page), {"blocked_by": "all", "writes": "nowhere"})

    assert stored(page) == (False, [club.pk], "nowhere", None)


def test_a_page_that_nothing_blocks_says_so(as_alice, page, work):
    submit(as_alice, tab(page), {"blocked_by": "these", "writes": "default"})

    assert stored(page) == (True, [], "default", None)
    assert "No calendar blocks this page" in words(as_alice, tab(page))


@pytest.mark.parametrize(
    "sent", [{}, {"blocked_by": "x", "writes": "default"}, {"blocked_by": "all", "writes": "x"}]
)
def test_what_cannot_be_read_is_not_stored(as_alice, page, work, sent):
    answer = submit(as_alice, tab(page), sent)

    assert answer.status_code == 422
    assert stored(page) == (False, [], "default", None)


@pytest.mark.parametrize("field", ["calendars", "writes"])
def test_calendars_of_others_cannot_be_chosen(as_alice, page, work, charlie, field):
    theirs = calendar(account(charlie), "Secret plans")
    data = {"blocked_by": "these", "calendars": [work.pk], "writes": "default"} | {field: str(theirs.pk)}

    answer = submit(as_alice, tab(page), data)

    assert answer.status_code == 422
    assert "Secret plans" not in answer.content.decode()
    assert stored(page) == (False, [], "default", None)


def test_a_stranger_finds_nothing(as_charlie, page, work):
    data = {"blocked_by": "these", "calendars": [work.pk], "writes": "nowhere"}

    assert as_charlie.get(tab(page)).status_code == 404
    assert as_charlie.post(tab(page), data).status_code == 404
    assert as_charlie.get(f"{tab(page)}/connect").status_code == 404
    assert as_charlie.post(f"{tab(page)}/connect/google").status_code == 404
    assert stored(page) == (False, [], "default", None)


def test_a_chosen_calendar_that_is_gone_is_shown_with_what_to_do(as_alice, page, work):
    submit(as_alice, tab(page), {"blocked_by": "these", "calendars": [work.pk], "writes": str(work.pk)})
    Calendar.objects.update(listed=False)

    text = words(as_alice, tab(page))

    assert "Untick it, or guests find no times" in text
    assert "so guests find no times. Choose another one." in text


def test_a_calendar_for_events_that_was_disconnected_asks_for_another(as_alice, page, work):
    submit(as_alice, tab(page), {"blocked_by": "all", "writes": str(work.pk)})
    CalendarAccount.objects.all().delete()

    assert "Choose where they go from now on." in words(as_alice, tab(page))


def test_a_failing_calendar_shows_it_here_too(as_alice, page, work):
    Calendar.objects.update(failing_since=present() - HOUR)

    assert "Cannot be read" in words(as_alice, tab(page))


def test_a_page_that_is_deleted_meanwhile_is_a_404(as_alice, page, work, alice):
    path = tab(page)
    delete_page(page)

    assert as_alice.post(path, {"blocked_by": "all", "writes": "default"}).status_code == 404


def test_the_way_to_connect_lists_what_has_calendars(as_alice, page):
    text = words(as_alice, f"{tab(page)}/connect")

    assert 'Connect<span class="sr"> Google Calendar</span>' in text
    assert f'href="{tab(page)}/connect/caldav"' in text
    assert "Zoom" not in text
    assert as_alice.get(f"{tab(page)}/connect/zoom").status_code == 404


def test_a_form_leads_back_to_the_tab(as_alice, page):
    path = f"{tab(page)}/connect/icalfeed"

    text = words(as_alice, path)

    assert "Address of the feed" in text
    assert f'href="{tab(page)}"' in text
    assert as_alice.post(path, {"address": "not an address"}).status_code == 422


def test_coming_back_from_a_provider_leads_to_the_tab_once(as_alice, page):
    begun = as_alice.post(f"{tab(page)}/connect/google")
    assert begun["Location"].startswith("https://accounts.google.com/")

    denied = as_alice.get("/api/calendar-accounts/google/callback?error=access_denied")
    again = as_alice.get("/api/calendar-accounts/google/callback?error=access_denied")

    assert denied["Location"] == tab(page)
    assert again["Location"] == "/settings/providers"


def test_a_start_from_the_settings_leads_back_to_them(as_alice, page):
    as_alice.post(f"{tab(page)}/connect/google")
    as_alice.post("/settings/providers/google/connect")

    denied = as_alice.get("/api/calendar-accounts/google/callback?error=access_denied")

    assert denied["Location"] == "/settings/providers"


def test_a_look_at_the_way_starts_nothing(as_alice, page):
    assert as_alice.get(f"{tab(page)}/connect/google")["Location"] == f"{tab(page)}/connect"


def test_a_meeting_that_comes_with_events_is_refused_with_the_way_to_the_calendars(as_alice, page, club):
    Calendar.objects.filter(name="Work").update(meeting_types="")
    data = {"title": "Intro call", "slug": "intro-call", "description": "", "type_google_meet": "on"}
    rows = {"durations-TOTAL_FORMS": "1", "durations-INITIAL_FORMS": "0", "durations-0-minutes": "30"}

    answer = submit(as_alice, f"/booking-pages/{page.pk}/booking", data | rows)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Google Meet needs a calendar that can carry it to get this page’s new events." in text
    assert f'href="{tab(page)}"' in text
