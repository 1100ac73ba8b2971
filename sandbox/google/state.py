"""What the stand-in remembers: accounts, calendars, events, grants."""

from dataclasses import asdict, dataclass, field
from typing import Any, cast

from sandbox.base.restoring import restored
from sandbox.base.world import World
from sandbox.config import OutsideApp

Json = dict[str, Any]
CALENDAR_LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"
USERINFO_EMAIL = "https://www.googleapis.com/auth/userinfo.email"
PAGE_SIZE = 250


@dataclass
class Account:
    """A person with a Google account."""

    key: str
    sub: str
    email: str
    name: str


@dataclass
class Calendar:
    """An entry of somebody's calendar list; `oldest_change`: sync tokens from before it are gone."""

    id: str
    account: str
    summary: str
    color: str
    role: str = "owner"
    primary: bool = False
    selected: bool = True
    time_zone: str = "Europe/Berlin"
    meet: bool = True
    oldest_change: int = 0


@dataclass
class Event:
    """An event of a calendar: the resource as Google has it, and what it does not show.

    change: the number of the last change in this world.  waiting: so many more looks until its meeting is ready.
    """

    calendar: str
    change: int
    body: Json
    by_app: bool = False
    waiting: int = 0

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.body["id"])

    @property
    def alive(self) -> bool:
        """Whether it was not deleted."""
        return self.body.get("status") != "cancelled"


@dataclass
class Code:
    """An authorization code."""

    value: str
    account: str
    redirect_uri: str
    issued_at: float
    scopes: list[str]
    challenge: str
    offline: bool
    used: bool = False


@dataclass
class Grant:
    """What one account allowed; `dies_at` is set where the app is in testing mode."""

    number: int
    account: str
    scopes: list[str]
    refresh: str
    access: dict[str, float] = field(default_factory=dict)
    dies_at: float | None = None
    revoked: bool = False
    disconnected: bool = False


@dataclass
class GoogleData:
    """Everything of Google's that survives a restart."""

    app: OutsideApp
    accounts: list[Account] = field(default_factory=lambda: ready_made()[0])
    calendars: list[Calendar] = field(default_factory=lambda: ready_made()[1])
    events: list[Event] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    states_seen: list[str] = field(default_factory=list)
    decision: Json = field(default_factory=lambda: {"decision": "ask", "account": "robin", "without": []})
    page_size: int = PAGE_SIZE
    change: int = 1000

    def account(self, name: str) -> Account | None:
        """Return the account whose key, number or address is *name*."""
        return next((one for one in self.accounts if name in {one.key, one.sub, one.email}), None)

    def calendar(self, account: str, name: str) -> Calendar | None:
        """Return the calendar of this account's list; `primary` is its own."""
        mine = [one for one in self.calendars if one.account == account]
        return next((one for one in mine if one.id == name or (name == "primary" and one.primary)), None)

    def event(self, calendar: str, event_id: str) -> Event | None:
        """Return an event, deleted ones too."""
        return next((one for one in self.events if one.calendar == calendar and one.id == event_id), None)

    def next_change(self) -> int:
        """Return the number of a new change."""
        self.change += 1
        return self.change


def ready_made() -> tuple[list[Account], list[Calendar]]:
    """Return the accounts of a fresh stand-in, with their calendars."""
    accounts = [
        Account("robin", "110169484474386276334", "robin@host.example", "Robin Host"),
        Account("casey", "117264031843920275861", "casey@cohost.example", "Casey Cohost"),
        Account("zoe", "103847562910384756291", "zoe@lukasiewicz.example", "Zoë Łukasiewicz-Österreich"),
    ]
    group = "group.calendar.google.example"
    calendars = [
        Calendar("robin@host.example", "robin", "robin@host.example", "#9fe1e7", primary=True),
        Calendar(f"family0robin@{group}", "robin", "Family", "#f83a22"),
        Calendar(
            f"de.holidays@{group}", "robin", "Holidays in Germany", "#16a765", role="reader", selected=False
        ),
        Calendar("casey@cohost.example", "robin", "Casey Cohost", "#cabdbf", role="freeBusyReader"),
        Calendar(
            "casey@cohost.example",
            "casey",
            "casey@cohost.example",
            "#ac725e",
            primary=True,
            time_zone="America/New_York",
        ),
        Calendar(f"team0casey@{group}", "casey", "Team", "#7bd148", time_zone="America/New_York"),
        Calendar(
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


_ROWS: dict[str, type] = {
    "accounts": Account,
    "calendars": Calendar,
    "events": Event,
    "codes": Code,
    "grants": Grant,
}


def fresh(app: OutsideApp) -> GoogleData:
    """Return the state of the first day."""
    return GoogleData(app=app)


def read(saved: Json, app: OutsideApp) -> GoogleData:
    """Return the state that was written; the app is as the sandbox was started."""
    return restored(GoogleData(app=app), saved, rows=_ROWS)


def of(world: World) -> GoogleData:
    """Return the stand-in's state."""
    return cast("GoogleData", world.store.parts["google"])


def secrets_of(data: GoogleData) -> list[str]:
    """Return every token and code."""
    found = [code.value for code in data.codes]
    for grant in data.grants:
        found += [grant.refresh, *grant.access]
    return [text for text in found if text]


def shown(data: GoogleData) -> Json:
    """Return everything but tokens and secrets."""
    return {
        "accounts": [asdict(one) for one in data.accounts],
        "calendars": [asdict(one) for one in data.calendars],
        "events": [asdict(one) for one in data.events],
        "grants": [
            {"number": one.number, "account": one.account, "scopes": one.scopes, "dies_at": one.dies_at}
            | {"revoked": one.revoked}
            for one in data.grants
        ],
        "decision": data.decision,
        "page_size": data.page_size,
    }
