"""The host's own link, the same for every booking."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext

from timetuna.pages.meeting_types.base import DetailField, MeetingKind, link_comes
from timetuna.pages.meeting_types.words import LINK, LINK_HELP, OWN_LINK, OWN_LINK_HELP, no_link

_http_address = URLValidator(schemes=["https", "http"])


class OwnLink(MeetingKind):
    """The detail is the link."""

    slug, icon = "link", "link"
    name, hint = OWN_LINK, OWN_LINK_HELP
    detail = DetailField(name="link", label=LINK, help_text=LINK_HELP)
    needs_detail = True

    def label(self) -> str:
        return gettext("Online")

    def before(self, detail: str, host: str) -> str:  # noqa: ARG002
        return link_comes()

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        """Refuse what no browser would open."""
        try:
            _http_address(detail)
        except ValidationError:
            return no_link()
        return ""

    def url(self, location: str) -> str:
        return location
