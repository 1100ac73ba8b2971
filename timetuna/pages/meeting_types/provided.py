"""Meetings whose link a connected provider makes, with a call of its own or by the event in a calendar."""

from timetuna.calendars.provider_catalogue import listing
from timetuna.calendars.queries import comes_with_event, kind_provider, set_up
from timetuna.pages.meeting_types.base import Lack, MeetingKind


class ProvidedKind(MeetingKind):
    """A kind that the provider's description says; nothing here knows which one it is."""

    makes_link = True

    def __init__(self, slug: str, label: str) -> None:
        self.slug = slug  # type: ignore[misc]
        self.title = label  # type: ignore[misc]
        self.help_text = f"Every booking gets its own {label} link."  # type: ignore[misc]

    def label(self) -> str:
        """Return the provider's own word for it."""
        return self.title

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        """Say what has to be connected, where nothing makes its links."""
        if ready:
            return ""
        if not set_up(self.slug):
            return self._not_set_up()
        if comes_with_event(self.slug):
            return (
                f"{self.title} needs a calendar that can carry it to get this page's new events. "
                f"Connect {self._maker()} or choose another calendar, then save again."
            )
        return f"{self.title} is not connected yet. Connect {self._maker()}, then save again."

    def lack(self, *, on: bool) -> Lack | None:
        """Say what is missing, and what to do."""
        if not set_up(self.slug):
            return Lack(note=self._not_set_up())
        with_event = comes_with_event(self.slug)
        lacks = "the calendar that gets this page's events cannot carry it" if with_event else "not connected"
        note = f"{self.title}: {lacks}." if with_event else f"{self.title} is {lacks} yet."
        if on:
            note = f"{self.title} is on, but {lacks}: guests do not see it."
        return Lack(note=note, connect=self._maker(), by_calendar=with_event)

    def location(self, detail: str) -> str:  # noqa: ARG002
        """Return "": the link is kept with the meeting that is made."""
        return ""

    def _maker(self) -> str:
        """Return the name of the provider to connect."""
        found = listing(kind_provider(self.slug))
        return found.label if found else self.slug

    def _not_set_up(self) -> str:
        return f"{self.title} is not set up on this server; whoever runs it can add its keys to the settings."
