"""What another scheduling product has of a host, in our words: its folder reads it, an import takes it over.

Texts are hostile and cut to length; lengths of time are minutes; None is what the product does not tell.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, Self, runtime_checkable

from timetuna.lib.text import spoken
from timetuna.providers.base import LoginField

Span = tuple[int, int]
"""From and to, in minutes after local midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSchedule:
    """weekly: (weekday, from, to), 0 is Monday.  dates: other hours of single dates, as YYYY-MM-DD; none is closed.

    time_zone: as the product has it, which may be no IANA name.
    """

    id: str
    name: str
    time_zone: str
    is_default: bool = False
    weekly: tuple[tuple[int, int, int], ...] = ()
    dates: tuple[tuple[str, tuple[Span, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePlace:
    """A way to meet. kind: of our meeting types, "" where there is none like it.  said: what the product calls it."""

    kind: str
    said: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideQuestion:
    """kind: of our questions, "" where there is none like it.  said: what the product calls that.

    other: besides the options something else can be written.
    """

    kind: str
    said: str
    label: str
    help: str = ""
    required: bool = False
    hidden: bool = False
    options: tuple[str, ...] = ()
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePerson:
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePage:
    """staffing: solo, all or any of its hosts.  seats: how many guests share one time.  schedule: an id, "" default.

    window_days, window_until: how far ahead guests can book, the latter as YYYY-MM-DD; `endless` says that neither
    counts.  url: where it is there.  lost: what it does there and cannot do here, each a sentence.
    """

    id: str
    title: str
    slug: str
    url: str = ""
    description: str = ""
    minutes: tuple[int, ...] = ()
    places: tuple[OutsidePlace, ...] = ()
    questions: tuple[OutsideQuestion, ...] = ()
    schedule: str = ""
    buffer_before: int | None = None
    buffer_after: int | None = None
    notice: int | None = None
    increment: int | None = None
    window_days: int | None = None
    window_until: str | None = None
    endless: bool = False
    most_guests: int | None = None
    approval: bool = False
    secret: bool = False
    active: bool = True
    staffing: str = "solo"
    hosts: tuple[OutsidePerson, ...] = ()
    seats: int = 1
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideBooking:
    """A booking to come. start_minute: in UTC.  page: the id of what was booked, "" where it is not told.

    join_url: an https link, or "".  place: where or how they meet, in words.
    """

    id: str
    title: str
    start_minute: int
    minutes: int
    page: str = ""
    guest: OutsidePerson = field(default_factory=lambda: OutsidePerson(name="", email=""))
    guest_zone: str = ""
    others: tuple[OutsidePerson, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    place: str = ""
    join_url: str = ""
    cancel_url: str = ""
    reschedule_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All of it. account: the outside account's id.  lost: what the product tells nobody, each a sentence."""

    product: str
    account: str
    owner: OutsidePerson
    time_zone: str = ""
    schedules: tuple[OutsideSchedule, ...] = ()
    pages: tuple[OutsidePage, ...] = ()
    bookings: tuple[OutsideBooking, ...] = ()
    lost: tuple[str, ...] = ()

    def written(self) -> dict[str, Any]:
        """As JSON can have it; `read` reads it."""
        return asdict(self)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """What `written` wrote, also where it has been JSON meanwhile."""
        values = dict(kept)
        return cls(
            owner=OutsidePerson(**values.pop("owner")),
            schedules=tuple(OutsideSchedule(**_tuples(one)) for one in values.pop("schedules")),
            pages=tuple(_page(one) for one in values.pop("pages")),
            bookings=tuple(_booking(one) for one in values.pop("bookings")),
            **_tuples(values),
        )


def _page(kept: dict[str, Any]) -> OutsidePage:
    values = dict(kept)
    return OutsidePage(
        places=tuple(OutsidePlace(**one) for one in values.pop("places")),
        questions=tuple(OutsideQuestion(**_tuples(one)) for one in values.pop("questions")),
        hosts=tuple(OutsidePerson(**one) for one in values.pop("hosts")),
        **_tuples(values),
    )


def _booking(kept: dict[str, Any]) -> OutsideBooking:
    values = dict(kept)
    return OutsideBooking(
        guest=OutsidePerson(**values.pop("guest")),
        others=tuple(OutsidePerson(**one) for one in values.pop("others")),
        **_tuples(values),
    )


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in values.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(one) for one in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is. step: what is read now, as in "bookings to come".  total: 0 while nobody knows.

    waits_seconds: so long the product has asked us to wait.
    """

    step: str
    done: int = 0
    total: int = 0
    waits_seconds: int = 0


Tell = Callable[[Progress], None]
"""Is told how far it is. Raises what ends the reading."""


@runtime_checkable
class BundleSource(Protocol):
    """A product from which a host brings along what they have there."""

    def credential(self) -> LoginField:
        """What lets us read, and where the host finds it."""

    def read(self, credential: str, *, tell: Tell) -> Bundle:
        """Read all of it, or nothing: an answer that is not whole is a ProviderError. Nothing there is changed.

        The credential is in no sentence, no log and no answer. It may take minutes. Raises ProviderError.
        """


@runtime_checkable
class ExportReader(Protocol):
    """Reads what the product gives its hosts as files."""

    def read_file(self, content: bytes) -> Bundle:
        """Raises ProviderError with a sentence that says what kind of file is wanted."""


def nameless(count: int, label: str) -> str:
    """What is said of things that came with so little that nothing can be made of them."""
    said = (
        spoken("One thing came from %(label)s without a name or a time, and cannot be imported.")
        if count == 1
        else spoken(
            "%(count)s things came from %(label)s without a name or a time, and cannot be taken over."
        )
    )
    return said % {"count": count, "label": label}
