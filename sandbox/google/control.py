"""A small client of Google's part of the control API, for tests and scripts."""

from datetime import date, datetime
from typing import Any

from sandbox.control import Json, SandboxControl


class GoogleControl:
    """Steers the stand-in of Google in a sandbox; every method is one HTTP call."""

    def __init__(self, sandbox: SandboxControl) -> None:
        self.sandbox = sandbox

    def state(self) -> Json:
        """Return all but tokens and secrets."""
        return self.sandbox.ask("google/state")

    def events(self, calendar: str = "robin@host.example") -> list[Json]:
        """Return the events that stand in a calendar, the earliest change first; deleted ones are left out."""
        rows = [row["body"] for row in self.state()["events"] if row["calendar"] == calendar]
        return [row for row in rows if row["status"] != "cancelled"]

    def decide(self, decision: str, *, account: str = "robin", without: tuple[str, ...] = ()) -> None:
        """Decide future consents: `allow` (without some scopes), `deny`, or `ask` to show the page."""
        self.sandbox.tell("google/decide", decision=decision, account=account, without=list(without))

    def add_calendar(self, calendar: str, **fields: Any) -> Json:
        """Put a calendar into an account's list, with `summary`, `role`, `selected`, `time_zone`, `meet`."""
        return self.sandbox.tell("google/calendar", id=calendar, **fields)

    def change_calendar(self, calendar: str, **fields: Any) -> Json:
        """Change an entry of a calendar list."""
        return self.sandbox.tell("google/calendar/change", id=calendar, **fields)

    def remove_calendar(self, calendar: str, *, account: str = "robin") -> None:
        """Take a calendar out of an account's list."""
        self.sandbox.tell("google/calendar/remove", id=calendar, account=account)

    def add_event(self, start: date, end: date, *, calendar: str = "primary", **fields: Any) -> Json:
        """Put an event into a calendar, as its host would; two datetimes, or two dates for all-day.

        Fields are Google's (`transparency`, `attendees`, `recurrence`…), and `account`, and `zone` for series.
        """
        zone = str(start.tzinfo) if isinstance(start, datetime) else ""
        given = {"zone": zone if "/" in zone else ""} | fields
        return self.sandbox.tell(
            "google/event", start=start.isoformat(), end=end.isoformat(), calendar=calendar, **given
        )

    def remove_event(self, event: str, *, calendar: str = "primary", account: str = "robin") -> None:
        """Delete an event, as its host would."""
        self.sandbox.tell("google/event/remove", event=event, calendar=calendar, account=account)

    def page_size(self, size: int) -> None:
        """Set how many rows a page of a list has at most."""
        self.sandbox.tell("google/page-size", size=size)

    def note_disconnect(self, account: str = "robin") -> None:
        """Make any further use of this account's grants a violation."""
        self.sandbox.tell("google/note-disconnect", account=account)
