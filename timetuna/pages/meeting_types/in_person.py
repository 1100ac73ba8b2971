"""Meeting at a place."""

from django.utils.translation import gettext

from timetuna.pages.meeting_types import words
from timetuna.pages.meeting_types.base import DetailField, MeetingKind


class InPerson(MeetingKind):
    """The detail is the place."""

    slug, icon = "in_person", "pin"
    name, hint = words.IN_PERSON, words.IN_PERSON_HELP
    detail = DetailField(name="place", label=words.PLACE, help_text=words.PLACE_HELP)
    needs_detail = True

    def label(self) -> str:
        return gettext("In person")

    def before(self, detail: str, host: str) -> str:  # noqa: ARG002
        """The place: hosts are told that guests read it on the page."""
        return detail

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        return "" if detail else words.no_place()
