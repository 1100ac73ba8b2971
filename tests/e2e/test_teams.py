"""Three people who host together, in the browser: three calendars of three providers, two Zooms, one page.

Each booking stands once in the calendar of each who hosts it and nowhere else, and everybody is mailed in their zone.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from sandbox.google.control import GoogleControl
from sandbox.microsoft.control import MicrosoftControl
from tests.e2e.browser import PHONE, Eyes, eyes
from tests.e2e.steps import confirm, connect_zoom, fill_details, fits, open_day, pick, sign_in, unfold
from tests.e2e.test_calendars import until
from tests.e2e.test_hosts import link_in
from tests.running import PASSWORD, Host, LiveTimeTuna
from timetuna.bookings.tests.reading import calendar_parts, method_parameter
from timetuna.providers.caldav.tests.servers import PASSWORD as CALDAV_PASSWORD
from timetuna.providers.caldav.tests.servers import USER, CalendarServer, radicale

mark = pytest.mark
pytestmark = [mark.browser, mark.slow, mark.either("postgresql"), mark.matrix(of="journey")]
ZONES = {"Ada": "Europe/Berlin", "Ben": "America/Halifax", "Cleo": "Africa/Nairobi"}


@pytest.fixture(scope="module")
def calendar_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@dataclass
class Crew:
    """Ada owns the page, Ben joins her team and has just signed up, Cleo is a cohost and in no team."""

    live: LiveTimeTuna
    server: CalendarServer
    host: Host
    handle: str
    ben_mail: str
    cleo_host: Host
    ada: Eyes
    ben: Eyes
    cleo: Eyes
    sam: Eyes
    work: str

    def mail_of(self, name: str) -> str:
        return {"Ada": self.host.email, "Ben": self.ben_mail, "Cleo": self.cleo_host.email}[name]

    def eyes_of(self, name: str) -> Eyes:
        return {"Ada": self.ada, "Ben": self.ben, "Cleo": self.cleo}[name]

    def visit(self, somebody: Eyes, path: str) -> Page:
        somebody.page.goto(f"{self.live.base_url}{path}")
        return somebody.page

    def editor(self, tab: str) -> Page:
        return self.visit(self.ada, f"/booking-pages/{self.host.page_pk}/{tab}")

    def calendars(self) -> dict[str, int]:
        """How many meetings stand in each host's calendar."""
        return {
            "Ada": len(GoogleControl(self.live.sandbox).events()),
            "Ben": len(MicrosoftControl(self.live.sandbox).events()),
            "Cleo": len(self.server.members(self.work)),
        }

    def wait_for(self, **counts: int) -> None:
        """Wait until that many meetings stand in the calendars."""
        until(self.sam.page, lambda: self.calendars() == counts)

    def invitation(self, to: str, *, begins: datetime, method: str = "REQUEST") -> Any:
        """Wait for somebody's invitation to the meeting that begins then."""
        return until(self.sam.page, lambda: self.invitations(to, begins, method))[-1]

    def invitations(self, to: str, begins: datetime, method: str = "REQUEST") -> list[Any]:
        mails = [mail for mail in self.live.sandbox.mail(to) if calendar_parts(mail)]
        return [
            mail
            for mail in mails
            if method_parameter(mail) == method and first_event(mail).decoded("dtstart") == begins
        ]

    def told(self, name: str, guest: str) -> list[Any]:
        """The mails that a host has of a guest's booking."""
        return [mail for mail in self.live.sandbox.mail(self.mail_of(name)) if guest in mail["text"]]


def first_event(mail: Any) -> Any:
    return Calendar.from_ical(calendar_parts(mail)[0]).walk("VEVENT")[0]


def begin(crew: Crew) -> None:
    """Ada connects what she has, and makes the team."""
    sign_in(crew.ada, crew.live, crew.host)
    GoogleControl(crew.live.sandbox).decide("allow")
    page = crew.visit(crew.ada, "/settings/providers")
    page.get_by_role("button", name="Connect Google Calendar").click()
    expect(page.get_by_text("Google Calendar is connected.")).to_be_visible()
    connect_zoom(crew.ada, crew.live)
    page.get_by_role("link", name="Team", exact=True).click()
    page.get_by_role("link", name="Create a team").click()
    page.get_by_label("Name").fill("Harbour pilots")
    page.get_by_label("Public address").fill(crew.handle)
    crew.ada.look("new-team")
    page.get_by_role("button", name="Create team").click()
    page.get_by_label("Email addresses").fill(crew.ben_mail)
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text("Invited (pending)")).to_be_visible()
    crew.ada.look("team")


