"""What stand-ins of calendars remember, and what tests and people may do to the events in them."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from sandbox.base.accounts import AccountT, OAuthData
from sandbox.base.oauth import OAuth
from sandbox.base.pages import page
from sandbox.base.service import Control, changed
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World

Json = dict[str, Any]
_YEARS = timedelta(days=3650)
_SHOWN_OF_A_SERIES = 60
_OURS = {"id", "account", "calendar", "start", "end", "zone", "weekly"}


@dataclass
class Calendar:
    """An entry of somebody's list of calendars; `oldest_change`: sync tokens from before it are gone."""

    id: str
    account: str
    primary: bool = field(default=False, kw_only=True)
    time_zone: str = field(default="Europe/Berlin", kw_only=True)
    oldest_change: int = field(default=0, kw_only=True)


@dataclass
class Event:
    """An event: the resource as the service has it, and what it does not show.

    change: the number of the last change in this world.  waiting: so many more looks until its meeting is ready.
    """

    calendar: str
    change: int
    body: Json
    by_app: bool = field(default=False, kw_only=True)
    waiting: int = field(default=0, kw_only=True)


CalendarT = TypeVar("CalendarT", bound=Calendar)
EventT = TypeVar("EventT", bound=Event)


@dataclass
class CalendarData(OAuthData[AccountT], Generic[AccountT, CalendarT, EventT]):
    """What a stand-in of calendars remembers; everything here survives a restart."""

    calendars: list[CalendarT] = field(default_factory=list)
    events: list[EventT] = field(default_factory=list)
    page_size: int = 1000
    change: int = 1000

    def calendar(self, account: str, name: str) -> CalendarT | None:
        """Return the calendar of this account's list; `primary` is its own."""
        mine = [one for one in self.calendars if one.account == account]
        return next((one for one in mine if one.id == name or (name == "primary" and one.primary)), None)

    def next_change(self) -> int:
        """Return the number of a new change."""
        self.change += 1
        return self.change

    def shown(self) -> Json:
        """Return everything but tokens and secrets."""
        return super().shown() | {
            "calendars": [asdict(one) for one in self.calendars],
            "events": [asdict(one) for one in self.events],
            "page_size": self.page_size,
        }


CalendarDataT = TypeVar("CalendarDataT", bound=CalendarData[Any, Any, Any])


class CalendarService(OAuth[CalendarDataT, AccountT], Generic[CalendarDataT, AccountT]):
    """A service with calendars: its OAuth."""

    wanted: ClassVar[frozenset[str]]
    """The permissions that the app may ask for."""

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong at every service with calendars."""
        words = {
            "scope-too-many": f"More was asked of {self.label} than the app needs.",
            "second-event": "A second event was made for a booking that has one.",
            "other-call": "A call was made that the app has no need for.",
        }
        return super().rules() | {self.rule(name): text for name, text in words.items()}

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        super().look(world, request, call)
        if call.kind == self.kind("other"):
            world.violation(call, self.rule("other-call"), f"{call.method} {call.path}")

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the address to which the app sent a browser."""
        if more := set(asked.get("scope", "").split()) - self.wanted:
            world.violation(call, self.rule("scope-too-many"), ", ".join(sorted(more)))
        super().look_at_authorize(world, asked, call)

    def deed(self, world: World, name: str, args: Json) -> int:
        """Age sync tokens, or do what can be done to tokens everywhere."""
        if not name.endswith(("_expire_sync", "_expire_delta")):
            return super().deed(world, name, args)
        data = self.of(world)
        with world.store.lock:
            for calendar in data.calendars:
                calendar.oldest_change = data.next_change()
            return len(data.calendars)


