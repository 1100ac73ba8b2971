"""A booking page inside another website, whose policy allows our script and frame alone, without cookies."""

import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import chromium, eyes, violations
from tests.e2e.steps import CONFIRM, fill_details, open_day

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
LISTED = """
from timetuna.pages.models import BookingPage
BookingPage.objects.filter(pk={page}).update(embed_origins={site!r})
answer(None)
"""
CAME = """
from timetuna.bookings.models import Booking
booking = Booking.objects.select_related("origin").get(page={page})
answer([booking.public_id, booking.origin.utm_source, booking.origin.referrer])
"""
HEARD = """
if (top === window) {
  window.heard = [];
  for (const name of ["ready", "duration_selected", "time_selected", "form_started", "booked", "closed", "failed"])
    document.addEventListener(`timetuna:${name}`, (event) => heard.push([name, event.target.id, event.detail]));
  window.addEventListener("message", ({ data }) => {
    if (String(data?.event).startsWith("calendly.")) heard.push([data.event, "", data.payload]);
  });
}
"""
HOSTILE = """
async () => {
  const events = ["hello", "hi", "ready", "height", "escape", "time_selected", "form_started", "booked", "moved",
    "cancelled", "closed", "failed", "__proto__", "constructor", "<img src=x onerror=alert(1)>"];
  const ids = ["", "1", null, {}, "__proto__"];
  const data = [null, {}, { height: 1e9 }, { height: -1 }, { height: "9".repeat(1e4) }, { id: "bk_1", name: "Eve" },
    { __proto__: { height: 3 } }];
  const strange = [null, undefined, 0, NaN, "", "timetuna", [], {}, { timetuna: "1" }, { timetuna: 1 }, new Date(),
    new Map([["timetuna", 1]]), new Uint8Array(9), 1n];
  const all = [...strange, ...events.flatMap((event) => ids.flatMap((id) => data.map((one) =>
    ({ timetuna: 1, event, id, data: one }))))];
  const { contentWindow } = document.querySelector("iframe");
  const other = document.body.appendChild(document.createElement("iframe"));
  for (const one of all) {
    window.postMessage(one, "*");
    contentWindow.postMessage(one, "*");
    other.contentWindow.postMessage(one, "*");
  }
  other.remove();
  await new Promise((done) => setTimeout(done, 500));
  return all.length;
}
"""
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser(playwright):
    """Keep cookies of other websites back, as browsers do."""
    with chromium(playwright, "--test-third-party-cookie-phaseout") as running:
        yield running


class Website(BaseHTTPRequestHandler):
    """Somebody's, at 127.0.0.1: another one than ours, which is at localhost."""

    html, policy = "", ""

    def do_GET(self):
        """Answer with the page of the test."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(self.html.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Website)
    running = threading.Thread(target=server.serve_forever, args=(0.05,))
    running.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    running.join()
    server.server_close()


@pytest.fixture
def host(live_timetuna, site):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    live_timetuna.run_python(LISTED.format(page=host.page_pk, site=site))
    return host


def visit(eyes, live, site, *links, scripts=1):
    """Open a page of the website with these links."""
    ours = live.base_url
    Website.policy = f"default-src 'none'; script-src {ours}; frame-src {ours}"
    Website.html = (
        '<!doctype html><html lang="en"><title>Ada</title><meta name="viewport" content="width=device-width">'
        f"<main><h1>Ada</h1>{''.join(links)}</main>"
        f"{f'<script src={ours}/embed.js async></script>' * scripts}"
    )
    eyes.context.add_init_script(HEARD)
    eyes.page.goto(f"{site}/?utm_source=ada")


def link(host, mode, *, name="one", more=""):
    return (
        f'<p><a id="{name}" href="{host.page_url}?day={open_day()}" data-timetuna="{mode}" {more}>'
        f"Book {name}</a></p>"
    )


def heard(page, name):
    return [about for said, _, about in page.evaluate("heard") if said == name]


def until(page, expression, *, seconds=40):
    """Wait for something in a page whose policy lets nobody else's words run."""
    ends = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < ends, (expression, page.evaluate("window.heard"))
        time.sleep(0.05)


def whole(frame):
    """Say whether the frame shows all of its page, without bars, and not much else below it.

    Browsers rest what is out of sight in a frame of another website: it says how high it is once it is seen.
    """
    frame.frame_element().scroll_into_view_if_needed()
    until(
        frame,
        "innerHeight - document.body.getBoundingClientRect().height >= 0"
        " && innerHeight - document.body.getBoundingClientRect().height < 60"
        " && document.documentElement.scrollHeight <= innerHeight"
        " && document.documentElement.scrollWidth <= innerWidth",
    )


