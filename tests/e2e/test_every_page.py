"""axe looks at every page that a host comes to, and at its states, in light and dark, on a desk and on a phone.

Every name of an address is in one of three lists; a new one without its line fails. `./test` looks at some pages, each
in one of the four ways, others with each commit; `./test all` at all of them in all ways.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Page

from tests.clock import present
from tests.e2e.browser import DESK, PHONE, violations
from tests.e2e.steps import fits
from tests.sampling import share_within
from tests.test_personas import path_of, scene
from tests.test_rights import PROGRAMS
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import put
from timetuna.imports.models import Import
from timetuna.oauth.tests.conftest import make_app
from timetuna.pages.models import BookingPage
from timetuna.web.middleware import GUESTS_ROUTES

__all__ = ["scene"]
PASSWORD = "correct horse battery"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsbesprechung über Kommunikationsinfrastruktur"
UNFOLD = "which => [...document.querySelectorAll(which)].map(one => { one.open = true; }).length"
WAYS = list(product((DESK, PHONE), ("light", "dark")))
SEEN = """
account_login by=nobody send
account_signup by=nobody send
account_inactive by=nobody
account_email_verification_sent by=nobody
account_confirm_email by=nobody status=410
account_reset_password by=nobody send
account_reset_password_done by=nobody
account_reset_password_from_key_done by=nobody
account_reset_password_from_key by=nobody
account_logout
account_reauthenticate send
account_email send
account_change_password send
undo_email by=nobody status=410
settings_providers
provider_finish
provider_log_in provider=caldav send
provider_log_in provider=icalfeed send
stripe_key send
stripe_finish
booking_pages
booking_pages by=new
pages_booking send
pages_availability send
pages_calendars
pages_your_part
pages_guests
pages_notifications
pages_look
pages_connect
pages_question_new send
pages_question
pages_off
team_invitation by=invited status=404
cohost_invitation by=invited
profile send
team_new send
team
team by=admin send
guests_data
first_step name=hours by=new
first_step name=calendar by=new
first_step name=meeting by=new send
first_step name=share by=new
availability
availability by=new
schedule send
schedule_dates
schedule_on
time_off
time_off by=new send
absence send
trips
trips by=new send
trip send
holidays
limits
insights
insights by=new
insights ?period=90&clock=held
imports
import_from send
imported_bookings
imported_booking
import
webhooks
webhooks by=new
webhook_new send
webhook send
webhook_delivery
developers
developers by=new
developers_key_new send
connected_apps
connected_apps by=new
authorize ?app
authorize status=400
public_docs by=nobody
public_document name=api by=nobody
public_problems by=nobody
public_problem code=flood by=nobody
bookings ?show=upcoming
bookings ?show=requests
bookings ?show=past
bookings ?show=cancelled
bookings ?show=upcoming&q=nobody
bookings ?show=upcoming&host=all
bookings by=new
bookings_agenda ?view=week
bookings_agenda ?view=day
bookings_agenda by=new
unusual_bookings
booking
booking by=cohost
booking_source
booking_move
booking_move_confirm status=422
booking_hand_over
page_leave by=cohost
cohost_leave
why
why ?date=2027-06-12&time=10:00&minutes=30
shares
share
share_times
share_website
share_links
share_link_new send
share_links_many send
"""
"""A name, and what differs: what stands in its address, by whom, the query, the status; "send" is an empty form."""
ELSEWHERE = """
google_login google_callback microsoft_login microsoft_callback socialaccount_signup account_set_password
provider_replace new_draft draft developers_key_made webhook_secret booking_handed_over
"""
"""To which only another service, what was just done, or what the operator has set leads: their own journeys look."""
NO_PAGES = """
root settings pages_page pages_new teams first_steps why_any
provider_connect provider_disconnect provider_callback provider_deauthorize
account_calendars account_name account_read calendar calendar_read pages_pause pages_connect_provider
pages_question_move pages_question_delete cohost_ask cohost_ask_again cohost_take_back pages_team
page_card page_logo page_background page_video host_photo pages_duplicate pages_switch pages_delete
team_invite team_leave team_delete team_role team_hand_over team_remove team_invite_again team_uninvite
first_steps_hide first_steps_skip first_steps_connect availability_undo schedules_new schedule_usual
schedules_default schedules_delete absence_remove trip_remove holiday_choice insights_days insights_rows
import_calendar_remove imported_booking_free import_progress import_drop
inbound_text stripe_webhook stripe_own_webhook booking_refund stripe_connect stripe_check stripe_disconnect
stripe_callback
webhook_rotate webhook_test webhook_switch webhook_remove webhook_replay_failed webhook_replay
developers_key_revoke connected_app_disconnect openapi bookings_export booking_retry booking_use_account booking_cancel
booking_new_link booking_answer booking_guests booking_no_show booking_notes booking_resend booking_erase
booking_history release_hold shares_file page_preview share_qr share_website_preview share_links_file
share_link_end mail_preview mail_test
"""
"""What leads on, only takes forms, or answers with a file or a part of a page."""
DOCUMENTATION = ("docs", "problems")
LINES = SEEN.strip().splitlines()
PART, OF = share_within()
TURN, WAYS = (LINES, WAYS) if OF == 1 else (LINES[PART % 2 :: 2], [WAYS[PART // 2 % len(WAYS)]])
"""Half of the lines in one of the ways, of which a sixteenth is tried: each line in each way by one of 512 commits."""


def names(patterns: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every address at which people are hosts, or read what is written for them."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern) and one.name:
            route = before + str(one.pattern)
            for_guests = one.name.startswith(GUESTS_ROUTES) and not route.startswith(DOCUMENTATION)
            if not for_guests and not route.startswith(PROGRAMS):
                yield one.name, route


def test_every_address_is_looked_at_or_said_to_be_no_page() -> None:
    seen = {line.split()[0] for line in LINES}
    listed = [*seen, *ELSEWHERE.split(), *NO_PAGES.split()]

    assert sorted(listed) == sorted({name for name, _ in names()})


@pytest.mark.django_db
@pytest.mark.either
@pytest.mark.matrix(of="walk")
def test_what_is_said_to_be_no_page_is_none(scene: dict[str, Any]) -> None:
    client = Client()
    client.force_login(scene["people"]["owner"])
    routes, pages = dict(names()), []
    for name in NO_PAGES.split():
        answer = client.get(path_of(routes[name], scene, "owner"))
        if answer.status_code == 200 and b"<html" in b"".join(answer):
            pages.append(name)

    assert pages == ["page_preview", "share_website_preview"]  # guests' pages in a frame


@pytest.fixture
def full(scene: dict[str, Any]) -> dict[str, Any]:
    """Return the scene with something in each list, and with long names."""
    owner, page = scene["people"]["owner"], BookingPage.objects.get(pk=scene["page_id"])
    scene["people"]["new"] = make_host("new", "Wolfeschlegelstein Featherstonehaugh")
    page.questions.create(key="size", label=LONG, kind="one", options=[{"id": "a", "label": LONG}])
    own = make_page(owner, slug="own")
    BookingPage.objects.filter(pk=own.pk).update(
        title=LONG, description=f"{LONG}. " * 4, brand_color="#ffd400"
    )
    put(owner, tomorrow(9), page=own, link="ready", name=LONG, email=f"{'long' * 12}@host.example")
    put(owner, tomorrow(11), page=own, link="failed")
    put(owner, present() - timedelta(minutes=5), page=own, link="ready")
    put(owner, present() - timedelta(days=2), page=own, no_show=True)
    put(owner, tomorrow(14), page=own, cancelled_by="guest")
    put(owner, tomorrow(16), page=own, status="pending")
    put(owner, tomorrow(18), page=page)
    Import.objects.create(host=owner, product="calcom", state="failed")
    scene["app"] = make_app(LONG).query()
    return scene


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(15_000)
    context.route("**/preview*/**", lambda route: route.abort())  # guests' pages are looked at by themselves
    yield context.new_page()
    context.close()


def come_in(window: Page, scene: dict[str, Any], person: str, base: str) -> None:
    if person == "nobody":
        return
    client = Client()
    client.force_login(scene["people"][person])
    cookie = next(iter(client.cookies.values()))
    window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])


def states(window: Page, *, sends: bool) -> Iterator[tuple[str, str]]:
    """Bring the page into each; yield what it is called, and where axe is to look: menus lie over what is below."""
    yield "as it comes", "html"
    if window.evaluate(UNFOLD, "details:not([open], .menu)"):
        yield "unfolded", "html"
    if window.evaluate(UNFOLD, "main details.menu"):
        yield "with menus", ".menu[open] > .menu-list"
    if sends:
        form = window.locator("main form[method=post]").first
        form.evaluate(
            "form => { form.noValidate = true; for (const one of form.elements) if (one.matches("
            "'input:not([type=hidden],[type=checkbox],[type=radio],[type=file]), textarea')) one.value = ''; }"
        )
        with window.expect_navigation():
            form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        yield "sent empty", "html"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.either("postgresql")
@pytest.mark.matrix(of="page")
@pytest.mark.parametrize("line", TURN)
def test_nothing_stands_in_anybodys_way(
    line: str, beside_a_loop: None, full: dict[str, Any], window: Page, live_server: Any
) -> None:
    name, *rest = line.split()
    said = dict(one.split("=", 1) for one in rest if "=" in one and not one.startswith("?"))
    query = next((one for one in rest if one.startswith("?")), "").replace("?app", f"?{full['app']}")
    person, status = said.pop("by", "owner"), int(said.pop("status", 200))
    path = path_of(dict(names())[name], full | said, person) + query
    come_in(window, full, person, live_server.url)
    wrong = []
    for size, scheme in WAYS:
        window.set_viewport_size(size)  # type: ignore[arg-type]
        window.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        answer = window.goto(path)
        if "/reauthenticate" in window.url and name != "account_reauthenticate":
            window.get_by_label("Password").fill(PASSWORD)
            with window.expect_navigation():
                window.get_by_label("Password").press("Enter")
        assert answer
        assert answer.status == status, window.url
        for state, within in states(window, sends="send" in rest):
            where = f"{path} {state}, {size['width']} {scheme}"
            wrong += [f"{where}: {one}" for one in violations(window, within)]
            if not fits(window):
                wrong.append(f"{where}: something sticks out")
    assert wrong == []
