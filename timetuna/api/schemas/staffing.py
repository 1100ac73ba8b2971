"""Who takes the meetings of a booking page, and in which part."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from timetuna.api.schemas.base import WHOLE, Given, Taken
from timetuna.api.schemas.bookings import Email, OneId
from timetuna.availability.shares import MOST_WEIGHT
from timetuna.pages.forms.staffing import MOST_AT_ONCE, MOST_TIER

Part = Literal["required", "rotating", "optional"]
Staffing = Literal["solo", "all", "any"]
ShareRule = Literal["fair", "fewest"]
Weight = Annotated[StrictInt, Field(ge=0, le=MOST_WEIGHT), WHOLE]
Tier = Annotated[StrictInt, Field(ge=1, le=MOST_TIER), WHOLE]
Place = Annotated[StrictInt, Field(ge=1, le=MOST_WEIGHT), WHOLE]
AtOnce = Annotated[StrictInt, Field(ge=1, le=MOST_AT_ONCE), WHOLE]


class AskedOut(Given):
    """Somebody who was asked to host the page and has not answered."""

    id: str = Field(examples=["iv_3xKm7QbTr9WnYc5LdZ"])
    email: str
    expires_at: str = Field(description="Until when the link in the mail works.")


class StaffOut(Given):
    """Somebody who hosts the page."""

    id: str = Field(examples=["us_5yLq9WcTn3XvRm6KdB"])
    name: str
    part: Part = Field(description="On pages whose hosts take turns.")
    weight: int = Field(description="Of their share of the turns; 0 takes none.")
    priority: int = Field(description="Who has a smaller number is asked sooner.")
    order: int = Field(description="Their place in the list of hosts, from 1.")
    paused: bool


class StaffingOut(Given):
    """Who takes the meetings of a page."""

    staffing: Staffing
    hosts_per_meeting: int = Field(description="How many of those who take turns come to each meeting.")
    share_rule: ShareRule = Field(
        description="Whose turn it is: by fair shares, or who has the fewest meetings this month."
    )
    on_move: Literal["same", "any", "guest"] = Field(
        description="A guest who moves the meeting keeps its host, gets whoever is free, or chooses."
    )
    guests_choose: bool = Field(description="Whether guests may choose a person.")
    undo_no_shows: bool = Field(description="Whether a guest who does not come costs nobody their turn.")
    hosts: list[StaffOut]
    invitations: list[AskedOut] = Field(description="Who is asked to host it and has not answered.")


class StaffIn(Taken):
    """The part of one host. What is left out stays."""

    id: OneId = Field(description="Of somebody who hosts the page.")
    part: Part | None = Field(default=None, description="On pages whose hosts take turns.")
    weight: Weight | None = Field(default=None, description="Of their share of the turns; 0 takes none.")
    priority: Tier | None = Field(default=None, description="Who has a smaller number is asked sooner.")
    order: Place | None = Field(default=None, description="Their place in the list of hosts, from 1.")


class StaffingChange(Taken):
    """What is to be other than it is. Hosts who are not named stay as they are."""

    staffing: Staffing | None = Field(
        default=None, description="Who takes the meeting: its owner, all, or any of those who take turns."
    )
    hosts_per_meeting: AtOnce | None = Field(
        default=None, description="How many of those who take turns come to each meeting."
    )
    share_rule: ShareRule | None = Field(
        default=None,
        description="Whose turn it is: by fair shares, or who has the fewest meetings this month.",
    )
    on_move: Literal["same", "any", "guest"] | None = Field(
        default=None,
        description="A guest who moves the meeting keeps its host, gets whoever is free, or chooses.",
    )
    guests_choose: StrictBool | None = Field(default=None, description="Whether guests may choose a person.")
    undo_no_shows: StrictBool | None = Field(
        default=None, description="Whether a guest who does not come costs nobody their turn."
    )
    hosts: list[StaffIn] = Field(default_factory=list, max_length=50, description="Those whose part changes.")


class HostIn(Taken):
    """Somebody to be asked by mail to host the page."""

    email: Email
