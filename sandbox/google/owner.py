"""What tests and people do to Google's calendars, as their owners would."""

from collections.abc import Iterable
from datetime import date, datetime

from sandbox.base.calendars import CalendarOwner, Json
from sandbox.base.world import World
from sandbox.google import events, times
from sandbox.google.oauth import GOOGLE
from sandbox.google.state import GoogleCalendar, GoogleData, GoogleEvent


class GoogleOwner(CalendarOwner[GoogleData, GoogleCalendar, GoogleEvent]):
    """Google Calendar's page, and the controls of its stand-in."""

    service = GOOGLE
    calendar_type = GoogleCalendar
    new_calendar = {"summary": "Calendar"}
    path = "/google/calendar"
    template = "google/calendar.html"
    title = "Google Calendar"

    def add(self, world: World, calendar: GoogleCalendar, body: Json) -> GoogleEvent:
        """Put an event into a calendar. Raises RefusedError."""
        return events.add(world, calendar, body)

    def cancel(self, world: World, event: GoogleEvent) -> None:
        """Delete an event."""
        events.cancel(world, event)

    def find(self, world: World, wishes: Json) -> GoogleEvent | None:
        """Return an event by its calendar's id, or by the calendar's place in an account's list."""
        data, name = GOOGLE.of(world), str(wishes["calendar"])
        calendar = data.calendar(str(wishes["account"]), name)
        return data.event(calendar.id if calendar else name, str(wishes["event"]))

    def body(self, calendar: GoogleCalendar, wishes: Json) -> Json:  # noqa: ARG002
        """Return an event as Google writes it."""
        return {"summary": "Busy"} | {
            name: _end(str(wishes[name]), wishes["zone"]) for name in ("start", "end")
        }

    def typed(self, calendar: GoogleCalendar, form: dict[str, str]) -> Json:
        """Return the event that somebody typed on the page."""
        ends = ("start", "end")
        return {
            "summary": form.get("title") or "Busy",
            "transparency": "transparent" if form.get("free") else "opaque",
            **{name: {"dateTime": form.get(name, ""), "timeZone": calendar.time_zone} for name in ends},
        }

    def instances(self, body: Json, calendar: GoogleCalendar, *, until: datetime) -> Iterable[Json]:
        """Yield the event, or the single events of a series."""
        return times.instances(body, calendar.time_zone, until=until)

    def is_there(self, event: GoogleEvent) -> bool:
        """Say whether it was not deleted."""
        return event.alive

    def row(self, event: GoogleEvent, body: Json, calendar: GoogleCalendar) -> Json:
        """Return what the page shows of an event."""
        chips = [
            "free" if body.get("transparency") == "transparent" else "",
            "tentative" if body.get("status") == "tentative" else "",
        ]
        return {
            "id": event.id,
            "span": times.span(body, calendar.time_zone),
            "all_day": "date" in body["start"],
            "title": body.get("summary", "(No title)"),
            "location": body.get("location", ""),
            "description": body.get("description", ""),
            "link": body.get("hangoutLink", ""),
            "guests": [guest.get("email", "") for guest in body.get("attendees", [])],
            "chip": " ".join(filter(None, chips)),
        }


def _end(text: str, zone: str) -> Json:
    try:
        return {"date": date.fromisoformat(text).isoformat()}
    except ValueError:
        return {"dateTime": text, "timeZone": zone}


OWNER = GoogleOwner()
