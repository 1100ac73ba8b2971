"""Teams, and who is in them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from timetuna.api.schemas.base import Given, Taken
from timetuna.api.schemas.bookings import Email

Role = Literal["owner", "admin", "member"]


Words = Annotated[str, StringConstraints(strict=True, max_length=100)]


class InvitationOut(Given):
    """Somebody who was asked to join and has not answered."""

    id: str = Field(examples=["iv_3xKm7QbTr9WnYc5LdZ"])
    email: str
    role: Role
    expires_at: str = Field(description="Until when the link in the mail works.")


class TeamOut(Given):
    """People who share booking pages."""

    id: str = Field(examples=["tm_8dRq2XvBn5TkWy7LcM"])
    name: str
    handle: str = Field(description="What the addresses of its pages begin with.")
    url: str
    role: Role = Field(description="Yours in it.")
    created_at: str
    invitations: list[InvitationOut] | None = Field(
        description="Open ones; null in lists, and for who may not invite."
    )


class TeamChange(Taken):
    """What is to be other than it is."""

    name: Words | None = Field(default=None, description="Guests see it on the team’s pages.")
    handle: Words | None = Field(
        default=None, description="What the addresses of its pages begin with. The former one leads on."
    )


class TeamIn(TeamChange):
    """A new team; whoever makes it owns it."""

    name: Words = Field(description="Guests see it on the team’s pages.")
    handle: Words | None = Field(
        default=None, description="What the addresses of its pages begin with. Left out, made from the name."
    )


class TeamList(Given):
    data: list[TeamOut]
    next_cursor: str | None = Field(description="For the next page of the list; null on the last.")


class MemberOut(Given):
    id: str = Field(examples=["us_5yLq9WcTn3XvRm6KdB"])
    name: str
    email: str
    role: Role
    joined_at: str


class MemberList(Given):
    data: list[MemberOut]
    next_cursor: str | None = Field(description="For the next page of the list; null on the last.")


class MemberIn(Taken):
    """Somebody to be invited by mail."""

    email: Email
    role: Role | None = Field(
        default=None, description="Left out: member. To say more you have to own the team."
    )


class RoleIn(Taken):
    role: Role
