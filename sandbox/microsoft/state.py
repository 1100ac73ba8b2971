"""What the stand-in remembers: accounts, calendars, events, grants."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account
from sandbox.base.calendars import Calendar, CalendarData, Event

Json = dict[str, Any]
PROFILE, CALENDARS, OFFLINE = "User.Read", "Calendars.ReadWrite", "offline_access"
TEAMS = "teamsForBusiness"


@dataclass
class MicrosoftAccount(Account):
    """A person with a Microsoft account; the address is the user principal name.

    mail: the mailbox's address, if it has one.  personal: of Outlook.com.  guarded: an administrator has to approve
    apps.
    """

    name: str
    mail: str = ""
    personal: bool = False
    guarded: bool = False


@dataclass
class MicrosoftCalendar(Calendar):
    """A calendar in somebody's list. providers: the kinds of meetings it can have.  delta: changes can be asked for."""

    name: str
    owner: str = "robin@host.example"
    color: str = "auto"
    hex_color: str = ""
    can_edit: bool = True
    providers: list[str] = field(default_factory=lambda: [TEAMS])
    delta: bool = True

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name


@dataclass
class MicrosoftEvent(Event):
    """An event: what Graph shows of it, and what it does not show.

    id: the immutable one.  binned: its host or the app deleted it; purged: the bin was emptied.  left: calendars out
    of which its host moved it.  marks: extended properties.  join: the link of its meeting, shown once it is ready.
    """

    id: str
    account: str
    marks: dict[str, str] = field(default_factory=dict)
    binned: bool = False
    purged: bool = False
    left: list[str] = field(default_factory=list)
    join: str = ""

    @property
    def alive(self) -> bool:
        """Whether it stands in its calendar."""
        return not self.binned

    @property
    def plain_id(self) -> str:
        """The id that is shown to whoever does not ask for immutable ones; another one in another folder."""
        place = "bin" if self.binned else self.calendar
        return "AAMkA" + hashlib.sha256(f"{self.id} {place}".encode()).hexdigest() + "AAA="


def _id(name: str) -> str:
    """Return an id like Graph's, with all the signs that have to be escaped in a path."""
    return "AAMkAGI2" + hashlib.sha256(name.encode()).hexdigest()[:40] + "_+/AAA="


def ready_made() -> tuple[list[MicrosoftAccount], list[MicrosoftCalendar]]:
    """Return the accounts of a fresh stand-in, with their calendars."""
    robin, casey, zoe = "robin@host.example", "casey@cohost.example", "zoe@outlook.example"
    accounts = [
        MicrosoftAccount("robin", "8f2a1c5e-0b6d-4e0b-9a53-1d5f7e3c2b10", robin, "Robin Host", robin),
        MicrosoftAccount(
            "casey", "5b0c9d77-3f4e-4a21-8c16-6e9a2d1f4c21", casey, "Casey Cohost", casey, guarded=True
        ),
        MicrosoftAccount("zoe", "48d31887-5fad-4d73-a9f5", zoe, "Zoë Łukasiewicz-Österreich", personal=True),
    ]
    calendars = [
        MicrosoftCalendar(_id("robin"), "robin", "Calendar", robin, primary=True),
        MicrosoftCalendar(_id("family"), "robin", "Family", robin, color="lightRed", hex_color="#F88C9B"),
        MicrosoftCalendar(
            _id("holidays"),
            "robin",
            "Holidays in Germany",
            robin,
            color="lightTeal",
            can_edit=False,
            providers=[],
            delta=False,
        ),
        MicrosoftCalendar(_id("shared"), "robin", "Casey Cohost", casey, color="lightBrown", can_edit=False),
        MicrosoftCalendar(
            _id("casey"), "casey", "Calendar", casey, primary=True, time_zone="America/New_York"
        ),
        MicrosoftCalendar(
            _id("zoe"), "zoe", "Calendar", zoe, primary=True, time_zone="Asia/Kolkata", providers=[]
        ),
    ]
    return accounts, calendars


PRIMARY = _id("robin")


@dataclass
class MicrosoftData(CalendarData[MicrosoftAccount, MicrosoftCalendar, MicrosoftEvent]):
    """Everything of Microsoft's that survives a restart."""

    accounts: list[MicrosoftAccount] = field(default_factory=lambda: ready_made()[0])
    calendars: list[MicrosoftCalendar] = field(default_factory=lambda: ready_made()[1])

    rows: ClassVar[dict[str, type]] = {
        **CalendarData.rows,
        "accounts": MicrosoftAccount,
        "calendars": MicrosoftCalendar,
        "events": MicrosoftEvent,
    }

    def event(self, account: str, name: str) -> MicrosoftEvent | None:
        """Return an event of the mailbox by one of its ids.

        The immutable id finds it in the bin as well, the other one only where it stands.
        """
        mine = [one for one in self.events if one.account == account and not one.purged]
        return next((one for one in mine if name == one.id or (one.alive and name == one.plain_id)), None)
