"""Times in words, the same on pages and in mails, in the language that is spoken; and how a region writes them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from django.conf import settings
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy

from timetuna.l10n import host_words
from timetuna.l10n.lists import from_to
from timetuna.lib.text import find_zone, old_zone_names, zone_countries

UTC_ZONE = ZoneInfo("UTC")
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - to be read in zones without changes
_UTC = frozenset({"UTC", "Etc/UTC", "Etc/GMT"})
_LETTERS = frozenset(
    {"EST", "MST", "HST", "CET", "EET", "MET", "WET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"}
)
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_CITY_STATES = frozenset({"HK", "MO", "SG", "VA", "MC", "GI"})
"""Which CLDR names at greater length than their city, or as it."""


def zone_or_utc(name: str) -> ZoneInfo:
    """UTC where a stored name is no longer known."""
    return find_zone(name) or UTC_ZONE


def date_in(zone: str, now: datetime) -> date:
    """What the calendar on the wall shows there."""
    return now.astimezone(zone_or_utc(zone)).date()


_NAMES = {
    "D": ("days", "stand-alone", "abbreviated"),
    "l": ("days", "format", "wide"),
    "M": ("months", "stand-alone", "abbreviated"),
    "F": ("months", "stand-alone", "wide"),
    "E": ("months", "format", "wide"),
}
_NAMED = re.compile(r"(?<!\\)[DlMFEj]")


def written(moment: date, letters: str) -> str:
    """In Django's letters with CLDR's names: F is a month by itself ("listopad"), E the one of a day ("24 listopada").

    Django's own cut "juillet" to "Jul", and begin some languages' with a capital.
    """
    return date_format(moment, _NAMED.sub(lambda found: _named(moment, found[0]), letters))


def _named(moment: date, letter: str) -> str:
    if letter == "j":
        name = pgettext("the first day of a month", "1") if moment.day == 1 else str(moment.day)
    else:
        kind, form, width = _NAMES[letter]
        names = getattr(words_of(get_language() or settings.LANGUAGE_CODE), kind)[form][width]
        name = names[moment.weekday() if kind == "days" else moment.month]
    return "".join(f"\\{sign}" for sign in name)


def day(moment: date) -> str:
    """As in "Tuesday 24 November", "Dienstag, 24. November"."""
    return written(moment, pgettext("day", "l j F"))


def short_day(moment: date) -> str:
    """As in "Tue 24 Nov", "Di., 24. Nov."."""
    return written(moment, pgettext("short date", "D j M"))


def day_of_year(moment: date) -> str:
    """As in "Tuesday 24 November 2026", "Dienstag, 24. November 2026"."""
    return written(moment, pgettext("day", "l j F Y"))


def date_from(moment: date, *, today: date) -> str:
    """As in "12 January", "12 January 2027"."""
    same_year = moment.year == today.year
    return written(moment, pgettext("date", "j F") if same_year else pgettext("date", "j F Y"))


def clock(moment: datetime, *, twelve_hours: bool = False) -> str:
    """As in "14:00", or "2:00 pm"."""
    if twelve_hours:
        half = gettext("am") if moment.hour < 12 else gettext("pm")  # noqa: PLR2004
        return f"{moment.hour % 12 or 12}:{moment:%M}\N{NO-BREAK SPACE}{half}"
    return f"{moment:%H:%M}"


def span(begins: datetime, ends: datetime, *, twelve_hours: bool = False) -> str:
    """As in "14:00 to 14:30"; "01:30 BST to 01:00 GMT" where the clocks change between."""
    mark = _mark if clocks_change(begins, ends) else _unmarked
    return from_to(*(mark(moment, clock(moment, twelve_hours=twelve_hours)) for moment in (begins, ends)))


def clocks_change(begins: datetime, ends: datetime) -> bool:
    """Whether they are put forward or back between the two, by whose clocks they are given."""
    return begins.utcoffset() != ends.utcoffset()


_ABBREVIATIONS = {
    "CET": pgettext_lazy("time zone", "CET"),
    "CEST": pgettext_lazy("time zone", "CEST"),
}
"""Those that have another name in another language."""


def abbreviation(moment: datetime) -> str:
    """As in "GMT", "CEST", or where a zone has none "UTC-3"."""
    name = f"{moment:%Z}"
    return str(_ABBREVIATIONS.get(name, name)) if name.isalpha() else offset(moment)


def _mark(moment: datetime, shown: str) -> str:
    return f"{shown}\N{NO-BREAK SPACE}{abbreviation(moment)}"


def _unmarked(_: datetime, shown: str) -> str:
    return shown


def offset(moment: datetime) -> str:
    """As in "UTC+1", "UTC-3:30", "UTC"."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=32)
