"""One booking for life, in the browser: booked or asked for, moved three times, with somebody more, called off.

At each step page, mails, calendar files (read by two independent parsers) and the stand-in of Zoom say the same; the
booking keeps its address, its UID and its meeting, and SEQUENCE only rises.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, Eyes, eyes
from tests.e2e.steps import connect_zoom, fill_details, fits, open_day, pick, sign_in, visit
from tests.running import Host, LiveTimeTuna
from timetuna.bookings.tests.reading import calendar_parts, event, method_parameter

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either("postgresql")]
BERLIN = ZoneInfo("Europe/Berlin")
SAM, KIM = "sam.life@guest.example", "kim.life@guest.example"


@dataclass
class Life:
    """A guest, their host, and what was said of the booking so far."""

    live: LiveTimeTuna
    host: Host
    sam: Eyes
    robin: Eyes
    sequences: list[int] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)

    def stored(self) -> dict[str, object]:
        """Return the booking as the database has it."""
        return self.live.run_python(
            "from timetuna.bookings.models import Booking\n"
            f"b = Booking.objects.filter(host_id={self.host.pk}).get()\n"
            "answer({'id': b.pk, 'start': b.start_at.isoformat(), 'revision': b.revision, 'status': b.status})"
        )

    def latest(self, to: str, *, revision: object) -> dict[str, object]:
        """Wait for the mail with the invitation of that revision."""
        for count in range(1, 40):
            mails = [
                mail
                for mail in self.live.sandbox.wait_for_mail(to, count=1, seconds=20)
                if calendar_parts(mail)
            ]
            if mails and int(event(mails[-1])["sequence"]) == revision:
                return mails[-1]
            self.sam.page.wait_for_timeout(min(100 * count, 1_000))
        raise AssertionError(f"no mail to {to} has the invitation of revision {revision}")

    def agree(self, *, to: tuple[str, ...] = (), method: str = "REQUEST") -> None:
        """Compare all that tells of the booking with the booking."""
        stored = self.stored()
        start = datetime.fromisoformat(str(stored["start"]))
        [meeting] = self.live.sandbox.meetings()
        for reader in (SAM, self.host.email, *to):
            mail = self.latest(reader, revision=stored["revision"])
            found = event(mail)
            assert method_parameter(mail) == method
            assert found.decoded("dtstart") == start
            assert str(found["location"]) == meeting["join_url"]
            self.uids.add(str(found["uid"]))
        self.compare_page(stored, start, meeting["join_url"])
        assert not self.sequences or int(str(stored["revision"])) > self.sequences[-1]
        self.sequences.append(int(str(stored["revision"])))
        self.numbers.add(int(str(stored["id"])))
        assert (len(self.uids), len(self.links), len(self.numbers)) == (1, 1, 1)

    def compare_page(self, stored: dict[str, object], start: datetime, join_url: str) -> None:
        """Compare the booking's own page, and the file it hands out."""
        page = self.sam.page
        page.reload()
        self.links.add(page.url.partition("?")[0])
        expect(page.locator("dl.facts")).to_contain_text(f"{start.astimezone(BERLIN):%H:%M} to ")
        file = page.request.get(f"{page.url.partition('?')[0]}/invite.ics").body()
        [one], [other] = Calendar.from_ical(file).walk("VEVENT"), list(vobject.readComponents(file.decode()))
        assert other.vevent.dtstart.value == one.decoded("dtstart") == start
        assert (str(other.vevent.uid.value), int(other.vevent.sequence.value)) == (
            str(one["uid"]),
            stored["revision"],
        )
        if stored["status"] == "confirmed":
            expect(page.locator(f'a[href="{join_url}"]').first).to_be_visible()

    def move(self, nth: int) -> None:
        """Move as the guest does, to the nth free time of the day that is shown."""
        page = self.sam.page
        page.get_by_role("link", name="Move to another time").click()
        page.goto(f"{page.url.partition('?')[0]}?day={open_day()}")
        pick(page.locator(".time").nth(nth))
        page.get_by_label("Message to Robin Host").fill(f"Reason {nth}")
        page.get_by_role("button", name=re.compile("^Move to ")).click()
        page.wait_for_url(re.compile(r"/b/[\w-]+(\?.*)?$"))


