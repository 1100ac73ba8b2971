"""A small client of Microsoft's part of the control API, for tests and scripts."""

from typing import Any

from sandbox.control import CalendarControl, Json
from sandbox.microsoft.state import PRIMARY


class MicrosoftControl(CalendarControl):
    """Steers the stand-in of Microsoft in a sandbox."""

    part = "microsoft"
    zone = "UTC"

    def events(self, calendar: str = PRIMARY) -> list[Json]:
        """Return the events that stand in a calendar, each with its `marks`; deleted ones are left out."""
        rows = [row for row in self.state()["events"] if row["calendar"] == calendar and not row["binned"]]
        return [row["body"] | {"marks": row["marks"]} for row in rows]

    def change_account(self, account: str = "robin", **fields: Any) -> Json:
        """Change an account: `guarded`, `personal`, names."""
        return self.tell("account/change", account=account, **fields)

    def move_event(self, event: str, calendar: str, *, account: str = "robin") -> None:
        """Move an event into another calendar, as its host would."""
        self.tell("event/move", event=event, calendar=calendar, account=account)