def join_team(crew: Crew) -> None:
    """Ben signs up on the way, and is led back to the invitation."""
    page = crew.ben.page
    page.goto(link_in(crew.live.sandbox.wait_for_mail(crew.ben_mail)[-1], "invite"))
    crew.ben.look("invitation")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Ben Pilot")
    expect(page.get_by_label("Email")).to_have_value(crew.ben_mail)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    page.goto(link_in(crew.live.sandbox.wait_for_mail(crew.ben_mail, count=2)[-1], "verify-email"))
    page.get_by_role("button", name="Confirm this address").click()
    page.get_by_role("button", name="Join Harbour pilots").click()
    expect(page.get_by_text("You are in the team Harbour pilots now.")).to_be_visible()
    crew.ben.look("joined")
    assert fits(page)


def ask_cohosts(crew: Crew) -> None:
    """The page goes to the team; Ben is asked by name, Cleo by mail."""
    page = crew.editor("booking")
    unfold(page, "Team")
    teams = page.get_by_role("combobox", name="Team", exact=True)
    teams.select_option(label=f"Harbour pilots, at /{crew.handle}/")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Everybody in Harbour pilots can change it.")).to_be_visible()
    unfold(page, "Cohosts")
    page.get_by_label("Somebody of the team").select_option(label=f"Ben Pilot ({crew.ben_mail})")
    page.get_by_role("button", name="Add a cohost").click()
    page.get_by_label("Email address", exact=True).fill(crew.cleo_host.email)
    page.get_by_role("button", name="Add a cohost").click()
    expect(page.get_by_text("Invited (pending)")).to_have_count(2)
    crew.ada.look("cohosts-asked")


def accept(crew: Crew) -> None:
    """Each says yes and connects a calendar of another provider; Ben has a Zoom, too."""
    sandbox, ben, cleo = crew.live.sandbox, crew.ben.page, crew.cleo.page
    MicrosoftControl(sandbox).decide("allow")
    sandbox.decide("allow", user="casey")
    ben.goto(link_in(sandbox.wait_for_mail(crew.ben_mail, count=3)[-1], "cohost"))
    crew.ben.look("asked")
    ben.get_by_role("button", name="Host this page").click()
    expect(ben.get_by_text("Connect a calendar next: until then you count as busy.")).to_be_visible()
    crew.ben.look("ways", accessible=False)
    ben.get_by_role("button", name=re.compile("^Connect Microsoft")).click()
    ben.wait_for_url(f"**/booking-pages/{crew.host.page_pk}/calendars")
    crew.ben.look("calendars")
    assert fits(ben)
    connect_second_zoom(crew)
    sign_in(crew.cleo, crew.live, crew.cleo_host)
    cleo.goto(link_in(sandbox.wait_for_mail(crew.cleo_host.email)[-1], "cohost"))
    cleo.get_by_role("button", name="Host this page").click()
    cleo.get_by_role("link", name="Connect CalDAV").click()
    cleo.get_by_label("Server or email address").fill(crew.server.url)
    cleo.get_by_label("User name").fill(USER)
    cleo.get_by_label("App password").fill(CALDAV_PASSWORD)
    cleo.get_by_role("button", name="Connect CalDAV").click()
    cleo.wait_for_url(f"**/booking-pages/{crew.host.page_pk}/calendars", timeout=40_000)
    crew.cleo.look("calendars", accessible=False)


def connect_second_zoom(crew: Crew) -> None:
    page = crew.visit(crew.ben, "/settings/providers")
    page.get_by_role("button", name="Connect Zoom", exact=True).click()
    expect(page.get_by_text("casey@cohost.example", exact=True)).to_be_visible()


def staff(crew: Crew, way: str, **parts: str) -> None:
    """Say who takes the meeting, and by Zoom alone."""
    page = crew.editor("booking")
    page.get_by_role("radio", name=way).check()
    for name, part in parts.items():
        unfold(page, "The part of each host")
        field = page.get_by_label(re.compile(f"^Part of {name}|^Part$")).nth(list(ZONES).index(name))
        field.select_option(label=part)
    page.get_by_role("switch", name="Zoom").check()
    page.get_by_role("switch", name="Phone").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    crew.ada.look("staffed", accessible=way.startswith("Any"))


def at(hour: str) -> datetime:
    return datetime.fromisoformat(f"{open_day()}T{hour}+00:00")


def times(crew: Crew, *, move: bool = False) -> Page:
    """Open the times of the open day in UTC, once there are any: calendars are being read at first."""
    page = crew.sam.page
    if not move:
        page.goto(f"{crew.live.base_url}/{crew.handle}/intro-call")
    there = f"{page.url.partition('?')[0]}?day={open_day()}&zone=UTC"

    def some() -> bool:
        page.goto(there)
        return page.locator(".time").count() > 0

    until(page, some)
    return page


