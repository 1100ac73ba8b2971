"""Booking pages, as they are sent to be made or changed. What is left out stays as it is."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from timetuna.api.schemas.base import WHOLE, Day, Given, Minutes, Taken
from timetuna.api.schemas.bookings import OneId
from timetuna.lib.currencies import MOST
from timetuna.pages.forms.fields import LONGEST_NOTICE_DAYS, MIDNIGHT, MOST_OF_A_CAP
from timetuna.pages.forms.guests import LONGEST_HOURS, MOST_GUESTS
from timetuna.pages.forms.prices.price import LONGEST_REFUND_HOURS

Title = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=120)]
Buffer = Annotated[StrictInt, Field(ge=0, le=240), WHOLE]
Increment = Annotated[StrictInt, Field(ge=5, le=240), WHOLE]
Notice = Annotated[StrictInt, Field(ge=0, le=LONGEST_NOTICE_DAYS * MIDNIGHT), WHOLE]
Ahead = Annotated[StrictInt, Field(ge=1, le=365), WHOLE]
Cap = Annotated[StrictInt, Field(ge=1, le=MOST_OF_A_CAP), WHOLE]
Hours = Annotated[StrictInt, Field(ge=1, le=LONGEST_HOURS), WHOLE]
Amount = Annotated[StrictInt, Field(ge=0, le=MOST), WHOLE]
RefundHours = Annotated[StrictInt, Field(ge=0, le=LONGEST_REFUND_HOURS), WHOLE]
Others = Annotated[StrictInt, Field(ge=0, le=MOST_GUESTS), WHOLE]
"""As the forms of the page’s editor have them; a test tries each."""


def _text(longest: int) -> StringConstraints:
    return StringConstraints(strict=True, max_length=longest)


class DurationIn(Taken):
    minutes: Minutes
    title: Annotated[str, _text(80)] = Field(
        default="", description="What guests read in place of the length."
    )
    description: Annotated[str, _text(300)] = Field(default="", description="A sentence to it.")
    price: Amount | None = Field(
        default=None, description="In the page’s currency; 0 is free, null is as the page."
    )


class PriceIn(Taken):
    """What guests pay, by Stripe, to the page’s owner."""

    amount: Amount | None = Field(
        default=None,
        description="In the smallest unit of the currency; null where only lengths have a price.",
        examples=[4500],
    )
    currency: Annotated[str, _text(3)] = Field(
        description="ISO 4217, in small letters; one of those that Stripe takes.", examples=["eur"]
    )


class MeetingTypeIn(Taken):
    kind: Annotated[str, _text(20)] = Field(examples=["phone"], description="As pages name it.")
    detail: Annotated[str, _text(500)] = Field(default="", description="The number, the place or the link.")


class WhenIn(Taken):
    question: Annotated[str, _text(40)] = Field(description="The key of an earlier question.")
    option: Annotated[str, _text(100)] = Field(
        description="The id of its option, or its label; yes for a checkbox."
    )


class QuestionIn(Taken):
    key: Annotated[str, _text(40)] = Field(
        default="", description="Of a question that there is; left out for a new one, whose key is then made."
    )
    label: Annotated[str, _text(200)] = Field(description="As guests read it.")
    kind: Literal[
        "line",
        "text",
        "email",
        "phone",
        "number",
        "url",
        "address",
        "date",
        "one",
        "many",
        "yes",
        "consent",
    ] = Field(default="line", description="What kind of answer it takes.")
    help: Annotated[str, _text(300)] = Field(default="", description="A sentence below it.")
    required: StrictBool = Field(default=False, description="Guests cannot book without an answer.")
    hidden: StrictBool = Field(
        default=False, description="Guests are not asked; the address of the page brings the answer."
    )
    options: list[Annotated[str, _text(200)]] = Field(
        default_factory=list, max_length=30, description="Labels, of kind one and many."
    )
    terms: Annotated[str, _text(2_000)] = Field(default="", description="What is agreed to, of kind consent.")
    when: WhenIn | None = Field(default=None, description="Asked only then; null is always.")


class HorizonIn(Taken):
    """How far ahead guests can book."""

    kind: Literal["rolling", "date", "endless"]
    days: Ahead | None = Field(default=None, description="Days ahead, for rolling.")
    date: Day | None = Field(default=None, description="The last day, for date.")


class CapsIn(Taken):
    """The most bookings of the page; null is no limit. What is left out stays."""

    day: Cap | None = None
    week: Cap | None = None
    month: Cap | None = None


class PageChange(Taken):
    """What is to be other than it is; the rules and limits are those of the page’s editor."""

    title: Title | None = Field(default=None, description="What guests read first.")
    description: Annotated[str, _text(2_000)] | None = Field(
        default=None, description="Shown beside the times."
    )
    slug: Annotated[str, _text(60)] | None = Field(
        default=None, description="The last part of its address. The former one leads on."
    )
    listed: StrictBool | None = Field(
        default=None, description="Whether its owner’s page and search engines show it."
    )
    link_only: StrictBool | None = Field(
        default=None, description="Whether it is booked by its one-off links alone."
    )
    on: StrictBool | None = Field(default=None, description="Whether it takes bookings.")
    off_note: Annotated[str, _text(300)] | None = Field(
        default=None, description="What guests read while it is switched off."
    )
    durations: list[DurationIn] | None = Field(
        default=None, max_length=10, description="All of its lengths, in place of those there are."
    )
    meeting_types: list[MeetingTypeIn] | None = Field(
        default=None, max_length=20, description="All that are on, in place of those there are."
    )
    questions: list[QuestionIn] | None = Field(
        default=None,
        max_length=20,
        description="All of its questions in their order; one whose key is not among them is deleted.",
    )
    buffer_before: Buffer | None = Field(default=None, description="Minutes kept free before each meeting.")
    buffer_after: Buffer | None = Field(default=None, description="Minutes kept free after each meeting.")
    increment: Increment | None = Field(
        default=None, description="A meeting can start every so many minutes."
    )
    notice: Notice | None = Field(
        default=None, description="Minutes before the start from which on nothing is booked."
    )
    horizon: HorizonIn | None = Field(default=None, description="How far ahead guests can book.")
    caps: CapsIn | None = Field(default=None, description="The most bookings of the page.")
    schedule: OneId | None = Field(
        default=None, description="The id of one of its owner’s schedules: the hours in which it is open."
    )
    team: OneId | None = Field(
        default=None,
        description="The id of a team of yours, below whose address it stands; null: below its owner’s.",
    )
    approval: StrictBool | None = Field(
        default=None, description="Whether a host has to say yes to each booking."
    )
    approval_hours: Hours | None = Field(default=None, description="Hours until a request ends by itself.")
    most_guests: Others | None = Field(default=None, description="So many others a guest can bring.")
    phone: Literal["off", "optional", "required", "verified"] | None = Field(
        default=None, description="Whether guests are asked for a phone number."
    )
    price: PriceIn | None = Field(
        default=None, description="What guests pay; null is nothing, where no length has a price."
    )
    charges_tax: StrictBool | None = Field(default=None, description="Whether Stripe adds tax to it.")
    refund_hours: RefundHours | None = Field(
        default=None,
        description="Who cancels at least so many hours before the start gets everything back; null is nobody.",
    )


class PageIn(PageChange):
    """A new page. What is left out is as the editor makes it: 30 minutes, in the default hours of its owner."""

    title: Title = Field(description="What guests read first; the address is made from it.")


class LinkIn(Taken):
    """A link for one person, or for whoever gets it. Left out, it books once and never expires."""

    label: Annotated[str, _text(120)] = Field(default="", description="For you alone: guests never read it.")
    name: Annotated[str, _text(100)] = Field(default="", description="Fills in the guest’s name.")
    email: Annotated[str, _text(254)] = Field(default="", description="Fills in the guest’s mail address.")
    notes: Annotated[str, _text(500)] = Field(default="", description="Fills in the guest’s message.")
    answers: dict[Annotated[str, _text(40)], Annotated[str, _text(500)]] = Field(
        default_factory=dict, max_length=20, description="Fills in answers, by the key of the question."
    )
    uses: Annotated[StrictInt, Field(ge=1, le=1_000), WHOLE] | None = Field(
        default=1, description="How many bookings it makes; null is any number."
    )
    gives_back: StrictBool = Field(default=True, description="Bookings that are called off do not count.")
    good_until: Day | None = Field(default=None, description="The last day on which it opens the page.")
    first: Day | None = Field(default=None, description="The first day it books, by the page’s clock.")
    last: Day | None = Field(default=None, description="The last day it books.")
    lengths: list[Minutes] = Field(
        default_factory=list,
        max_length=11,
        description="In place of the page’s; one of them may be a length that the page does not have.",
    )
    host: OneId | None = Field(
        default=None, description="Who hosts it in any case, where hosts of the page take turns."
    )


class LinkOut(Given):
    """A one-off link."""

    id: str = Field(examples=["ln_9sTq4LwXe2mBv7KcRf"])
    label: str
    url: str = Field(description="Whoever has it can book; empty where the server cannot read it any more.")
    state: Literal["good", "used", "expired", "ended"]
    uses: int | None = Field(description="How many bookings it makes; null is any number.")
    used: int = Field(description="How many it has made that count.")
    bookings: int = Field(description="How many it has made, those that were called off too.")
    gives_back: bool = Field(description="Bookings that are called off do not count.")
    expires_at: str | None = Field(description="Since when it opens nothing.")
    first: str | None
    last: str | None
    lengths: list[int] = Field(description="Minutes; none is as the page has them.")
    host: str | None = Field(description="The id of who hosts it in any case.")
    created_at: str


class LinkList(Given):
    data: list[LinkOut]
    next_cursor: str | None = Field(description="For the next page of the list; null on the last.")
