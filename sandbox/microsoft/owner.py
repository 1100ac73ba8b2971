"""What tests and people do to Microsoft's calendars, as their owners would."""

import html
import re
from collections.abc import Iterable
from datetime import date, datetime

from sandbox.base.calendars import CalendarOwner, Json
from sandbox.base.service import Control, changed
from sandbox.base.world import World
from sandbox.microsoft import events, times
from sandbox.microsoft.oauth import MICROSOFT
from sandbox.microsoft.state import MicrosoftCalendar, MicrosoftData, MicrosoftEvent

_LINE_END, _TAG = re.compile("<br>|</p>|</div>", re.IGNORECASE), re.compile("<[^>]+>")
_SPACES = re.compile(r"\s*\n\s*")


class MicrosoftOwner(CalendarOwner[MicrosoftData, MicrosoftCalendar, MicrosoftEvent]):
    """Outlook's page, and the controls of its stand-in."""

    service = MICROSOFT
    calendar_type = MicrosoftCalendar
    new_calendar = {"name": "Calendar"}
    path = "/microsoft/calendar"
    template = "microsoft/calendar.html"
    title = "Outlook"

    def controls(self) -> dict[tuple[str, str], Control]:
        """Return what tests may ask, below `/_control/microsoft/`."""
        return super().controls() | {
            ("POST", "account/change"): self.change_account,
            ("POST", "event/move"): self.move_event,
        }

    def change_account(self, world: World, wishes: Json) -> Json:
        """Change an account: its names, `guarded`, `personal`."""
        fields = {name: value for name, value in wishes.items() if name != "account"}
        return dict(vars(changed(MICROSOFT.account_of(world, wishes), fields)))

    def move_event(self, world: World, wishes: Json) -> Json:
        """Move an event into another calendar of the same account."""
        event, to = self.event(world, wishes), self.calendar(world, wishes)
        with world.store.lock:
            event.left.append(event.calendar)
            event.calendar = to.id
            events.touch(world, event)
        return {}

    def add(self, world: World, calendar: MicrosoftCalendar, body: Json) -> MicrosoftEvent:
        """Put an event into a calendar. Raises RefusedError."""
        return events.add(world, calendar, body)

    def cancel(self, world: World, event: MicrosoftEvent) -> None:
        """Delete an event: it lies in the bin then."""
        events.cancel(world, event)

    def find(self, world: World, wishes: Json) -> MicrosoftEvent | None:
        """Return an event of an account's mailbox."""
        return MICROSOFT.of(world).event(str(wishes["account"]), str(wishes["event"]))

    def body(self, calendar: MicrosoftCalendar, wishes: Json) -> Json:  # noqa: ARG002
        """Return an event as Graph writes it; `weekly` makes a series of so many."""
        ends = {name: _end(str(wishes[name]), wishes["zone"]) for name in ("start", "end")}
        body: Json = {"subject": "Busy", "isAllDay": "T" not in str(wishes["start"]), **ends}
        if "weekly" in wishes:
            body["recurrence"] = {
                "pattern": {"type": "weekly", "interval": 1},
                "range": {"type": "numbered", "numberOfOccurrences": int(wishes["weekly"])},
            }
        return body

    def typed(self, calendar: MicrosoftCalendar, form: dict[str, str]) -> Json:
        """Return the event that somebody typed on the page."""
        ends = ("start", "end")
        return {
            "subject": form.get("title") or "Busy",
            "showAs": form.get("shown") or "busy",
            **{name: {"dateTime": form.get(name, ""), "timeZone": calendar.time_zone} for name in ends},
        }

    def instances(self, body: Json, calendar: MicrosoftCalendar, *, until: datetime) -> Iterable[Json]:
        """Yield the event, or the occurrences of a series."""
        return times.instances(body, calendar.time_zone, until=until)

    def is_there(self, event: MicrosoftEvent) -> bool:
        """Say whether it stands in its calendar."""
        return event.alive

    def row(self, event: MicrosoftEvent, body: Json, calendar: MicrosoftCalendar) -> Json:
        """Return what the page shows of an event."""
        words = html.unescape(_TAG.sub("", _LINE_END.sub("\n", body["body"]["content"])))
        return {
            "id": event.id,
            "span": times.span(body, calendar.time_zone),
            "all_day": body["isAllDay"],
            "title": body["subject"] or "(No title)",
            "location": body["location"]["displayName"],
            "description": _SPACES.sub("\n", words).strip(),
            "link": (body["onlineMeeting"] or {}).get("joinUrl", ""),
            "guests": [str(guest.get("emailAddress", {}).get("address", "")) for guest in body["attendees"]],
            "chip": "" if body["showAs"] == "busy" else body["showAs"],
        }


def _end(text: str, zone: str) -> Json:
    if "T" not in text:
        return {"dateTime": f"{date.fromisoformat(text)}T00:00:00.0000000", "timeZone": zone}
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("A moment needs its offset.")
    local = at.astimezone(times.zone_of(zone)).replace(tzinfo=None)
    return {"dateTime": local.isoformat(), "timeZone": zone}


OWNER = MicrosoftOwner()
