"""What a meeting type is: an object for each way to meet, which says all that is particular to it."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailField:
    """What a host is asked for in the editor. name: of the form's field.  longest: in characters."""

    name: str
    label: str
    help_text: str
    longest: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneQuestion:
    """How a guest is asked for their number: where the page has this type only, where it has others, and once more."""

    alone: str
    among: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Who meets where. detail: what the booking keeps of the place.  phone: the guest's number, or ""."""

    detail: str
    host: str
    guest: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Why guests do not see a type. connect: the provider to connect.  by_calendar: or to choose another calendar."""

    note: str
    connect: str = ""
    by_calendar: bool = False


class MeetingKind:
    """One way to meet; this one stands for what is known no more.

    icon: of templates/public/_icon.html.  title, help_text: of its switch in the editor.  detail: what the host is
    asked for; with `needs_detail` guests see the type only where it is given.  makes_link: a provider makes a link for
    each booking.
    """

    slug: ClassVar[str] = ""
    icon: ClassVar[str] = "video"
    title: ClassVar[str] = ""
    help_text: ClassVar[str] = ""
    detail: ClassVar[DetailField | None] = None
    needs_detail: ClassVar[bool] = False
    makes_link: ClassVar[bool] = False

    def label(self) -> str:
        """What guests read."""
        return gettext("Meeting")

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        """Why it cannot be switched on with this detail; "" where it can. ready: what makes its links is there."""
        return ""

    def lack(self, *, on: bool) -> Lack | None:  # noqa: ARG002
        """Why guests do not see it while what makes its links is not there. on: the host has switched it on."""
        return None

    def asks(self, detail: str) -> PhoneQuestion | None:  # noqa: ARG002
        """What the guest is asked for."""
        return None

    def location(self, detail: str) -> str:
        """What a new booking keeps of the place."""
        return detail

    def said(self, sides: Sides) -> str:
        """What both sides read, and the invitation says, of where or how they meet."""
        return sides.detail

    def said_to_others(self, sides: Sides) -> str:
        """The same for whom the guest brings."""
        return self.said(sides)

    def url(self, location: str) -> str:  # noqa: ARG002
        """The link by which both sides join that the booking itself keeps; "" without one."""
        return ""
