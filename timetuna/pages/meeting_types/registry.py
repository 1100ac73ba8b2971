"""All meeting types, in the order of the editor."""

from dataclasses import dataclass

from timetuna.calendars.queries import conference_kinds
from timetuna.pages.meeting_types.base import MeetingKind
from timetuna.pages.meeting_types.in_person import InPerson
from timetuna.pages.meeting_types.link import OwnLink
from timetuna.pages.meeting_types.phone import Phone
from timetuna.pages.meeting_types.provided import ProvidedKind

FIRST = Phone()
"""What a page has that is made before anything is connected."""
_OWN = {kind.slug: kind for kind in (FIRST, InPerson(), OwnLink())}
_UNKNOWN = MeetingKind()


def meeting_kinds() -> tuple[MeetingKind, ...]:
    """Return every meeting type a page can have: those that providers make stand first."""
    return (*(ProvidedKind(slug, label) for slug, label in conference_kinds().items()), *_OWN.values())


def meeting_kind(slug: str) -> MeetingKind:
    """Return the type that is called so; for one that is known no more there is one as well."""
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
