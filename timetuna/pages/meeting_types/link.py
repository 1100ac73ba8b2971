"""The host's own link, the same for every booking."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext

from timetuna.pages.meeting_types.base import DetailField, MeetingKind, link_comes

_http_address = URLValidator(schemes=["https", "http"])


class OwnLink(MeetingKind):
    """The detail is the link."""

    slug, icon = "link", "link"
    title, help_text = "Custom link", "The same link for every meeting, such as your own video room."
    detail = DetailField(name="link", label="Link", help_text="It begins with https://.")
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
            return "Enter a full address that begins with https://."
        return ""

    def url(self, location: str) -> str:
        return location