def words_of(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@lru_cache(maxsize=1)
def _other_names() -> dict[str, list[str]]:
    """Old names by present ones: CLDR goes on calling places by those."""
    found: dict[str, list[str]] = {}
    for old, name in old_zone_names().items():
        found.setdefault(name, []).append(old)
    return found


@lru_cache(maxsize=8_000)
def _place(name: str, language: str) -> tuple[str, str]:
    """Country and city of a zone, from CLDR; no country where it is no place's."""
    if name in _LETTERS:
        return "", name
    name = old_zone_names().get(name, name)
    country, words = zone_countries().get(name, ""), words_of(language)
    names = (name, *_other_names().get(name, ()))
    known: dict[str, str] = next((words.time_zones[one] for one in names if one in words.time_zones), {})
    city = str(known.get("city") or name.rpartition("/")[2].replace("_", " ")).replace(_SOFT_HYPHEN, "")
    return (words.territories.get(country, "") if country not in _CITY_STATES else city), city


def place_of(zone: ZoneInfo) -> tuple[str, str]:
    return _place(zone.key, get_language() or settings.LANGUAGE_CODE)


def zone_name(zone: ZoneInfo) -> str:
    """Name a zone as people read it: "India, Kolkata"; "Singapore" where both are one; "UTC-5" where it is no place."""
    country, city = place_of(zone)
    if country:
        return city if country == city else f"{country}, {city}"
    if city in _LETTERS:
        return city
    return (
        "UTC" if old_zone_names().get(zone.key, zone.key) in _UTC else offset(_ANY_DAY.replace(tzinfo=zone))
    )


def zone_label(zone: ZoneInfo, *, at: datetime) -> str:
    """Name a zone with its distance to UTC at a moment: "India, Kolkata (UTC+5:30)"."""
    name = zone_name(zone)
    return name if name.startswith("UTC") else f"{name} ({offset(at.astimezone(zone))})"


def elsewhere(moment: datetime, *, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "15:00 in Berlin"; "" where it shows the same."""
    there = moment.astimezone(zone)
    if there.utcoffset() == moment.utcoffset():
        return ""
    other_day = f"{written(there, 'D')} " if there.date() != moment.date() else ""
    (country, place), shown = place_of(zone), other_day + clock(there, twelve_hours=twelve_hours)
    if not country:
        return f"{shown} {zone_name(zone)}"
    return gettext("%(time)s in %(place)s") % {"time": shown, "place": place}


def for_other(moment: datetime, *, name: str, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "15:00 for Robin Host · Germany, Berlin (UTC+1)"; "" where it is the same."""
    there = moment.astimezone(zone)
    if there.utcoffset() == moment.utcoffset():
        return ""
    other_day = f"{day(there.date())}, " if there.date() != moment.date() else ""
    shown = other_day + clock(there, twelve_hours=twelve_hours)
    return gettext("%(time)s for %(name)s · %(zone)s") % {
        "time": shown,
        "name": name,
        "zone": zone_label(zone, at=moment),
    }


def when(start: datetime, *, minutes: int, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "Tuesday 24 November 2026, 14:00 to 14:30 · Germany, Berlin (UTC+1)"."""
    begins, ends = start.astimezone(zone), (start + timedelta(minutes=minutes)).astimezone(zone)
    mark = _mark if clocks_change(begins, ends) else _unmarked
    last_day = f"{day(ends.date())}, " if ends.date() != begins.date() else ""
    named = zone_label(zone, at=start)
    return gettext("%(day)s %(year)s, %(start)s to %(end)s · %(zone)s") % {
        "day": day(begins.date()),
        "year": begins.year,
        "start": mark(begins, clock(begins, twelve_hours=twelve_hours)),
        "end": last_day + mark(ends, clock(ends, twelve_hours=twelve_hours)),
        "zone": named,
    }


def short_when(start: datetime, *, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "Tue 24 Nov 2026, 14:00"; "…, 01:30 BST" in an hour that the clock shows twice."""
    begins = start.astimezone(zone)
    shown = written(begins, pgettext("short date", "D j M Y"))
    mark = _mark if _comes_twice(begins) else _unmarked
    return f"{shown}, {mark(begins, clock(begins, twelve_hours=twelve_hours))}"


def length(minutes: int) -> str:
    """As in "45 minutes", "1 hour", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}] if hours else []
    parts += [ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}] if rest else []
    if len(parts) < 2:  # noqa: PLR2004
        return "".join(parts)
    both = pgettext("a length", "%(hours)s %(minutes)s")
    return both % {"hours": parts[0], "minutes": parts[1]}


def which_of_two(moment: datetime) -> str:
    """Tell the two hours apart that an autumn change repeats: "CEST (first)"; "" at any other time."""
    if not _comes_twice(moment):
        return ""
    which = gettext("second") if moment.fold else gettext("first")
    return f"{abbreviation(moment)} ({which})"


def _comes_twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


DASH = "\N{EN DASH}"


def hour(moment: datetime, *, zone: ZoneInfo) -> str:
    """As in "14:00"; "02:30 CEST" in an hour that the clock shows twice."""
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" + (f" {abbreviation(there)}" if _comes_twice(there) else "")


def hours(start: datetime, end: datetime, *, zone: ZoneInfo, day: date) -> str:
    """As in "14:00 - 14:30", "23:30 - Wed 00:15"; "00:30 BST - 01:30 GMT" where the clocks change between."""
    change = clocks_change(start.astimezone(zone), end.astimezone(zone))
    return f" {DASH} ".join(_on(moment, zone, day, marked=change) for moment in (start, end))


def month(moment: date) -> str:
    """As in "November 2026"."""
    return written(moment, pgettext("month", "F Y"))


def today_is(day: str) -> str:
    """As in "Today, Tuesday 24 November 2026"."""
    return host_words.named_day(day, away=0)


def stamp(moment: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """As in "10:02", "24 Nov, 10:02", "24 Nov 2025, 10:02"."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == today.date():
        return hour(moment, zone=zone)
    form = host_words.short_format(year=there.year != today.year)
    return f"{written(there, form)}, {hour(moment, zone=zone)}"


def dated(moment: datetime, *, zone: ZoneInfo, now: datetime, begins: bool = True) -> str:
    """As in "Today, 10:02", "24 Nov, 10:02", "24 Nov 2025, 10:02". begins: whether a line begins with it."""
    said = stamp(moment, zone=zone, now=now)
    is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
    return host_words.today_at(said, begins=begins) if is_today else said


def distance(moment: datetime, *, now: datetime) -> str:
    """As in "in 4 minutes", "2 hours ago", "in 3 days", "now"."""
    return host_words.distance(moment, now=now)


def day_title(which: date, *, today: date) -> str:
    """As in "Today, Tuesday 24 November", "Friday 1 January 2027"."""
    return host_words.named_day(
        day(which) if which.year == today.year else day_of_year(which), away=(which - today).days
    )


def days(first: date, last: date) -> str:
    """As in "23 to 29 November 2026", "28 December 2026 to 3 January 2027"."""
    both = zip((first, last), host_words.span_of_days(first, last), strict=True)
    return from_to(*(written(one, letters) for one, letters in both))


def _on(moment: datetime, zone: ZoneInfo, day: date, *, marked: bool) -> str:
    there = moment.astimezone(zone)
    shown = f"{there:%H:%M} {abbreviation(there)}" if marked else hour(moment, zone=zone)
    return ("" if there.date() == day else f"{written(there, 'D')} ") + shown


MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
_TWELVE_HOURS = """
    AE AG AL AR AS AU BB BD BH BM BN BO BS BT CA CL CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM GD GH GM GR GT GU
    GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX MY NA NH NI NZ OM PA PE PG PH PK PR
    PS PW PY QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW UM US UY VC VE VG VI VU WS YD YE ZM
"""
_SUNDAY_FIRST = """
    AG AS BD BR BS BT BU BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA
    PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YD YE ZA ZW
"""
_SATURDAY_FIRST = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"
_FRIDAY_FIRST = "MV"
_LIKELY = """
    af-ZA am-ET ar-EG as-IN bn-BD dv-MV dz-BT el-GR en-US fa-IR fil-PH gu-IN he-IL hi-IN id-ID is-IS iw-IL ja-JP
    jv-ID km-KH kn-IN ko-KR lo-LA mi-NZ ml-IN mr-IN ms-MY mt-MT my-MM ne-NP nr-ZA om-ET or-IN pa-IN ps-AF pt-BR
    sa-IN sd-PK sm-WS sn-ZW so-SO sq-AL ss-ZA st-ZA su-ID ta-IN te-IN th-TH ti-ET tl-PH tn-ZA to-TO ts-ZA ur-PK
    ve-ZA xh-ZA zu-ZA
"""
TWELVE_HOURS = frozenset(_TWELVE_HOURS.split())
FIRST_WEEKDAY = {
    **dict.fromkeys(_SUNDAY_FIRST.split(), SUNDAY),
    **dict.fromkeys(_SATURDAY_FIRST.split(), SATURDAY),
    **dict.fromkeys(_FRIDAY_FIRST.split(), FRIDAY),
}
LIKELY_REGION = dict(pair.split("-") for pair in _LIKELY.split())
"""The region that is meant by a language alone, where it is in one of the tables above."""
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:-[a-zA-Z]{4})?(?:-([a-zA-Z]{2})(?![a-zA-Z0-9]))?")
_QUALITY = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")
_LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Customs:
    """`twelve_hours`: "2:00 pm" rather than "14:00". `first_weekday`: 0 for Monday to 6 for Sunday."""

    twelve_hours: bool = False
    first_weekday: int = MONDAY


PLAIN = Customs()


@lru_cache(maxsize=1_000)
def customs_of(accept_language: str) -> Customs:
    """Return the customs of the language an `Accept-Language` header (RFC 9110, 12.5.4) likes best."""
    language, region = _favourite(accept_language[:_LONGEST_HEADER])
    region = region or LIKELY_REGION.get(language, "")
    # French Canada writes 14 h 30, as CLDR says of the language in this region.
    twelve = region in TWELVE_HOURS and (language, region) != ("fr", "CA")
    return Customs(twelve, FIRST_WEEKDAY.get(region, MONDAY))


def _favourite(header: str) -> tuple[str, str]:
    best, best_quality = ("", ""), 0.0
    for part in header.split(","):
        tag, _, options = part.strip().partition(";")
        found, quality = _TAG.match(tag), _QUALITY.search(options)
        weight = float(quality[1]) if quality else 1.0
        if found and weight > best_quality:
            best, best_quality = (found[1].lower(), (found[2] or "").upper()), weight
    return best


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone in a field that can be searched: its IANA name, and as it is shown."""

    key: str
    shown: str


def zone_choice(zone: ZoneInfo) -> ZoneChoice:
    return ZoneChoice(zone.key, zone_name(zone))
