"""What hosts' pages weigh, and how high the longest of them is."""

import pytest

from tests.e2e.browser import eyes, wire, write_down
from tests.e2e.steps import sign_in
from tests.running import LiveTimeTuna

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
HEAVIEST, HIGHEST, HIGHEST_TAB, PAGES = 60 * 1024, 3_400, 1_600, 50
ROOMS = (
    "/booking-pages", "/booking-pages/{page}", "/booking-pages/{page}/availability", "/booking-pages/{page}/guests",
    "/booking-pages/{page}/notifications", "/booking-pages/{page}/calendars", "/booking-pages/{page}/look",
    "/booking-pages/{page}/share", "/availability", "/bookings", "/bookings/agenda?view=week", "/insights",
    "/settings/profile", "/settings/providers", "/settings/team",
)  # fmt: skip
MANY = """
from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage
host = User.objects.get(pk={pk})
for number in range({many}):
    create_page(host, title=f"Consultation {{number + 2}}", minutes=(30,), meeting_types={{"phone": ""}})
answer(BookingPage.objects.filter(host=host).count())
"""


def test_a_hosts_page_weighs_little(live_timetuna: LiveTimeTuna, browser) -> None:
    """Cold: each in a window of its own that knows nothing but who has signed in. A preview is a guest's page in it."""
    host = live_timetuna.new_host()
    listing, heavy = [], []
    with eyes(browser, "host-weight") as first:
        sign_in(first, live_timetuna, host)
        cookies = first.context.cookies()
    for room in ROOMS:
        with eyes(browser, "host-weight") as robin:
            robin.context.add_cookies(cookies)
            with wire(robin) as asked:
                answer = robin.page.goto(
                    live_timetuna.base_url + room.format(page=host.page_pk), wait_until="networkidle"
                )
            assert answer.status == 200, room
            weight = sum(weight for _, weight in asked)
            listing += [f"{weight:6} {len(asked):3} requests {room}"]
            listing += [f"       {one:6} {url[:100]}" for url, one in asked]
            if weight > HEAVIEST:
                heavy.append((room, weight))
    write_down("host-weights.txt", listing)
    assert heavy == []


def test_all_that_guests_are_asked_and_may_do_is_not_far_to_scroll(
    live_timetuna: LiveTimeTuna, browser
) -> None:
    host = live_timetuna.new_host()
    with eyes(browser, "host-guests") as robin:
        sign_in(robin, live_timetuna, host)
        robin.page.goto(f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/guests")
        height = robin.page.evaluate("document.documentElement.scrollHeight")
    assert 0 < height <= HIGHEST_TAB


def test_fifty_pages_are_not_far_to_scroll(live_timetuna: LiveTimeTuna, browser) -> None:
    host = live_timetuna.new_host()
    assert live_timetuna.run_python(MANY.format(pk=host.pk, many=PAGES - 1)) == PAGES
    with eyes(browser, "host-pages") as robin:
        sign_in(robin, live_timetuna, host)
        robin.page.goto(f"{live_timetuna.base_url}/booking-pages")
        height = robin.page.evaluate("document.documentElement.scrollHeight")
    assert 0 < height <= HIGHEST
