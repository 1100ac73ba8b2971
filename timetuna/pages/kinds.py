"""The meeting types that need no connected provider, and the words for all of them."""

from timetuna.calendars.queries import conference_kinds

PHONE = "phone"
IN_PERSON = "in_person"
LINK = "link"

_GUEST_LABELS = {PHONE: "Phone call", IN_PERSON: "In person", LINK: "Online"}
NEEDS_DETAIL = frozenset({IN_PERSON, LINK})


def guest_labels() -> dict[str, str]:
    """Return every meeting type a page can have, in the order of the editor, with the words guests read."""
    return conference_kinds() | _GUEST_LABELS
