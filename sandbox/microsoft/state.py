"""What the stand-in remembers: accounts, calendars, events, grants."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from sandbox.base.restoring import restored
from sandbox.base.world import World
from sandbox.config import OutsideApp

Json = dict[str, Any]
PROFILE, CALENDARS, OFFLINE = "User.Read", "Calendars.ReadWrite", "offline_access"
TEAMS = "teamsForBusiness"
PAGE_SIZE = 1000


@dataclass
class Account:
    """A person with a Microsoft account. personal: of Outlook.com.  guarded: an administrator has to approve apps."""

    key: str
    id: str
    mail: str
    upn: str
    name: str
    personal: bool = False
    guarded: bool = False


@dataclass
class Calendar:
    """A calendar in somebody's list; `oldest_change`: delta tokens from before it are gone."""

    id: str
    account: str
    name: str
    owner: str
    color: str = "auto"
    hex_color: str = ""
    primary: bool = False
    can_edit: bool = True
    time_zone: str = "Europe/Berlin"
    providers: list[str] = field(default_factory=lambda: [TEAMS])
    delta: bool = True
    oldest_change: int = 0


@dataclass
class Event:
    """An event: what Graph shows of it, and what it does not show.

    id: the immutable one.  change: the number of the last change in this world.  binned: its host or the app deleted
    it; purged: the bin was emptied.  left: calendars out of which its host moved it.  marks: extended properties.
    join: the link of its meeting.  waiting: so many more looks until it is shown.
    """

    id: str
    account: str
    calendar: str
    change: int
    body: Json
    marks: dict[str, str] = field(default_factory=dict)
    by_app: bool = False
    binned: bool = False
    purged: bool = False
    left: list[str] = field(default_factory=list)
    join: str = ""
    waiting: int = 0

    @property
    def alive(self) -> bool:
        """Whether it stands in its calendar."""
        return not self.binned

    @property
    def plain_id(self) -> str:
        """The id that is shown to whoever does not ask for immutable ones; another one in another folder."""
        place = "bin" if self.binned else self.calendar
        return "AAMkA" + hashlib.sha256(f"{self.id} {place}".encode()).hexdigest() + "AAA="


@dataclass
class Code:
    """An authorization code."""

    value: str
    account: str
    redirect_uri: str
    issued_at: float
    scopes: list[str]
    challenge: str
    used: bool = False


@dataclass
class Grant:
    """What one account allowed; every refresh token that was given out goes on working."""

    number: int
    account: str
    scopes: list[str]
    refresh: list[str] = field(default_factory=list)
    access: dict[str, float] = field(default_factory=dict)
    revoked: bool = False
    disconnected: bool = False


@dataclass
class MicrosoftData:
    """Everything of Microsoft's that survives a restart."""

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
        """Return the account whose key, id or address is *name*."""
        return next(
            (one for one in self.accounts if name and name in {one.key, one.id, one.mail, one.upn}), None
        )

    def calendar(self, account: str, name: str) -> Calendar | None:
        """Return the calendar of this account's list; `primary` is the default one."""
        mine = [one for one in self.calendars if one.account == account]
        return next((one for one in mine if one.id == name or (name == "primary" and one.primary)), None)

    def event(self, account: str, name: str) -> Event | None:
        """Return an event of the mailbox by one of its ids.

        The immutable id finds it in the bin as well, the other one only where it stands.
        """
        mine = [one for one in self.events if one.account == account and not one.purged]
        return next((one for one in mine if name == one.id or (one.alive and name == one.plain_id)), None)

    def next_change(self) -> int:
        """Return the number of a new change."""
        self.change += 1
        return self.change


def _id(name: str) -> str:
    """Return an id like Graph's, with all the signs that have to be escaped in a path."""
    return "AAMkAGI2" + hashlib.sha256(name.encode()).hexdigest()[:40] + "_+/AAA="


def ready_made() -> tuple[list[Account], list[Calendar]]:
    """Return the accounts of a fresh stand-in, with their calendars."""
    robin, casey, zoe = "robin@host.example", "casey@cohost.example", "zoe@outlook.example"
    accounts = [
        Account("robin", "8f2a1c5e-0b6d-4e0b-9a53-1d5f7e3c2b10", robin, robin, "Robin Host"),
        Account("casey", "5b0c9d77-3f4e-4a21-8c16-6e9a2d1f4c21", casey, casey, "Casey Cohost", guarded=True),
        Account("zoe", "48d31887-5fad-4d73-a9f5", "", zoe, "Zoë Łukasiewicz-Österreich", personal=True),
    ]
    calendars = [
        Calendar(_id("robin"), "robin", "Calendar", robin, primary=True),
        Calendar(_id("family"), "robin", "Family", robin, color="lightRed", hex_color="#F88C9B"),
        Calendar(
            _id("holidays"),
            "robin",
            "Holidays in Germany",
            robin,
            color="lightTeal",
            can_edit=False,
            providers=[],
            delta=False,
        ),
        Calendar(_id("shared"), "robin", "Casey Cohost", casey, color="lightBrown", can_edit=False),
        Calendar(_id("casey"), "casey", "Calendar", casey, primary=True, time_zone="America/New_York"),
        Calendar(_id("zoe"), "zoe", "Calendar", zoe, primary=True, time_zone="Asia/Kolkata", providers=[]),
    ]
    return accounts, calendars


PRIMARY = _id("robin")
_ROWS: dict[str, type] = {
    "accounts": Account,
    "calendars": Calendar,
    "events": Event,
    "codes": Code,
    "grants": Grant,
}


def fresh(app: OutsideApp) -> MicrosoftData:
    """Return the state of the first day."""
    return MicrosoftData(app=app)


def read(saved: Json, app: OutsideApp) -> MicrosoftData:
    """Return the state that was written; the app is as the sandbox was started."""
    return restored(MicrosoftData(app=app), saved, rows=_ROWS)


def of(world: World) -> MicrosoftData:
    """Return the stand-in's state."""
    return cast("MicrosoftData", world.store.parts["microsoft"])


def secrets_of(data: MicrosoftData) -> list[str]:
    """Return every token and code."""
    found = [code.value for code in data.codes]
    for grant in data.grants:
        found += [*grant.refresh, *grant.access]
    return [text for text in found if text]


def shown(data: MicrosoftData) -> Json:
    """Return everything but tokens and secrets."""
    return {
        "accounts": [asdict(one) for one in data.accounts],
        "calendars": [asdict(one) for one in data.calendars],
        "events": [asdict(one) for one in data.events],
        "grants": [
            {"number": one.number, "account": one.account, "scopes": one.scopes, "revoked": one.revoked}
            for one in data.grants
        ],
        "decision": data.decision,
        "page_size": data.page_size,
    }
