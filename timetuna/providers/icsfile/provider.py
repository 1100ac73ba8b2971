"""A calendar file that was given to us: the credential is the file itself, and nobody outside is asked.

So it is read again as time goes on, and series and whole days are right for the span and the zone that count then.
"""

import hashlib
from dataclasses import dataclass

from timetuna.availability.interval import Interval
from timetuna.ical.answer import CalendarFile, Unreadable
from timetuna.ical.reading import read_busy
from timetuna.lib.http import HttpClient
from timetuna.lib.text import spoken
from timetuna.providers.base import BusySource, Reading
from timetuna.providers.cursors import ReadingCursor
from timetuna.providers.errors import ProviderError
from timetuna.providers.registry import Config

FILE = "file"
_READ_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCursor(ReadingCursor):
    """digest: of the file, which another one may have replaced."""

    digest: str = ""


class IcsFile(BusySource):
    """Everything we do with such files. It lists no calendars: whoever brings one along says what it is called."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        """Nothing is asked for and nobody is called."""

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read the file, unless it was read for as much before."""
        if calendar != FILE:
            raise ProviderError(
                spoken("A file holds one calendar, and this is another."), code="gone", permanent=True
            )
        digest = hashlib.sha256(credential.encode()).hexdigest()
        last = FileCursor.read(cursor)
        if last and last.digest == digest and last.covers(span, time_zone):
            return Reading(None, cursor)
        found = read_file(credential.encode(), span, time_zone=time_zone)
        return Reading(
            found.busy, FileCursor(span=span, time_zone=time_zone, digest=digest).text(), found.notes
        )


def read_file(content: bytes, span: Interval, *, time_zone: str, naming: bool = False) -> CalendarFile:
    """naming: a refusal may name an event, for the host's eyes. Raises ProviderError."""
    try:
        return read_busy(content, span, time_zone=time_zone, seconds=_READ_SECONDS)
    except Unreadable as error:
        said = error.naming if naming else str(error)
        raise ProviderError(said, code=f"ical:{error.code}", permanent=True) from None
