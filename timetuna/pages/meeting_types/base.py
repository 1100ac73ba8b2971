"""Meeting types: an object for each way to meet, which says all that is particular to it; and which there are."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext

from timetuna.calendars.queries import comes_with_event, conference_kinds, kind_provider, listing, set_up
from timetuna.pages.meeting_types.words import lacking, not_set_up, provided_help, refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailField:
    """What a host is asked for in the editor. name: of the form's field.  longest: in characters."""

    name: str
    label: "StrOrPromise"
    help_text: "StrOrPromise"
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

    icon: of templates/public/_icon.html.  name, hint: of its switch in the editor.  detail: what the host is
    asked for; with `needs_detail` guests see the type only where it is given.  makes_link: a provider makes a link for
    each booking.
    """

    slug: ClassVar[str] = ""
    icon: ClassVar[str] = "video"
    name: "ClassVar[StrOrPromise]" = ""
    hint: "ClassVar[StrOrPromise]" = ""
    detail: ClassVar[DetailField | None] = None
    needs_detail: ClassVar[bool] = False
    makes_link: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """What hosts read, in their language."""
        return str(self.name)

    @property
    def help_text(self) -> str:
        return str(self.hint)

    def label(self) -> str:
        """What guests read."""
        return gettext("Meeting")

    def logo(self) -> str:
        """Of the provider that makes its links, as a data: address; "" where there is none."""
        return ""

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        """Why it cannot be switched on with this detail; "" where it can. ready: what makes its links is there."""
        return ""

    def lack(self, *, on: bool) -> Lack | None:  # noqa: ARG002
        """Why guests do not see it while what makes its links is not there. on: the host has switched it on."""
        return None

    def asks(self, detail: str) -> PhoneQuestion | None:  # noqa: ARG002
        """What the guest is asked for."""
        return None

    def before(self, detail: str, host: str) -> str:  # noqa: ARG002
        """What guests read of it before they book, beside its label. host: their name, "" where it is not settled."""
        return ""

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


def link_comes() -> str:
    """Also true where the host has to say yes first."""
    return gettext("You get the link once you are booked.")


class ProvidedKind(MeetingKind):
    """Meetings whose link a connected provider makes, with a call of its own or by the event in a calendar.

    All that is particular to one is said by its provider's description.
    """

    makes_link = True

    def __init__(self, slug: str, label: str) -> None:
        self.slug = slug  # type: ignore[misc]
        self.name = label  # type: ignore[misc]

    @property
    def help_text(self) -> str:
        return provided_help(self.title)

    def label(self) -> str:
        """The provider's own word for it."""
        return self.title

    def logo(self) -> str:
        found = listing(kind_provider(self.slug))
        return found.logo if found else ""

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        if ready:
            return ""
        if not set_up(self.slug):
            return not_set_up(self.label())
        return refused(self.label(), maker=self._maker(), with_event=comes_with_event(self.slug))

    def lack(self, *, on: bool) -> Lack | None:
        if not set_up(self.slug):
            return Lack(note=not_set_up(self.label()))
        with_event = comes_with_event(self.slug)
        note = lacking(self.label(), on=on, with_event=with_event)
        return Lack(note=note, connect=self._maker(), by_calendar=with_event)

    def before(self, detail: str, host: str) -> str:  # noqa: ARG002
        return link_comes()

    def location(self, detail: str) -> str:  # noqa: ARG002
        """Nothing: the link is kept with the meeting that is made."""
        return ""

    def _maker(self) -> str:
        found = listing(kind_provider(self.slug))
        return found.label if found else self.slug


OWN: dict[str, MeetingKind] = {}
"""Those that need no provider, by name: the package fills it."""
_UNKNOWN = MeetingKind()
_provided = lru_cache(ProvidedKind)


def meeting_kinds() -> tuple[MeetingKind, ...]:
    """Those that providers make stand first."""
    return (*(_provided(slug, label) for slug, label in conference_kinds().items()), *OWN.values())


def meeting_kind(slug: str) -> MeetingKind:
    """For a type that is known no more there is one as well."""
    if slug in OWN:
        return OWN[slug]
    label = conference_kinds().get(slug)
    return _provided(slug, label) if label else _UNKNOWN


@dataclass(frozen=True, slots=True)
class MeetingChoice:
    """A way to meet that a guest may choose. `detail` is the number, place or link; it may be empty."""

    kind: str
    label: str
    detail: str = ""
