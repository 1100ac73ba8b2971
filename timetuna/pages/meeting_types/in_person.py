"""Meeting at a place."""

from django.utils.translation import gettext

from timetuna.pages.meeting_types.base import DetailField, MeetingKind
from timetuna.pages.meeting_types.words import IN_PERSON, IN_PERSON_HELP, PLACE, PLACE_HELP, no_place


class InPerson(MeetingKind):
    """The detail is the place."""

    slug, icon = "in_person", "pin"
    name, hint = IN_PERSON, IN_PERSON_HELP
    detail = DetailField(name="place", label=PLACE, help_text=PLACE_HELP)
    needs_detail = True

    def label(self) -> str:
        return gettext("In person")

    def before(self, detail: str, host: str) -> str:  # noqa: ARG002
        """The place: hosts are told that guests read it on the page."""
        return detail

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        return "" if detail else no_place()
