"""Weekly hours, dates with other hours, and absences."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from timetuna.api.schemas.base import Day, Given, Taken, Zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Clock = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    Field(
        description="By the clock of the schedule’s zone; 24:00 is the end of the day.", examples=["09:00"]
    ),
]
Name = Annotated[str, StringConstraints(strict=True, max_length=80)]
Note = Annotated[str, StringConstraints(strict=True, max_length=200)]


class WindowIn(Taken):
    start: Clock
    end: Clock


class WeekdayIn(WindowIn):
    weekday: Weekday


class DateIn(Taken):
    date: Day
    hours: list[WindowIn] | None = Field(
        max_length=10, description="An empty list is closed; null is as its weekday has it."
    )


class ScheduleChange(Taken):
    """What is to be other than it is."""

    name: Name | None = Field(default=None, description="Guests never read it.")
    time_zone: Zone | None = Field(default=None, description="By whose clock the hours are meant.")
    hours: list[WeekdayIn] | None = Field(
        default=None, max_length=70, description="The whole week, in place of the one there is."
    )
    dates: list[DateIn] | None = Field(
        default=None, max_length=100, description="Dates with other hours; those that are not named stay."
    )
    default: Literal[True] | None = Field(default=None, description="Whether new pages begin with it.")


class ScheduleIn(ScheduleChange):
    """A new schedule. What is left out is as the default one has it."""

    name: Name = Field(description="Guests never read it.")


class WindowOut(Given):
    start: str = Field(examples=["09:00"])
    end: str = Field(examples=["17:00"])


class WeekdayOut(WindowOut):
    weekday: Weekday


class DateOut(Given):
    date: str
    hours: list[WindowOut] = Field(description="None is closed.")


class ScheduleOut(Given):
    """Named weekly hours that pages can have."""

    id: str = Field(examples=["sc_3nWq8TyB5kLv2RdXmP"])
    name: str
    time_zone: str = Field(description="By whose clock the hours are meant.")
    default: bool = Field(description="Whether new pages begin with it.")
    hours: list[WeekdayOut]
    dates: list[DateOut] = Field(
        description="From yesterday on, those that have other hours than their weekday."
    )
    pages: list[str] = Field(description="The ids of the pages that use it.")


class ScheduleList(Given):
    data: list[ScheduleOut]
    next_cursor: str | None = Field(description="For the next page of the list; null on the last.")


class AwayChange(Taken):
    """What is to be other than it is."""

    first: Day | None = None
    last: Day | None = Field(default=None, description="Left out of a new one: the first day alone.")
    start: Clock | None = Field(default=None, description="From when on the first day; null is all of it.")
    end: Clock | None = Field(default=None, description="Until when on the last day; null is all of it.")
    note: Note | None = Field(default=None, description="Guests read it while your pages offer no times.")


class AwayIn(AwayChange):
    """A new absence: nothing is booked with you meanwhile. What is booked already stays."""

    first: Day


class AwayOut(Given):
    """When you are out of office, by the clock of your profile."""

    id: str = Field(examples=["aw_6vKx1RmTz8qNw4YcLs"])
    first: str
    last: str
    start: str | None = Field(description="From when on the first day; null is all of it.")
    end: str | None = Field(description="Until when on the last day; null is all of it.")
    note: str = Field(description="Guests read it while your pages offer no times.")


class AwayList(Given):
    data: list[AwayOut]
    next_cursor: str | None = Field(description="For the next page of the list; null on the last.")
