"""What the stand-in remembers: accounts, calendars, events, grants."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account
from sandbox.base.calendars import Calendar, CalendarData, Event

Json = dict[str, Any]
CALENDAR_LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"
USERINFO_EMAIL = "https://www.googleapis.com/auth/userinfo.email"


@dataclass
class GoogleAccount(Account):
    """A person with a Google account; the id is its `sub`."""

    name: str


@dataclass
class GoogleCalendar(Calendar):
    """An entry of somebody's calendar list."""

    summary: str
    color: str = "#9fe1e7"
    role: str = "owner"
    selected: bool = True
    meet: bool = True

    @property
    def label(self) -> str:
        """What people call it."""
        return self.summary

    @property
    def can_edit(self) -> bool:
        """Whether the account may write into it."""
        return self.role in {"owner", "writer"}


@dataclass
class GoogleEvent(Event):
    """An event of a calendar; what was deleted says so in its body."""

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.body["id"])

    @property
    def alive(self) -> bool:
        """Whether it was not deleted."""
        return self.body.get("status") != "cancelled"


def ready_made() -> tuple[list[GoogleAccount], list[GoogleCalendar]]:
    """Return the accounts of a fresh stand-in, with their calendars."""
    accounts = [
        GoogleAccount("robin", "110169484474386276334", "robin@host.example", "Robin Host"),
        GoogleAccount("casey", "117264031843920275861", "casey@cohost.example", "Casey Cohost"),
        GoogleAccount(
            "zoe", "103847562910384756291", "zoe@lukasiewicz.example", "Zoë Łukasiewicz-Österreich"
        ),
    ]
    group = "group.calendar.google.example"
    calendars = [
        GoogleCalendar("robin@host.example", "robin", "robin@host.example", "#9fe1e7", primary=True),
        GoogleCalendar(f"family0robin@{group}", "robin", "Family", "#f83a22"),
        GoogleCalendar(
            f"de.holidays@{group}", "robin", "Holidays in Germany", "#16a765", role="reader", selected=False
        ),
        GoogleCalendar("casey@cohost.example", "robin", "Casey Cohost", "#cabdbf", role="freeBusyReader"),
        GoogleCalendar(
            "casey@cohost.example",
            "casey",
            "casey@cohost.example",
            "#ac725e",
            primary=True,
            time_zone="America/New_York",
        ),
        GoogleCalendar(f"team0casey@{group}", "casey", "Team", "#7bd148", time_zone="America/New_York"),
        GoogleCalendar(
            "zoe@lukasiewicz.example",
            "zoe",
            "zoe@lukasiewicz.example",
            "#b99aff",
            primary=True,
            time_zone="Asia/Kolkata",
            meet=False,
        ),
    ]
    return accounts, calendars


@dataclass
class GoogleData(CalendarData[GoogleAccount, GoogleCalendar, GoogleEvent]):
    """Everything of Google's that survives a restart."""

    accounts: list[GoogleAccount] = field(default_factory=lambda: ready_made()[0])
    calendars: list[GoogleCalendar] = field(default_factory=lambda: ready_made()[1])
    page_size: int = 250

    rows: ClassVar[dict[str, type]] = {
        **CalendarData.rows,
        "accounts": GoogleAccount,
        "calendars": GoogleCalendar,
        "events": GoogleEvent,
    }

    def event(self, calendar: str, event_id: str) -> GoogleEvent | None:
        """Return an event, deleted ones too."""
        return next((one for one in self.events if one.calendar == calendar and one.id == event_id), None)