def book(crew: Crew, hour: str, guest: str) -> datetime:
    """Book at that hour of the open day in UTC, and return when that is."""
    page = times(crew)
    crew.sam.look("times", accessible=hour == "10:00")
    pick(page.locator(".time", has_text=hour).first)
    fill_details(page, name="Sam Guest", email=guest)
    confirm(page)
    return at(hour)


def see_mails(crew: Crew, begins: datetime, guest: str, *names: str) -> str:
    """All have an invitation to the same room, which says the time of their own zone; return the room."""
    found = [crew.invitation(guest, begins=begins)]
    for name in names:
        mail = crew.invitation(crew.mail_of(name), begins=begins)
        local = begins.astimezone(ZoneInfo(ZONES[name]))
        assert f", {local:%H:%M} to " in mail["text"]
        found.append(mail)
    [room] = {str(first_event(mail)["location"]) for mail in found}
    return room


def everybody_meets_the_guest(crew: Crew) -> None:
    """One meeting at the Zoom of the first, one event in each calendar, a mail to each."""
    begins = book(crew, "13:00", "sam.all@guest.example")
    crew.sam.look("booked", accessible=False)
    until(crew.sam.page, lambda: crew.calendars()["Cleo"] == 1)
    room = see_mails(crew, begins, "sam.all@guest.example", *ZONES)
    [meeting] = [one for one in crew.live.sandbox.meetings() if one["join_url"] == room]
    assert meeting["user_id"] == "z8yAAAAA8bbbQEXAMPLE01"
    open_booking(crew, "Cleo", "sam.all")
    crew.cleo.look("booking")


def open_booking(crew: Crew, name: str, guest: str) -> Page:
    """By the link in the mail that a host got of it."""
    mails = [mail for mail in crew.live.sandbox.mail(crew.mail_of(name)) if guest in mail["text"]]
    page = crew.eyes_of(name).page
    page.goto(link_in(mails[0], "bookings"))
    return page


def hand_over(crew: Crew) -> tuple[str, str, str]:
    """Whoever's turn it is gives it to the other; return both names and the guest's link."""
    begins = book(crew, "14:00", "sam.any@guest.example")
    until(crew.sam.page, lambda: sum(crew.calendars().values()) == 1)
    first, second = ("Ada", "Ben") if crew.calendars()["Ada"] else ("Ben", "Ada")
    see_mails(crew, begins, "sam.any@guest.example", first)
    page = open_booking(crew, first, "sam.any")
    page.get_by_role("heading", name="Why this host?").click()
    crew.eyes_of(first).look("why-this-host")
    page.get_by_role("link", name="Hand over to …").click()
    page.get_by_role("radio", name=re.compile(f"^{second} ")).check()
    page.get_by_label("Note to the new host").fill("The guest speaks Danish.")
    crew.eyes_of(first).look("hand-over")
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("heading", name=f"Handed over to {second}")).to_be_visible()
    crew.eyes_of(first).look("handed-over", accessible=False)
    return first, second, crew.sam.page.url


def see_handed_over(crew: Crew, first: str, second: str, link: str) -> None:
    """The old event and the old room are no longer the guest's; UID, time and link are."""
    begins, guest = at("14:00"), "sam.any@guest.example"
    before, after = until(
        crew.sam.page, lambda: [found] if len(found := crew.invitations(guest, begins)) == 2 else []
    )[0]
    assert first_event(before)["uid"] == first_event(after)["uid"]
    assert first_event(before)["location"] != first_event(after)["location"]
    called_off = crew.invitation(crew.mail_of(first), begins=begins, method="CANCEL")
    assert first_event(called_off)["uid"]
    [mine] = crew.told(second, guest)
    assert "A note for you: The guest speaks Danish." in mine["text"]
    page = crew.sam.page
    page.goto(link)
    expect(page.locator("main")).to_contain_text(re.compile(f"You meet {second} .+ instead of {first} "))
    expect(page.locator("dl.facts")).not_to_contain_text(f"{first} ")
    crew.sam.look("handed-over", accessible=False)


def one_always_and_one_in_turn(crew: Crew) -> None:
    """At ten only Cleo can come with Ada: so the guest who moves it keeps both."""
    book(crew, "10:00", "sam.mixed@guest.example")
    crew.sam.page.get_by_role("link", name="Move to another time").click()
    page = times(crew, move=True)
    crew.sam.look("move", accessible=False)
    pick(page.locator(".time", has_text="13:30").first)
    page.get_by_role("button", name=re.compile("^Move to ")).click()
    page.wait_for_url(re.compile(r"/b/[\w-]+(\?.*)?$"))
    see_mails(crew, at("13:30"), "sam.mixed@guest.example", "Ada", "Cleo")
    assert not crew.told("Ben", "sam.mixed")