class CalendarOwner(Generic[CalendarDataT, CalendarT, EventT]):
    """What tests and people do to a service's calendars, as their owners would.

    service: its OAuth.  page, title: the page for people.  template: that page's.
    """

    service: CalendarService[CalendarDataT, Any]
    calendar_type: type[CalendarT]
    new_calendar: ClassVar[Json]
    path: ClassVar[str]
    template: ClassVar[str]
    title: ClassVar[str]

    # What a service does in its own way.

    def add(self, world: World, calendar: CalendarT, body: Json) -> EventT:
        """Put an event into a calendar. Raises RefusedError where its times make no sense."""
        raise NotImplementedError

    def cancel(self, world: World, event: EventT) -> None:
        """Delete an event."""
        raise NotImplementedError

    def find(self, world: World, wishes: Json) -> EventT | None:
        """Return the event that `wishes["event"]` names, in the account and calendar that are named there."""
        raise NotImplementedError

    def body(self, calendar: CalendarT, wishes: Json) -> Json:
        """Return an event as the service writes it: `start` and `end` as moments or days, and any field of its own."""
        raise NotImplementedError

    def typed(self, calendar: CalendarT, form: dict[str, str]) -> Json:
        """Return the event that somebody typed on the page."""
        raise NotImplementedError

    def instances(self, body: Json, calendar: CalendarT, *, until: datetime) -> Iterable[Json]:
        """Yield the event, or the single events of a series that start before *until*."""
        raise NotImplementedError

    def is_there(self, event: EventT) -> bool:
        """Say whether the event stands in its calendar."""
        raise NotImplementedError

    def row(self, event: EventT, body: Json, calendar: CalendarT) -> Json:
        """Return what the page shows of an event, with its `span`, and whether it is `all_day`."""
        raise NotImplementedError

    # For tests

    def controls(self) -> dict[tuple[str, str], Control]:
        """Return what tests may ask, below `/_control/<part>/`."""
        return self.service.controls() | {
            ("POST", "calendar"): self.add_calendar,
            ("POST", "calendar/change"): self.change_calendar,
            ("POST", "calendar/remove"): self.remove_calendar,
            ("POST", "event"): self.add_event,
            ("POST", "event/remove"): self.remove_event,
            ("POST", "page-size"): self.page_size,
        }

    def add_calendar(self, world: World, wishes: Json) -> Json:
        """Put a calendar into an account's list."""
        row: Json = {"account": "robin"} | self.new_calendar | wishes
        calendar = self.calendar_type(**row)
        self.service.of(world).calendars.append(calendar)
        return asdict(calendar)

    def change_calendar(self, world: World, wishes: Json) -> Json:
        """Change an entry of a list of calendars."""
        fields = {name: value for name, value in wishes.items() if name not in {"id", "account", "calendar"}}
        return asdict(changed(self.calendar(world, wishes), fields))

    def remove_calendar(self, world: World, wishes: Json) -> Json:
        """Take a calendar out of an account's list."""
        self.service.of(world).calendars.remove(self.calendar(world, wishes))
        return {}

    def add_event(self, world: World, wishes: Json) -> Json:
        """Put an event into a calendar."""
        calendar = self.calendar(world, wishes)
        fields = {name: value for name, value in wishes.items() if name not in _OURS}
        try:
            with world.store.lock:
                body = self.body(
                    calendar, {"zone": calendar.time_zone} | {k: v for k, v in wishes.items() if v}
                )
                return self.add(world, calendar, body | fields).body
        except RefusedError as problem:
            raise ValueError(problem.response.body.decode()) from problem

    def remove_event(self, world: World, wishes: Json) -> Json:
        """Delete an event."""
        with world.store.lock:
            self.cancel(world, self.event(world, wishes))
        return {}

    def page_size(self, world: World, wishes: Json) -> Json:
        """Set how many rows a page of a list has at most."""
        self.service.of(world).page_size = int(wishes["size"])
        return {"size": self.service.of(world).page_size}

    def calendar(self, world: World, wishes: Json) -> CalendarT:
        """Return the calendar that a wish names. Raises ValueError."""
        name = str(wishes.get("calendar") or wishes.get("id") or "primary")
        found: CalendarT | None = self.service.of(world).calendar(wishes.get("account", "robin"), name)
        if found is None:
            raise ValueError("There is no such calendar.")
        return found

    def event(self, world: World, wishes: Json) -> EventT:
        """Return the event that a wish names. Raises ValueError."""
        place = {"account": "robin", "calendar": wishes.get("id") or "primary"}
        found = self.find(world, place | wishes)
        if found is None:
            raise ValueError("There is no such event.")
        return found

    # For people

    def answer(self, world: World, request: Request, call: Call) -> Response:  # noqa: ARG002
        """Show the page, or do what a button of it says."""
        if request.method != "POST":
            return self._show(world)
        form, button = request.form(), request.path.removeprefix(f"{self.path}/")
        do = {"add": self._add, "delete": self._delete, "revoke": self._revoke}.get(button)
        problem = do(world, form) if do else "There is no such button."
        return self._show(world, problem=problem, typed=form) if problem else Response.redirect(self.path)

    def _show(self, world: World, **values: Any) -> Response:
        data = self.service.of(world)
        rows = [
            {
                "account": account,
                "granted": any(one.account == account.key and not one.revoked for one in data.grants),
                "calendars": [
                    self._events(world, one) for one in data.calendars if one.account == account.key
                ],
            }
            for account in data.accounts
        ]
        return page(
            world,
            self.template,
            title=self.title,
            rows=rows,
            path=self.path,
            service=self.service.label,
            **values,
        )

    def _events(self, world: World, calendar: CalendarT) -> Json:
        until, zone = datetime.fromtimestamp(world.store.now(), UTC) + _YEARS, ZoneInfo(calendar.time_zone)
        rows: list[Json] = []
        for event in self.service.of(world).events:
            if event.calendar == calendar.id and self.is_there(event):
                bodies = islice(self.instances(event.body, calendar, until=until), _SHOWN_OF_A_SERIES)
                rows += [self.row(event, body, calendar) | {"by_app": event.by_app} for body in bodies]
        for row in rows:
            row["when"] = _when(*(at.astimezone(zone) for at in row["span"]), all_day=row["all_day"])
        return {"calendar": calendar, "events": sorted(rows, key=lambda row: str(row["when"]))}

    def _add(self, world: World, form: dict[str, str]) -> str:
        account, _, name = form.get("calendar", "").partition(" ")
        calendar = self.service.of(world).calendar(account, name)
        if calendar is None or not calendar.can_edit:
            return "There is no such calendar."
        try:
            self.add(world, calendar, self.typed(calendar, form))
        except RefusedError:
            return "The event needs a start and an end after it."
        return ""

    def _delete(self, world: World, form: dict[str, str]) -> str:
        found = self.find(world, {"account": "", "calendar": "", "event": ""} | form)
        if found is None:
            return "There is no such event."
        self.cancel(world, found)
        return ""

    def _revoke(self, world: World, form: dict[str, str]) -> str:
        account = self.service.of(world).account(form.get("account", ""))
        for grant in self.service.of(world).grants:
            grant.revoked = grant.revoked or (account is not None and grant.account == account.key)
        return ""


