"""A small client of Google's part of the control API, for tests and scripts."""

from sandbox.control import CalendarControl, Json


class GoogleControl(CalendarControl):
    """Steers the stand-in of Google in a sandbox."""

    part = "google"

    def events(self, calendar: str = "robin@host.example") -> list[Json]:
        """Return the events that stand in a calendar, the earliest change first; deleted ones are left out."""
        rows = [row["body"] for row in self.state()["events"] if row["calendar"] == calendar]
        return [row for row in rows if row["status"] != "cancelled"]
