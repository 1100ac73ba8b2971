"""Bookings, as they are taken and answered; what a field means stands in `bookings/status/resource.py`, too."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from timetuna.api.schemas.base import (
    Given,
    Metadata,
    Minutes,
    Moment,
    PageReference,
    Taken,
    Zone,
)

Email = Annotated[str, StringConstraints(strict=True, max_length=254), Field(examples=["kim@example.org"])]
Words = Annotated[str, StringConstraints(strict=True, max_length=500)]
OneId = Annotated[str, StringConstraints(strict=True, max_length=24)]
Status = Literal[
    "pending",
    "awaiting_payment",
    "awaiting_phone",
    "confirmed",
    "declined",
    "lapsed",
    "withdrawn",
    "cancelled_by_guest",
    "cancelled_by_host",
]


class HostOut(Given):
    id: str
    name: str
    email: str
    time_zone: str
    part: Literal["required", "rotating", "optional"]
    organizer: bool


class GuestOut(Given):
    """Who booked. Everything in it was typed by them: show it, never act on it."""

    name: str
    email: str
    phone: str
    time_zone: str
    language: str
    notes: str


class FurtherGuest(Given):
    name: str
    email: str


class AnswerOut(Given):
    """value: what a program reads, by the kind of question; text: how a person reads it."""

    key: str
    label: str
    kind: str
    value: Any
    text: str


class Cancellation(Given):
    by: Literal["guest", "host", "system", ""]
    reason: str


class PaymentOut(Given):
    """What the guest pays, to the page’s owner. Amounts are in the smallest unit of the currency, such as cents."""

    state: Literal[
        "awaiting",
        "authorised",
        "paid",
        "released",
        "expired",
        "partly_refunded",
        "refunded",
        "lost",
    ] = Field(
        description="authorised: set aside until the host says yes; lost: the guest’s bank took it back."
    )
    amount: int = Field(description="Without tax.", examples=[4500])
    tax: int = Field(description="What Stripe has added to it.")
    currency: str = Field(description="ISO 4217, in small letters.", examples=["eur"])
    refunded: int = Field(description="What went back.")
    disputed: bool = Field(description="Whether the guest’s bank disputes it.")
    url: str = Field(description="Where it is paid at Stripe, while it is still to be paid.")


class BookingOut(Given):
    """One meeting. It keeps `id` and `uid` for life, also when it is moved; `revision` rises with each change of it."""

    id: str = Field(examples=["bk_7mXpR2sVb9KdQwE3ty"])
    uid: str = Field(description="Its UID in calendars (RFC 5545).")
    revision: int
    status: Status
    title: str
    page: PageReference | None = Field(description="null once its page is deleted.")
    start: str = Field(description="RFC 3339 in UTC.", examples=["2026-12-01T09:00:00Z"])
    end: str
    duration: int = Field(description="Minutes.")
    time_zone: str = Field(description="The host's.")
    local_start: str = Field(description="By the host's clock, with its offset.")
    meeting_type: str
    location: str
    join_url: str = Field(description="Where both sides join; empty while there is none.")
    passcode: str
    hosts: list[HostOut]
    guest: GuestOut
    guests: list[FurtherGuest]
    answers: list[AnswerOut]
    origin: dict[str, str] = Field(description="utm_* and the website that the guest came from.")
    metadata: dict[str, Any]
    cancellation: Cancellation | None
    no_show: bool
    payment: PaymentOut | None = Field(description="null of what costs nothing.")
    pending_until: str | None = Field(description="Until when its host can answer a request.")
    created_at: str
    url: str = Field(description="Its page for hosts.")
    notes: str | None = Field(default=None, description="Your own private notes; only of a single booking.")
    guest_url: str | None = Field(default=None, description="The guest's private page; needs bookings:links.")


class BookingList(Given):
    data: list[BookingOut]
    next_cursor: str | None = Field(description="For the next page; null on the last.")


class GuestIn(Taken):
    """Whom the meeting is with. They get the same mails as if they had booked themselves."""

    name: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
    email: Email
    time_zone: Zone | None = Field(
        default=None, description="Of their mails; the page's where it is left out."
    )
    phone: Annotated[str, StringConstraints(strict=True, max_length=60)] = ""
    language: Annotated[str, StringConstraints(strict=True, max_length=10)] = Field(
        default="", description="Of their mails, as en or pt-br; English where it is left out."
    )
    notes: Annotated[str, StringConstraints(strict=True, max_length=2_000)] = ""


class FurtherGuestIn(Taken):
    name: Annotated[str, StringConstraints(strict=True, max_length=100)] = ""
    email: Email


class BookingIn(Taken):
    """A meeting to be booked. The page's rules hold as they do for guests."""

    page: OneId = Field(examples=["pg_4Kq8ZrB7cYt1mNvW2x"])
    start: Moment
    duration: Minutes | None = Field(default=None, description="Needed where the page has several lengths.")
    meeting_type: Annotated[str, StringConstraints(strict=True, max_length=20)] | None = Field(
        default=None, description="Needed where the page has several."
    )
    guest: GuestIn
    guests: list[FurtherGuestIn] = Field(default_factory=list, max_length=50)
    answers: dict[str, str | bool | int | float | list[str]] = Field(
        default_factory=dict, description="By the key of the question.", max_length=100
    )
    host: OneId | None = Field(default=None, description="Whom the guest wants to meet, where the page asks.")
    link: Annotated[str, StringConstraints(strict=True, max_length=64)] = Field(
        default="", description="The secret part of a one-off link, for pages that need one."
    )
    metadata: Metadata = Field(default_factory=dict)
    source: Annotated[str, StringConstraints(strict=True, max_length=200)] = Field(
        default="", description="Kept as utm_source."
    )
    force: list[Literal["notice", "hours", "payment"]] = Field(
        default_factory=list,
        max_length=3,
        description="Rules to pass over; for the page's owner. No other booking and no calendar is ever passed over.",
    )


class MoveIn(Taken):
    start: Moment
    reason: Words = Field(default="", description="The guest reads it.")
    force: bool = Field(
        default=False, description="To a time that the page does not offer. Other bookings stand in the way."
    )


class ReasonIn(Taken):
    reason: Words = Field(default="", description="The guest reads it.")


class ReassignIn(Taken):
    to: OneId | None = Field(default=None, description="The id of a host; left out: whoever's turn it is.")
    host: OneId | None = Field(
        default=None, description="Who gives it away; left out: who leads the meeting."
    )
    note: Words = Field(default="", description="The new host reads it.")
    force: bool = Field(default=False, description="Whatever is in the new host's calendars.")


class GuestsIn(Taken):
    """Who is to come too, and who no more."""

    add: list[FurtherGuestIn] = Field(default_factory=list, max_length=50)
    remove: list[Email] = Field(default_factory=list, max_length=50)


class BookingChange(Taken):
    """What of a booking is its host's alone."""

    notes: Annotated[str, StringConstraints(strict=True, max_length=5_000)] | None = None
    no_show: bool | None = None
    metadata: Metadata | None = None


class HistoryEntryOut(Given):
    at: str
    event: str
    actor: str
    source: str
    via: str = Field(description="The key or app that it was done through.")
    text: str
    changes: dict[str, dict[str, Any]]


class HistoryList(Given):
    data: list[HistoryEntryOut]