def begin(life: Life, *, approval: bool) -> None:
    """Connect Zoom, let the page meet by Zoom alone, and confirm each booking or not."""
    page = life.robin.page
    sign_in(life.robin, life.live, life.host)
    connect_zoom(life.robin, life.live)
    page.goto(f"{life.live.base_url}/booking-pages/{life.host.page_pk}/booking")
    page.get_by_role("switch", name="Phone").uncheck()
    page.get_by_label("Zoom", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Guests", exact=True).click()
    if not approval:  # as it is; nothing is there to save
        expect(page.get_by_label("I confirm each booking")).not_to_be_checked()
        return
    page.get_by_label("I confirm each booking").check()
    life.robin.look("guests-tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def book(life: Life, button: str) -> None:
    page = life.sam.page
    visit(page, life.host)
    pick(page.locator(".time").first)
    fill_details(page, name="Sam Guest", email=SAM)
    life.sam.look("details")
    page.get_by_role("button", name=re.compile(f"^{button} ")).click()
    page.wait_for_url("**/b/*")


def say_yes(life: Life) -> None:
    """Answer as the mail asks, on the page it leads to."""
    [*_, mail] = life.live.sandbox.wait_for_mail(life.host.email, count=2, seconds=20)
    address = re.search(r"http\S+/bookings/\d+/answer", str(mail["text"]))
    assert address
    life.robin.page.goto(address[0])
    life.robin.look("answer")
    life.robin.page.get_by_role("button", name="Confirm the booking").click()
    expect(life.robin.page.get_by_text("Confirmed. Your guest gets the invitation")).to_be_visible()


def bring_kim(life: Life) -> None:
    page = life.sam.page
    page.get_by_role("link", name="Bring somebody along").click()
    page.get_by_label("Email addresses of others").fill(f"Kim Friend <{KIM}>")
    life.sam.look("guests")
    page.get_by_role("button", name="Invite them").click()
    expect(page.get_by_text(f"Kim Friend <{KIM}>")).to_be_visible()


def call_off(life: Life) -> None:
    page = life.sam.page
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_label("Message to Robin Host").fill("It is no longer needed.")
    life.sam.look("cancel")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()


def ask_and_move_before_the_answer(life: Life) -> None:
    """Nothing is made and nobody invited before the host's yes."""
    book(life, "Request")
    expect(life.sam.page.get_by_role("heading", name="Your request is with Robin Host")).to_be_visible()
    life.sam.look("requested")
    life.move(4)
    expect(life.sam.page.get_by_role("heading", name="Your request is with Robin Host")).to_be_visible()
    mails = life.live.sandbox.wait_for_mail(SAM, count=2, seconds=20)
    assert [calendar_parts(mail) for mail in mails] == [[], []]
    assert life.live.sandbox.meetings() == []
    say_yes(life)


def live_it(life: Life, *, approval: bool) -> None:
    begin(life, approval=approval)
    if approval:
        ask_and_move_before_the_answer(life)
    else:
        book(life, "Confirm")
    life.agree()
    for nth in (6, 8) if approval else (4, 6, 8):
        life.move(nth)
        life.agree()
    life.sam.look("moved")
    bring_kim(life)
    life.agree(to=(KIM,))
    life.robin.page.goto(f"{life.live.base_url}/bookings/{life.stored()['id']}")
    life.robin.look("booking")
    life.robin.page.get_by_role("link", name="Reschedule").click()
    life.robin.look("host-move")
    assert fits(life.robin.page)
    life.robin.page.get_by_label("Time", exact=True).fill("02:07")
    life.robin.page.get_by_role("button", name="Check this time").click()
    expect(life.robin.page.get_by_role("button", name="Move it anyway")).to_be_visible()
    life.robin.look("host-move-warned")
    call_off(life)
    life.agree(to=(KIM,), method="CANCEL")
    life.sam.look("cancelled")
    assert fits(life.sam.page)
    assert life.live.sandbox.violations() == []


@pytest.mark.matrix
@pytest.mark.parametrize("approval", [False, True], ids=["at-once", "with-approval"])
def test_a_booking_is_one_from_the_first_click_to_the_last(live_timetuna, browser, approval):
    live_timetuna.sandbox.reset()
    host = live_timetuna.new_host(zone="Europe/Berlin")
    style = {"viewport": PHONE, "color_scheme": "dark"} if approval else {}
    name = "life-with-approval" if approval else "life"
    with eyes(browser, f"{name}-guest", **style) as sam, eyes(browser, f"{name}-host", **style) as robin:
        live_it(Life(live_timetuna, host, sam, robin), approval=approval)
