"""All meeting types, in the order of the editor."""

from dataclasses import dataclass

from timetuna.calendars.queries import comes_with_event, conference_kinds, kind_provider, listing, set_up
from timetuna.pages.meeting_types.base import Lack, MeetingKind
from timetuna.pages.meeting_types.in_person import InPerson
from timetuna.pages.meeting_types.link import OwnLink
from timetuna.pages.meeting_types.phone import Phone


class ProvidedKind(MeetingKind):
    """Meetings whose link a connected provider makes, with a call of its own or by the event in a calendar.

    All that is particular to one is said by its provider's description.
    """

    makes_link = True

    def __init__(self, slug: str, label: str) -> None:
        self.slug = slug  # type: ignore[misc]
        self.title = label  # type: ignore[misc]
        self.help_text = f"Every booking gets its own {label} link."  # type: ignore[misc]

    def label(self) -> str:
        """The provider's own word for it."""
        return self.title

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
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
        if not set_up(self.slug):
            return Lack(note=self._not_set_up())
        with_event = comes_with_event(self.slug)
        lacks = "the calendar that gets this page's events cannot carry it" if with_event else "not connected"
        note = f"{self.title}: {lacks}." if with_event else f"{self.title} is {lacks} yet."
        if on:
            note = f"{self.title} is on, but {lacks}: guests do not see it."
        return Lack(note=note, connect=self._maker(), by_calendar=with_event)

    def location(self, detail: str) -> str:  # noqa: ARG002
        """Nothing: the link is kept with the meeting that is made."""
        return ""

    def _maker(self) -> str:
        found = listing(kind_provider(self.slug))
        return found.label if found else self.slug

    def _not_set_up(self) -> str:
        return f"{self.title} is not set up on this server; whoever runs it can add its keys to the settings."


FIRST = Phone()
"""What a page has that is made before anything is connected."""
_OWN = {kind.slug: kind for kind in (FIRST, InPerson(), OwnLink())}
_UNKNOWN = MeetingKind()


def meeting_kinds() -> tuple[MeetingKind, ...]:
    """Those that providers make stand first."""
    return (*(ProvidedKind(slug, label) for slug, label in conference_kinds().items()), *_OWN.values())


def meeting_kind(slug: str) -> MeetingKind:
    """For a type that is known no more there is one as well."""
    if slug in _OWN:
        return _OWN[slug]
    label = conference_kinds().get(slug)
    return ProvidedKind(slug, label) if label else _UNKNOWN


@dataclass(frozen=True, slots=True)
class MeetingChoice:
    """A way to meet that a guest may choose. `detail` is the number, place or link; it may be empty."""

    kind: str
    label: str
    detail: str = ""