def _when(start: datetime, end: datetime, *, all_day: bool) -> str:
    """Return when an event is in the zone of its ends, whose beginning sorts."""
    if not all_day:
        later = "" if start.date() == end.date() else f" ({end:%Y-%m-%d})"
        return f"{start:%Y-%m-%d %H:%M}\u2013{end:%H:%M}{later}"
    last = end - timedelta(days=1)
    days = "" if last.date() <= start.date() else f"\u2013{last:%Y-%m-%d}"
    return f"{start:%Y-%m-%d}{days}, all day"


def series(
    first: datetime, *, until: datetime, weekly: bool, step: int, most: int, weekdays: set[int]
) -> Iterator[datetime]:
    """Yield the starts of a series by the wall clock, as long as they are before *until*.

    step: every so many weeks, or days.  most: so many at most.  weekdays: those on which it can be; Monday is 0.
    """
    monday, found = first - timedelta(days=first.weekday()), 0
    for index in count():
        day = first + timedelta(days=index)
        if found >= most or day >= until:
            return
        apart = (day - monday).days // 7 if weekly else index
        if apart % step == 0 and day.weekday() in weekdays:
            found += 1
            yield day


def pack(content: Json) -> str:
    """Return a token that says what it stands for."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unpack(text: str) -> Json:
    """Return what a token stands for. Raises ValueError."""
    content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(content, dict):
        raise ValueError("no object")  # noqa: TRY004 - whatever came from outside
    return content
