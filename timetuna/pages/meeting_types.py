"""The meeting types that need no connected provider, and the words for all of them."""

from django.utils.translation import gettext

from timetuna.calendars.queries import conference_kinds

PHONE = "phone"
IN_PERSON = "in_person"
LINK = "link"

NEEDS_DETAIL = frozenset({IN_PERSON, LINK})


def guest_labels() -> dict[str, str]:
    """Return every meeting type a page can have, in the order of the editor, with the words guests read."""
    ours = {PHONE: gettext("Phone call"), IN_PERSON: gettext("In person"), LINK: gettext("Online")}
    return conference_kinds() | ours
