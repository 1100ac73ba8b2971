"""A small client of Microsoft's part of the control API, for tests and scripts."""

from datetime import date, datetime
from typing import Any

from sandbox.control import Json, SandboxControl
from sandbox.microsoft.state import PRIMARY


class MicrosoftControl:
    """Steers the stand-in of Microsoft in a sandbox; every method is one HTTP call."""

    def __init__(self, sandbox: SandboxControl) -> None:
        self.sandbox = sandbox

    def state(self) -> Json:
        """Return all but tokens and secrets."""
        return self.sandbox.ask("microsoft/state")

    def events(self, calendar: str = PRIMARY) -> list[Json]:
        """Return the events that stand in a calendar, each with its `marks`; deleted ones are left out."""
        rows = [row for row in self.state()["events"] if row["calendar"] == calendar and not row["binned"]]
        return [row["body"] | {"marks": row["marks"]} for row in rows]

    def decide(self, decision: str, *, account: str = "robin", without: tuple[str, ...] = ()) -> None:
        """Decide future consents: `allow` (without some scopes), `deny`, or `ask` to show the page."""
        self.sandbox.tell("microsoft/decide", decision=decision, account=account, without=list(without))

    def change_account(self, account: str = "robin", **fields: Any) -> Json:
        """Change an account: `guarded`, `personal`, names."""
        return self.sandbox.tell("microsoft/account/change", account=account, **fields)

    def add_calendar(self, calendar: str, **fields: Any) -> Json:
        """Put a calendar into an account's list, with `name`, `owner`, `can_edit`, `providers` and so on."""
        return self.sandbox.tell("microsoft/calendar", id=calendar, **fields)

    def change_calendar(self, calendar: str = "primary", *, account: str = "robin", **fields: Any) -> Json:
        """Change a calendar."""
        return self.sandbox.tell("microsoft/calendar/change", calendar=calendar, account=account, **fields)

    def remove_calendar(self, calendar: str, *, account: str = "robin") -> None:
        """Delete a calendar."""
        self.sandbox.tell("microsoft/calendar/remove", calendar=calendar, account=account)

    def add_event(self, start: date, end: date, *, calendar: str = "primary", **fields: Any) -> Json:
        """Put an event into a calendar, as its host would; two datetimes, or two dates for all-day.

        Fields are Graph's (`showAs`, `responseStatus`…), and `account`, `zone` and `weekly` (so many times).
        """
        zone = str(start.tzinfo) if isinstance(start, datetime) else ""
        given = {"zone": zone if "/" in zone else "UTC"} | fields
        ends = {"start": start.isoformat(), "end": end.isoformat()}
        return self.sandbox.tell("microsoft/event", **ends, calendar=calendar, **given)

    def remove_event(self, event: str, *, account: str = "robin") -> None:
        """Delete an event, as its host would."""
        self.sandbox.tell("microsoft/event/remove", event=event, account=account)

    def move_event(self, event: str, calendar: str, *, account: str = "robin") -> None:
        """Move an event into another calendar, as its host would."""
        self.sandbox.tell("microsoft/event/move", event=event, calendar=calendar, account=account)

    def page_size(self, size: int) -> None:
        """Set how many rows a page of a list has at most."""
        self.sandbox.tell("microsoft/page-size", size=size)

    def note_disconnect(self, account: str = "robin") -> None:
        """Make any further use of this account's grants a violation."""
        self.sandbox.tell("microsoft/note-disconnect", account=account)