def book_in(first, sam):
    """Book as a guest; what others say was booked is not heard."""
    page = sam.page
    first.locator(".time").first.click()
    first.wait_for_url(re.compile(r"/book\?"))
    fill_details(first, name="Sam Guest", email="sam@guest.example")
    whole(first)
    assert violations(first) == []
    first.evaluate(
        "parent.postMessage({timetuna: 1, event: 'booked', id: 'guessed', data: {id: 'bk_frame'}}, '*')"
    )
    page.evaluate("postMessage({timetuna: 1, event: 'booked', data: {id: 'bk_forged'}}, '*')")
    sam.look("form")
    first.get_by_role("button", name=CONFIRM).click()
    expect(first.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
    until(page, "heard.some(([name]) => name === 'calendly.event_scheduled')")
    whole(first)
    sam.look("booked")


def what_was_told(sam, live, host, site):
    """Compare what the website heard with what was booked."""
    page = sam.page
    public_id, source, referrer = live.run_python(CAME.format(page=host.page_pk))
    assert (source, referrer) == ("ada", site)
    assert [name for name, target, _ in page.evaluate("heard") if target == "one" and name != "ready"] == [
        "time_selected", "form_started", "booked"]  # fmt: skip
    [booked] = heard(page, "booked")
    assert (booked["id"], booked["zone"]) == (public_id, "Asia/Tokyo")
    assert "Sam" not in str(page.evaluate("heard"))
    assert page.evaluate("dataLayer.at(-1).event") == "timetuna.booked"


def test_a_guest_books_inside_another_website(live_timetuna, browser, site, host):
    other = live_timetuna.new_host(zone="UTC")
    live_timetuna.run_python(LISTED.format(page=other.page_pk, site="*"))
    emits = 'data-emit="calendly datalayer" data-theme="dark" data-accent="#aa0055"'
    with eyes(browser, "embed-inline", viewport=NARROW, timezone_id="Asia/Tokyo") as sam:
        page = sam.page
        visit(
            sam,
            live_timetuna,
            site,
            link(host, "inline", more=emits),
            link(other, "inline", name="two"),
            scripts=2,
        )
        expect(page.locator("iframe")).to_have_count(2)
        page.locator("iframe").nth(1).scroll_into_view_if_needed()
        until(page, "heard.filter(([name]) => name === 'ready').length === 2")
        first, second = page.frames[1:]
        expect(first.locator(".times-zone")).to_contain_text("Japan, Tokyo")
        expect(second.locator(".times-zone")).to_contain_text("Japan, Tokyo")
        whole(first)
        whole(second)
        sam.look("two-on-one-page")
        assert first.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"

        book_in(first, sam)
        what_was_told(sam, live_timetuna, host, site)
        first.evaluate("location.reload()")
        until(page, "heard.filter(([name, target]) => name === 'ready' && target === 'one').length === 4")
        assert len(heard(page, "booked")) == 1
        assert sam.context.cookies(live_timetuna.base_url) == []

        page.evaluate("document.getElementById('one').remove()")
        expect(page.locator("iframe")).to_have_count(1)
        page.evaluate("document.querySelector('main').append(document.getElementById('two').parentElement)")
        expect(page.locator("iframe")).to_have_count(1)


def test_a_popup_is_opened_and_left_by_keyboard(live_timetuna, browser, site, host):
    with eyes(browser, "embed-popup", viewport={"width": 800, "height": 700}) as sam:
        page = sam.page
        visit(
            sam,
            live_timetuna,
            site,
            link(host, "popup"),
            link(host, "button", name="two", more='data-corner="top-left"'),
        )
        until(page, "window.TimeTuna")
        page.keyboard.press("Tab")
        expect(page.locator("#one")).to_be_focused()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Book one")
        expect(dialog).to_be_visible()
        frame = dialog.frame_locator("iframe")
        expect(frame.locator(".time").first).to_be_visible()
        expect(dialog.get_by_role("button", name="Close")).to_be_focused()
        sam.look("popup")
        page.keyboard.press("Tab")
        expect(frame.locator(":focus")).to_have_count(1)
        until(page, "heard.some(([name]) => name === 'ready')")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator("#one")).to_be_focused()
        assert len(heard(page, "closed")) == 1

        page.locator("#two").click()
        expect(
            page.get_by_role("dialog", name="Book two").frame_locator("iframe").locator(".time").first
        ).to_be_visible()
        assert page.locator("#two").bounding_box()["y"] == 20
        page.evaluate("TimeTuna.close()")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.evaluate("(url) => TimeTuna.open(url, { title: 'By hand' })", host.page_url)
        expect(page.get_by_role("dialog", name="By hand")).to_be_visible()


def test_where_it_may_not_be_shown_it_stays_a_link(live_timetuna, browser, site, host):
    live_timetuna.run_python(LISTED.format(page=host.page_pk, site="https://other.example"))
    with eyes(browser, "embed-refused") as sam:
        visit(sam, live_timetuna, site, link(host, "inline"))
        until(sam.page, "heard.some(([name]) => name === 'failed')")
        expect(sam.page.locator("iframe")).to_have_count(0)
        expect(sam.page.get_by_role("link", name="Book one")).to_be_visible()
        assert {name for name, _, _ in sam.page.evaluate("heard")} == {"failed"}
        assert sam.problems
        assert all("frame-ancestors" in problem for problem in sam.problems)
        sam.problems.clear()
    with eyes(browser, "embed-without-scripts", java_script_enabled=False) as sam:
        visit(sam, live_timetuna, site, link(host, "inline"))
        sam.page.get_by_role("link", name="Book one").click()
        expect(sam.page.locator(".time").first).to_be_visible()


def test_500_hostile_messages_change_nothing(live_timetuna, browser, site, host):
    with eyes(browser, "embed-hostile") as sam:
        visit(sam, live_timetuna, site, link(host, "inline"))
        until(sam.page, "heard.some(([name]) => name === 'ready')")
        frame = next(one for one in sam.page.frames if one.url.startswith(live_timetuna.base_url))
        whole(frame)
        height, said = (
            sam.page.evaluate("document.querySelector('iframe').style.height"),
            len(heard(sam.page, "ready")),
        )

        assert sam.page.evaluate(HOSTILE) > 500

        assert sam.page.evaluate("document.querySelector('iframe').style.height") == height
        assert len(sam.page.evaluate("heard")) == len(heard(sam.page, "ready")) == said
        assert sam.page.evaluate("({}).height") is None
        frame.locator("a.time").first.click()
        frame.get_by_label("Your name").fill("Sam")
        until(sam.page, "heard.some(([name]) => name === 'form_started')")
