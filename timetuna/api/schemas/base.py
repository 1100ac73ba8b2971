"""What all that is taken and answered has in common."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from timetuna.api.faults import FaultCode
from timetuna.lib.text import find_zone

_BLANK_FOR_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:[0-9]{2})$", re.IGNORECASE)
"""As an offset arrives that stood in a query as it is: there "+" is a blank."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Taken(Schema):
    """The base of what is sent: fields that nobody knows are refused, and so are texts in place of numbers."""

    model_config = ConfigDict(extra="forbid")


class Given(Schema):
    """The base of what is answered."""


def _wrong(sentence: str, code: FaultCode = FaultCode.FORMAT) -> PydanticCustomError:
    return PydanticCustomError("timetuna", "{sentence}", {"sentence": sentence, "code": str(code)})


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or "T" not in value.upper():
        raise _wrong(gettext("This has to be written like 2026-12-01T09:00:00+01:00."))
    try:
        moment = datetime.fromisoformat(_BLANK_FOR_PLUS.sub(r"\1+\2", value))
    except ValueError as error:
        raise _wrong(gettext("This has to be written like 2026-12-01T09:00:00+01:00.")) from error
    if moment.tzinfo is None:
        raise _wrong(gettext("This needs an offset, like 2026-12-01T09:00:00+01:00 or …Z."))
    if not EARLIEST <= moment < LATEST:
        raise _wrong(gettext("This has to be between the years 2000 and 2200."), FaultCode.RANGE)
    return moment.astimezone(UTC)


def _zone(value: str) -> str:
    zone = find_zone(value)
    if zone is None:
        raise _wrong(gettext("This has to be an IANA name like Europe/Berlin."))
    return zone.key


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise _wrong(gettext("This has to be a day, written like 2026-12-24."))
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _wrong(gettext("There is no such day.")) from error


def _whole(value: Any) -> Any:
    """As JSON Schema reads numbers: 30.0 is whole, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[
    date,
    BeforeValidator(_day, json_schema_input_type=str),
    Field(description="A date.", examples=["2026-12-24"], json_schema_extra={"format": "date"}),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment, json_schema_input_type=str),
    Field(
        description="RFC 3339 with an offset.",
        examples=["2026-12-01T09:00:00+01:00"],
        json_schema_extra={"format": "date-time"},
    ),
]
Zone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_zone),
    Field(description="An IANA name.", examples=["Europe/Berlin"]),
]
WHOLE = BeforeValidator(_whole)
Minutes = Annotated[StrictInt, Field(ge=1, le=1_440, description="Minutes."), WHOLE]
Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=500)]
Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")],
        Annotated[str, StringConstraints(strict=True, max_length=200)],
    ],
    Field(
        max_length=10,
        description="Up to ten values of yours; guests never see them.",
        json_schema_extra={"additionalProperties": False},
    ),
]


class PageReference(Given):
    """A booking page, by name."""

    id: str = Field(examples=["pg_4Kq8ZrB7cYt1mNvW2x"])
    title: str
    url: str


class ProblemOut(Given):
    """RFC 9457. `code` is what a program decides by; all are in the list of problems."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, str]] = Field(
        default_factory=list, description="pointer (RFC 6901), code and detail of each thing that is wrong."
    )
    reasons: list[dict[str, str]] = Field(
        default_factory=list, description="Why a time is not offered: code and detail of each reason."
    )
