"""Webhooks, what they were sent, and the feed of events."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from timetuna.api.schemas.base import Given, Taken
from timetuna.webhooks.models import LONGEST_URL

BookingEventType = Literal[
    "booking.created",
    "booking.requested",
    "booking.approved",
    "booking.declined",
    "booking.lapsed",
    "booking.moved",
    "booking.cancelled",
    "booking.reassigned",
    "booking.updated",
    "booking.paid",
    "booking.refunded",
    "booking.no_show",
    "guest.added",
    "guest.removed",
]
Url = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=LONGEST_URL),
    Field(examples=["https://example.org/hooks/timetuna"]),
]
Types = Annotated[list[BookingEventType], Field(min_length=1, max_length=20)]


class WebhookIn(Taken):
    """Where to send, and what."""

    url: Url
    events: Types
    thin: bool = Field(default=False, description="Send ids alone; the rest is read at /bookings/{id}.")
    source: Annotated[str, StringConstraints(strict=True, max_length=40)] = Field(
        default="", description="The product that makes it, as its owner reads it."
    )


class WebhookChange(Taken):
    """What is left out stays as it is."""

    url: Url | None = None
    events: Types | None = None
    thin: bool | None = None
    enabled: bool | None = Field(
        default=None, description="true switches it on again, with all failures forgotten."
    )


class MakerOut(Given):
    """Who made a webhook: its owner by hand, a key or an app. It ends with those: see `disabled_reason`."""

    kind: Literal["owner", "key", "app"]
    id: str | None = Field(description="Of the key, ak_…, or of the connected app, ca_….")
    name: str = Field(description="As its owner has named the key, or as the app calls itself.")


class WebhookOut(Given):
    """An address that is told of bookings, signed by Standard Webhooks 1.0."""

    id: str = Field(examples=["wh_7mXpR2sVb9KdQwE3ty"])
    url: str
    events: list[str]
    thin: bool
    pages: list[str] | None = Field(description="The pages that it is told of; null for all.")
    source: str
    made_by: MakerOut
    enabled: bool
    disabled_at: str | None
    disabled_reason: Literal["", "owner", "gone", "failing", "key_revoked", "key_expired", "no_pages"]
    failing_since: str | None
    created_at: str


class WebhookWithSecret(WebhookOut):
    """Shown when it is made and when its secret is changed, and never again."""

    secret: str = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0LJ6Sg6vOzU="])


class WebhookList(Given):
    data: list[WebhookOut]
    next_cursor: str | None


class EventOut(Given):
    """Something that happened. Its id is the `webhook-id` under which webhooks hear of it, and never comes again."""

    id: str = Field(examples=["evt_7mXpR2sVb9KdQwE3ty"])
    type: str
    timestamp: str
    data: dict[str, Any] = Field(
        description="The booking as it was then, with guest_name, guest_email, start_local flat; of moves `previous`; "
        "of guests who come or go `added` or `removed`."
    )
    example: bool = Field(default=False, description="true where there was none yet, and this is made up.")


class EventList(Given):
    data: list[EventOut]
    next_cursor: str | None


class AttemptOut(Given):
    at: str
    milliseconds: int
    status: int | None = Field(description="null where no answer came.")
    problem: str = Field(
        description="Why none came: timeout, dns, tls, connect, refused_address, off_limits …"
    )
    answer: str = Field(description="How it begins, 500 bytes at most.")


class DeliveryOut(Given):
    """One event to one webhook, the latest attempt first."""

    id: str = Field(examples=["dl_7mXpR2sVb9KdQwE3ty"])
    event: EventOut
    state: Literal["waiting", "delivered", "failed"]
    next_at: str | None
    created_at: str
    attempts: list[AttemptOut]


class DeliveryList(Given):
    data: list[DeliveryOut]
    next_cursor: str | None
