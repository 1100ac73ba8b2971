"""The Zoom Marketplace test plan (docs/zoom-test-plan.md), sections 1 to 7 in their order, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from sandbox.zoom.control import APP
from tests.e2e.browser import eyes
from tests.e2e.steps import open_day, pick

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either("postgresql")]
GUEST = "sam@guest.example"


def test_the_plan_from_sign_in_to_both_ways_of_disconnecting(live_timetuna, browser):
    zoom = live_timetuna.sandbox
    host = live_timetuna.new_host(name="Robin Host", zone="Europe/Berlin")
    with eyes(browser, "host") as robin, eyes(browser, "guest") as sam:
        account(robin, live_timetuna, host)
        authorize(robin, zoom)
        scopes(zoom)
        public_url = configure(robin, host)
        join_url = book(sam, zoom, public_url)
        both_mails(zoom, host, join_url)
        disconnect_in_timetuna(robin, live_timetuna, host)
        disconnect_at_zoom(robin, live_timetuna, host, retention="absent")
        assert zoom.state()["compliance"] == []
        disconnect_at_zoom(robin, live_timetuna, host, retention="false")
        compliance_call(zoom)
        data(live_timetuna, zoom)
    assert zoom.violations() == []


def account(robin, live, host):
    """1. An ordinary account signs in at /signin."""
    robin.page.goto(f"{live.base_url}/signin")
    robin.look("sign-in")
    robin.page.get_by_label("Email").fill(host.email)
    robin.page.get_by_label("Password").fill(host.password)
    robin.page.get_by_role("button", name="Sign in", exact=True).click()
    robin.page.wait_for_url("**/booking-pages")
    robin.look("booking-pages")


def open_providers(robin):
    robin.page.locator("header summary").click()
    robin.page.locator(".menu").get_by_role("link", name="Settings", exact=True).click()
    robin.page.get_by_role("link", name="Connected providers", exact=True).click()
    robin.page.wait_for_url("**/settings/providers")


def authorize(robin, zoom):
    """2. User menu, Settings, Connected providers, Connect Zoom, Allow, and back."""
    open_providers(robin)
    robin.look("providers-before")
    connect(robin)
    row = robin.page.get_by_text("robin@host.example", exact=True)
    expect(row).to_be_visible()
    expect(robin.page.get_by_text("Robin Host").last).to_be_visible()
    expect(robin.page.get_by_role("button", name="Disconnect", exact=True)).to_be_visible()
    robin.look("providers-connected")
    assert len(zoom.calls("v2")) == 1


def connect(robin):
    robin.page.get_by_role("button", name="Connect Zoom", exact=True).click()
    robin.page.wait_for_url("**/oauth/authorize?**")
    robin.look("zoom-consent", accessible=False)
    robin.page.get_by_role("button", name="Allow").click()
    robin.page.wait_for_url("**/settings/providers")


def scopes(zoom):
    """3. Exactly one profile call, right after the code was exchanged, and nothing else."""
    kinds = [call["kind"] for call in zoom.calls() if call["kind"] not in {"authorize", "consent"}]
    assert kinds == ["token.code", "v2.users_me"]
    assert "scope" not in next(call for call in zoom.calls("authorize"))["query_names"]


def configure(robin, host):
    """4. Booking pages, the page, tab Booking, Meeting type, toggle Zoom, Save; the public address on top."""
    robin.page.get_by_role("link", name="Booking pages", exact=True).click()
    robin.page.get_by_role("link", name="Intro call", exact=True).first.click()
    robin.page.get_by_role("link", name="Booking", exact=True).click()
    expect(robin.page.get_by_text("Meeting type", exact=True)).to_be_visible()
    robin.page.get_by_role("switch", name="Zoom").check()
    robin.look("editor-booking")
    robin.page.get_by_role("button", name="Save", exact=True).click()
    expect(robin.page.get_by_text("Saved")).to_be_visible()
    expect(robin.page.locator(f"main a[href='{host.page_url}']").first).to_be_visible()
    expect(robin.page.get_by_role("button", name=re.compile("Copy")).first).to_be_visible()
    robin.look("editor-saved")
    tabs = robin.page.get_by_role("navigation", name="Parts of the page")
    for tab in ("Availability", "Notifications"):
        tabs.get_by_role("link", name=tab, exact=True).click()
        robin.look(f"editor-{tab.lower()}")
    return host.page_url


def book(sam, zoom, public_url):
    """5. The public address in a private window: a time, Zoom, a name and an address, and the link is there."""
    sam.page.goto(public_url)
    sam.look("public-page")
    sam.page.goto(f"{public_url}?day={open_day()}")
    pick(sam.page.locator(".time").nth(2))
    sam.page.get_by_label("Zoom").check()
    sam.page.get_by_label("Your name").fill("Sam Guest")
    sam.page.get_by_label("Your email").fill(GUEST)
    sam.look("details")
    sam.page.get_by_role("button", name=re.compile("^Confirm ")).click()
    sam.page.wait_for_url("**/b/*")
    link = sam.page.locator("#link a[href^='https://'][href*='/j/']").first
    expect(link).to_be_visible()
    sam.look("confirmation")
    meetings = zoom.meetings()
    assert [meeting["join_url"] for meeting in meetings] == [link.get_attribute("href")]
    assert [meeting["type"] for meeting in meetings] == [2]
    assert [call["kind"] for call in zoom.calls("v2")] == ["v2.users_me", "v2.create"]
    return str(meetings[0]["join_url"])


def both_mails(zoom, host, join_url):
    """5, continued: both confirmations with the link, and an invitation whose location it is."""
    for to in (GUEST, host.email):
        mails = zoom.wait_for_mail(to)
        assert len(mails) == 1
        assert join_url in mails[0]["text"]
        assert join_url.replace("&", "&amp;") in mails[0]["html"]
        assert f"LOCATION:{join_url}" in mails[0]["ics"][0]


def disconnect_in_timetuna(robin, live, host):
    """6 (a). Disconnect deletes the row at once; the row reads Connect Zoom again."""
    open_providers(robin)
    robin.page.get_by_role("button", name="Disconnect", exact=True).click()
    dialog = robin.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    robin.look("disconnect-asks")
    dialog.get_by_role("button", name="Disconnect").click()
    expect(robin.page.get_by_role("button", name="Connect Zoom", exact=True)).to_be_visible()
    robin.look("providers-disconnected")
    assert rows(live, host) == 0


def disconnect_at_zoom(robin, live, host, *, retention):
    """6 (b). Removing the app at Zoom deletes the row by the signed event; again Connect Zoom."""
    connect(robin)
    assert rows(live, host) == 1
    assert live.sandbox.remove_app("robin", retention=retention) == [200]
    assert rows(live, host) == 0
    robin.page.reload()
    expect(robin.page.get_by_role("button", name="Connect Zoom", exact=True)).to_be_visible()


def compliance_call(zoom):
    """6, continued: the acknowledgement goes out where the retention flag asks for it, once."""
    for _ in range(100):
        calls = zoom.state()["compliance"]
        if calls:
            break
        zoom.wait_for_mail(count=0)
    assert [call["body"]["client_id"] for call in calls] == [APP.client_id]


def data(live, zoom):
    """7. Nothing is left of tokens: not in the database, not in the log, not in a session."""
    database = live.run_python(
        "from django.apps import apps\n"
        "answer([str(row) for model in apps.get_models() for row in model.objects.values_list()])"
    )
    everything = "\n".join(database) + live.log()
    assert len(zoom.secrets()) > 6
    assert not [secret for secret in zoom.secrets() if secret in everything]
    assert "start_url" not in everything


def rows(live, host):
    """Count this host's rows: other journeys leave theirs in the same database."""
    return live.run_python(
        "from timetuna.calendars.models import CalendarAccount as A\n"
        f"answer(A.objects.filter(host__email={host.email!r}).count())"
    )