def cleo_leaves(crew: Crew) -> None:
    """She keeps the group meeting and gives the other to Ben; the guest calls that off."""
    before, begins = crew.calendars(), at("13:30")
    page = crew.visit(crew.cleo, f"/booking-pages/{crew.host.page_pk}/your-part")
    crew.cleo.look("your-part")
    page.get_by_role("link", name="Leave …").click()
    crew.cleo.look("leave")
    page.get_by_label(re.compile("16:30")).select_option(label="Hand over to Ben Pilot")
    page.get_by_role("button", name="Leave the page").click()
    expect(page.get_by_text("You have left “Intro call”.")).to_be_visible()
    crew.cleo.look("left", accessible=False)
    crew.wait_for(Ada=before["Ada"], Ben=before["Ben"] + 1, Cleo=1)
    see_mails(crew, begins, "sam.mixed@guest.example", "Ada", "Ben")
    crew.sam.page.reload()
    crew.sam.page.get_by_role("link", name="Cancel the booking").click()
    crew.sam.page.get_by_role("button", name="Cancel the booking").click()
    expect(crew.sam.page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
    crew.wait_for(Ada=before["Ada"] - 1, Ben=before["Ben"], Cleo=1)
    for name in ("Ada", "Ben"):
        crew.invitation(crew.mail_of(name), begins=begins, method="CANCEL")
    crew.editor("booking")
    expect(crew.ada.page.get_by_role("link", name=re.compile("^Remove "))).to_have_text(["Remove Ben Pilot"])
    crew.visit(crew.ada, f"/booking-pages/{crew.host.page_pk}/shares")
    crew.ada.look("shares")


def see_mailboxes(crew: Crew, first: str, second: str) -> None:
    """What each was told of each booking, once."""
    told = {
        (name, guest): [mail["subject"].partition(":")[0] for mail in crew.told(name, f"sam.{guest}@")]
        for name in ZONES
        for guest in ("all", "any", "mixed")
    }
    booked = "Sam Guest booked Intro call"
    assert told == {
        **{(name, "all"): [booked] for name in ZONES},
        ("Cleo", "any"): [],
        (first, "any"): [booked, "Handed over"],
        (second, "any"): ["Yours now"],
        ("Ada", "mixed"): [booked, "Moved", "Hosts changed", "Cancelled"],
        ("Ben", "mixed"): ["Yours now", "Cancelled"],
        ("Cleo", "mixed"): [booked, "Moved", "Handed over"],
    }
    sent = [mail["subject"] for mail in crew.live.sandbox.mail("sam.mixed@guest.example")]
    assert [subject.partition(":")[0].strip() for subject in sent] == [
        "Intro call with Ada Harbour and Cleo Coast",
        "Moved",
        "Now with Ada Harbour and Ben Pilot",
        "Cancelled",
    ]


def test_three_hosts_from_the_first_mail_to_the_last(live_timetuna, browser: Browser, calendar_server):
    key = secrets.token_hex(4)
    host = live_timetuna.new_host(name="Ada Harbour", zone=ZONES["Ada"])
    cleo_host = live_timetuna.new_host(name="Cleo Coast", zone=ZONES["Cleo"])
    with (
        eyes(browser, "teams-ada") as ada,
        eyes(browser, "teams-ben", viewport=PHONE, color_scheme="dark", timezone_id=ZONES["Ben"]) as ben,
        eyes(browser, "teams-cleo", timezone_id=ZONES["Cleo"]) as cleo,
        eyes(browser, "teams-guest", viewport=PHONE, timezone_id="UTC") as sam,
    ):
        names = (f"pilots-{key}", f"ben-{key}@host.example")
        work = calendar_server.make_calendar("work")
        crew = Crew(live_timetuna, calendar_server, host, *names, cleo_host, ada, ben, cleo, sam, work)
        begin(crew)
        join_team(crew)
        ask_cohosts(crew)
        accept(crew)
        staff(crew, "Any cohost (round-robin)")
        first, second, link = hand_over(crew)
        staff(crew, "All cohosts (group meeting)")
        everybody_meets_the_guest(crew)
        staff(crew, "Any cohost (round-robin)", Ada="Is always there")
        one_always_and_one_in_turn(crew)
        kept = crew.sam.page.url
        see_handed_over(crew, first, second, link)
        crew.wait_for(**{"Ada": 2, "Ben": 1, "Cleo": 2, second: {"Ada": 3, "Ben": 2}[second]})
        crew.sam.page.goto(kept)
        cleo_leaves(crew)
        see_mailboxes(crew, first, second)
    assert live_timetuna.sandbox.violations() == []
