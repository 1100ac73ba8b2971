"""Booking pages and their times."""

from typing import Literal

from pydantic import Field

from timetuna.api.schemas.base import Given


class DurationOut(Given):
    minutes: int
    title: str
    description: str
    price: int | None = Field(
        description="What it costs, in the page’s currency; 0 is free, null is as the page."
    )


class PriceOut(Given):
    """What guests pay, by Stripe, to the page’s owner."""

    amount: int | None = Field(
        description="In the smallest unit of the currency, such as cents; null where only lengths have a price.",
        examples=[4500],
    )
    currency: str = Field(description="ISO 4217, in small letters.", examples=["eur"])


class MeetingTypeOut(Given):
    kind: str = Field(description="As bookings name it.")
    label: str
    detail: str = Field(description="The number, the place or the link, where its host has given one.")
    makes_link: bool = Field(description="Whether a link to join is made for each meeting.")
    asks_phone: bool = Field(description="Whether `guest.phone` is needed for it: the host calls the guest.")


class OptionOut(Given):
    id: str
    label: str


class WhenOut(Given):
    question: str = Field(description="The key of an earlier question.")
    option: str = Field(description="The id of its option; yes for a checkbox.")


class QuestionOut(Given):
    """What guests are asked; its key is what answers go by."""

    key: str
    label: str
    kind: str
    help: str = Field(description="A sentence below it.")
    required: bool
    hidden: bool = Field(description="Guests are not asked; the address of the page brings the answer.")
    options: list[OptionOut]
    terms: str = Field(description="What is agreed to.")
    when: WhenOut | None = Field(
        description="It is asked where that question was answered so; null is always."
    )


class HorizonOut(Given):
    """How far ahead guests can book."""

    kind: Literal["rolling", "date", "endless"]
    days: int | None = Field(description="Days ahead, of rolling.")
    date: str | None = Field(description="The last day, of date.", examples=["2026-12-31"])


class CapsOut(Given):
    """The most bookings of the page; null is no limit."""

    day: int | None
    week: int | None
    month: int | None


class PageHostOut(Given):
    id: str
    name: str
    part: Literal["required", "rotating", "optional"]
    paused: bool


class PageOut(Given):
    """A booking page."""

    id: str = Field(examples=["pg_4Kq8ZrB7cYt1mNvW2x"])
    title: str
    description: str
    slug: str
    url: str
    team: str | None = Field(description="The id of its team.")
    owner: str = Field(description="The id of its owner.")
    on: bool = Field(description="Whether its hosts want it to take bookings.")
    off_note: str = Field(description="What guests read while it is switched off.")
    listed: bool = Field(description="Whether its owner’s page and search engines show it.")
    link_only: bool = Field(description="Whether it is booked by its one-off links alone.")
    bookable: bool = Field(description="Whether it takes bookings right now.")
    time_zone: str
    durations: list[DurationOut]
    meeting_types: list[MeetingTypeOut]
    questions: list[QuestionOut]
    hosts: list[PageHostOut]
    staffing: Literal["solo", "all", "any"]
    approval: bool = Field(description="Whether a host has to say yes to each booking.")
    approval_hours: int = Field(description="Hours until a request ends by itself.")
    most_guests: int = Field(description="So many others a guest can bring.")
    phone: Literal["off", "optional", "required", "verified"] = Field(
        description="Whether guests are asked for a phone number; verified asks them for a code sent to it."
    )
    price: PriceOut | None = Field(description="null is free.")
    charges_tax: bool = Field(description="Whether Stripe adds tax to it.")
    refund_hours: int | None = Field(
        description="Who cancels at least so many hours before the start gets everything back; null is nobody."
    )
    buffer_before: int = Field(description="Minutes kept free before each meeting.")
    buffer_after: int = Field(description="Minutes kept free after each meeting.")
    increment: int = Field(description="A meeting can start every so many minutes.")
    horizon: HorizonOut
    caps: CapsOut
    notice: int = Field(description="Minutes before the start from which on nothing is booked any more.")
    schedule: str | None
    created_at: str
    updated_at: str


class PageList(Given):
    data: list[PageOut]
    next_cursor: str | None


class TimeOut(Given):
    start: str = Field(description="RFC 3339 in UTC.")
    local_start: str = Field(description="In the zone that was asked for, with its offset.")


class TimesOut(Given):
    page: str
    duration: int
    time_zone: str
    data: list[TimeOut]


class ReasonOut(Given):
    code: str
    detail: str


class WhyOut(Given):
    """Why a time is not offered; no reasons where it is."""

    page: str
    start: str
    duration: int
    offered: bool
    reasons: list[ReasonOut]


class MeOut(Given):
    """Who you act for, and what you may do."""

    id: str
    name: str
    email: str
    handle: str
    time_zone: str
    language: str
    url: str
    scopes: list[str]
    pages: list[str] | None = Field(description="The pages the key is good for; null for all.")
