"""The zones of one file: its own VTIMEZONEs first (RFC 5545 section 3.6.5), then those that everybody knows.

Nothing of a file is kept: two files may mean different things by one name.
"""

from timetuna.ical.answer import Note
from timetuna.ical.expansion import Bounds, times
from timetuna.ical.parts import IcalComponent
from timetuna.ical.refusals import Steps
from timetuna.ical.rules import rule
from timetuna.ical.values import DAY, moments, offset, plain
from timetuna.ical.zone_names import UTC_ZONE, IanaZone, Meaning, TableZone, Zone, known_zone, zone_meant
from timetuna.lib.text import single_line

_SINCE = -3653 * DAY  # 1960: nothing that is asked about begins earlier and needs to be exact
_MARGIN = 800 * DAY
_NAME_LENGTH = 80

Change = tuple[int, int, int]


class FileZones:
    """Finds zones by the names a file uses."""

    def __init__(
        self, definitions: list[IcalComponent], *, owner: IanaZone, until: int, steps: Steps
    ) -> None:
        self.owner = owner
        self._end = until + _MARGIN
        self._steps = steps
        self._definitions: dict[tuple[int, str], IcalComponent] = {}
        self._anywhere: dict[str, IcalComponent] = {}
        for part in definitions:
            name = plain(part.text("TZID"))
            self._definitions.setdefault((part.calendar, name), part)
            self._anywhere.setdefault(name, part)
        self._found: dict[tuple[int, str], Zone] = {}
        self.guesses: dict[tuple[int, str], Note] = {}
        """By calendar object and name: what is read by a guess, so far as it was asked for."""

    def zone(self, name: str, calendar: int) -> Zone:
        """The zone a property of this calendar object means; the owner's where nothing defines the name."""
        if name == "Z":
            return UTC_ZONE
        if not name:
            return self.owner
        key = calendar, name
        if key not in self._found:
            self._found[key] = self._defined(key) or self._meant(key)
        return self._found[key]

    def _meant(self, key: tuple[int, str]) -> Zone:
        meaning = zone_meant(key[1]) or Meaning(self.owner, self.owner.name, "zone_unknown")
        if meaning.guess:
            about = single_line(key[1], max_length=_NAME_LENGTH)
            self.guesses[key] = Note(meaning.guess, about, meaning.said)
        return meaning.zone

    def _defined(self, key: tuple[int, str]) -> Zone | None:
        part = self._definitions.get(key) or self._anywhere.get(key[1])
        if part is None:
            return None
        try:
            changes = [change for one in part.parts for change in self._changes(one)]
        except (ValueError, IndexError):  # a definition that cannot be read defines nothing
            return None
        if not changes:
            return None
        return TableZone(changes, first=min(changes)[1], before=known_zone(key[1]))

    def _changes(self, part: IcalComponent) -> list[Change]:
        """As (instant, offset before, offset after), of a STANDARD or DAYLIGHT part."""
        before, after = offset(part.text("TZOFFSETFROM")), offset(part.text("TZOFFSETTO"))
        start = moments(part.every("DTSTART")[0])[0].wall
        walls = {start, *(one.wall for given in part.every("RDATE") for one in moments(given))}
        bounds = Bounds(_SINCE, self._end)
        for text in part.values("RRULE"):
            repeated = rule(text)
            last = repeated.until and _until(repeated.until.wall, before, utc=repeated.until.zone == "Z")
            walls.update(times(repeated, start, last=last, bounds=bounds, steps=self._steps))
        return [(wall - before, before, after) for wall in walls]


def _until(wall: int, before: int, *, utc: bool) -> int:
    return wall + before if utc else wall
