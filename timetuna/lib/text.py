"""The one way hostile text becomes harmless: for headers, invitations, CSV cells, log lines, and as a time zone.

And how rooms that know no framework mark what is translated where it is shown.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|www\.|\w\.[^\W\d_]{2}", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]+,?")
_LEFT_OUT = "(address left out)"

_ELLIPSIS = "…"
_CELL_LENGTH = 32_000  # spreadsheets stop at 32,767 characters
_LOG_LENGTH = 200
_LOOK_AHEAD = 8  # characters read per character wanted: bounds the work on absurdly long input

# What ends a line somewhere: RFC 5322, RFC 5545, Unicode (UAX 14) and Python's splitlines() together.
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

# Characters that are not seen, but turn the reading direction round, hide text, or mark places in it.
# The joiners U+200C and U+200D stay: Persian words and emoji are written with them.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_FORMULA = re.compile(r"[\s\"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")
_LATER_FORMULA = re.compile(f"([;|])(?={_FORMULA.pattern})")
_LOOSE = re.compile(r"[\s=\"\\]")

_LIAISONS = (
    ("es", "y", re.compile("[ií]|h[ií](?![aeo])", re.IGNORECASE), "e"),
    ("es", "o", re.compile("h?[oó]", re.IGNORECASE), "u"),
    ("it", "e", re.compile("[eèé]", re.IGNORECASE), "ed"),
)


def has_words(text: str, asked: str) -> bool:
    """Whether each of the words asked for stands in the text, in any order and case, also within longer words."""
    known = text.casefold()
    return all(word in known for word in asked.casefold().split())


def single_line(text: str, *, max_length: int) -> str:
    """Return the text as one visible line of at most `max_length` characters.

    Line ends of every kind and runs of white space become one space; control, bidi and invisible
    characters go. What is too long ends in an ellipsis. Applying it twice changes nothing more.
    """
    head = text[: max_length * _LOOK_AHEAD]
    return _clip(_SPACES.sub(" ", _visible(_LINE_ENDS.sub(" ", head))).strip(), max_length)


def multi_line(text: str, *, max_length: int) -> str:
    r"""The text, each line made harmless, with "\n" as line end and no two empty lines in a row."""
    head = text[: max_length * _LOOK_AHEAD]
    lines = [_SPACES.sub(" ", _visible(line)).strip() for line in _LINE_ENDS.split(head)]
    return _clip(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), max_length)


def spoken(text: str) -> str:
    """The text itself, stored and raised as it is; the mark has it translated, and `timetuna.l10n.retold` says it."""
    return text


def liaison(word: str, following: str, *, language: str) -> str:
    """A word for "and" or "or" as it is said before another: in Spanish "e Inés", "u Olga", in Italian "ed Elena"."""
    for known, plain, before, said in _LIAISONS:
        if (language, word) == (known, plain) and before.match(following):
            return said
    return word


def csv_row(values: Iterable[object]) -> str:
    """For spreadsheets (RFC 4180), every cell in quotes."""
    return ",".join(f'"{csv_cell(value).replace(chr(34), chr(34) * 2)}"' for value in values) + "\r\n"


def csv_cell(value: object) -> str:
    """Return the value as one line; wherever a spreadsheet could see a formula, an apostrophe goes first.

    That is at its beginning, and behind what separates cells where the comma does not: a spreadsheet that is set to
    semicolons ends the cell there, quotes or not.
    """
    cell = single_line("" if value is None else str(value), max_length=_CELL_LENGTH)
    if isinstance(value, int | float):
        return cell
    cell = _LATER_FORMULA.sub(r"\1'", cell)
    return f"'{cell}" if _FORMULA.match(cell) else cell


def log_value(value: object, *, max_length: int = _LOG_LENGTH) -> str:
    """The value as one token of a log line, quoted where it could be read as more than one."""
    line = single_line(str(value), max_length=max_length)
    return json.dumps(line, ensure_ascii=False) if _LOOSE.search(line) or not line else line


def _visible(text: str) -> str:
    kept = "".join(
        " " if character == "\t" else character
        for character in _UNSEEN.sub("", text)
        if character == "\t" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", kept)


def _clip(text: str, max_length: int) -> str:
    if len(text) <= max_length:
        return text
    if max_length < len(_ELLIPSIS):
        return ""
    end = max_length - len(_ELLIPSIS)
    while end and _belongs_to_the_one_before(text, end):
        end -= 1
    return text[:end].rstrip() + _ELLIPSIS


def _belongs_to_the_one_before(text: str, position: int) -> bool:
    """Whether cutting here would take an accent, a skin tone or a joined emoji apart."""
    character = text[position]
    return (
        unicodedata.category(character) in {"Mn", "Me"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\u200d" in {character, text[position - 1]}
    )


def without_addresses(text: str) -> str:
    """Return the text with a note in the place of each address.

    Whose mail address was typed, by the guest or as the guest's, may never have heard of the booking: what they are
    sent because of it is no way to send them a harmful link. "J.Smith" is somebody's name, and is written "J. Smith".
    """
    return _WORD.sub(lambda word: _harmless(word[0]), text)


def _harmless(word: str) -> str:
    if not _ADDRESS.search(word):
        return word
    named = _INITIALS.fullmatch(word) and all(part[:1].isupper() for part in word.split("."))
    return word.replace(".", ". ") if named else _LEFT_OUT


_NUMBER = re.compile(r"\+\d[\d ()./-]{4,40}\d")


def unbroken(text: str) -> str:
    """With no place in the phone numbers of it at which a line may end."""
    return _NUMBER.sub(lambda number: number[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


_SPELLED = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "oe",
        "ł": "l",
        "đ": "d",
        "þ": "th",
    }
)


def for_address(text: str) -> str:
    """In the letters a to z and digits, with single hyphens between: "Süd & Café" gives "sued-cafe"."""
    spelled = unicodedata.normalize("NFC", text).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


_BRACES = re.compile(r"\{([^{}\r\n]*)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the text with each {name} replaced by its value, once; a name without a value stays.

    Nothing is looked up or run.
    """
    return _BRACES.sub(lambda found: values.get(_name(found), found.group()), template)


def unknown(template: str, names: Collection[str]) -> list[str]:
    """What stands in braces (with them) and is none of these names; each once, in the text's order."""
    found = [match.group() for match in _BRACES.finditer(template) if _name(match) not in names]
    return list(dict.fromkeys(found))


def _name(match: re.Match[str]) -> str:
    return " ".join(match.group(1).lower().split())


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Old names included."""
    lines = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(lines)


@lru_cache(maxsize=1)
def zone_countries() -> dict[str, str]:
    """Return in which country (ISO 3166) each place is that has a zone under its present name, in tzdata's order."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in table if not line.startswith("#")]
    return {name: country for country, _, name, *_ in rows if name in known_zones()}


@lru_cache(maxsize=1)
def old_zone_names() -> dict[str, str]:
    """Return the present name of each zone that is known under others (Asia/Calcutta, US/Pacific, Zulu)."""
    lines = files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text(encoding="utf-8").splitlines()
    links = [line.split() for line in lines if line.startswith("L ")]
    return {old: name for _, name, old in links if old not in zone_countries() and old in known_zones()}


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names to offer in a list, sorted: places that exist under this name today, and UTC first.

    What tzdata keeps for old systems only (Asia/Calcutta, Australia/North) is known, but not offered.
    """
    return ("UTC", *sorted(zone_countries()))


def find_zone(name: str) -> ZoneInfo | None:
    """None when tzdata has no such name. Nothing but a known name reaches the file system."""
    return ZoneInfo(name) if name in known_zones() else None


def country_of(zone: str) -> str:
    """In which country (ISO 3166) a zone is, whatever it is called; "" where in none."""
    return zone_countries().get(old_zone_names().get(zone, zone), "")


def zone_meant(typed: str) -> str:
    """The one zone that was probably meant ("Europe/Berlin", "berlin", "New York"), or ""."""
    typed = typed.strip()
    if find_zone(typed):
        return typed
    wanted = "_".join(typed.lower().split())
    by_name = {name.lower(): name for name in zone_names()}
    by_city = [name for name in zone_names() if name.lower().rpartition("/")[2] == wanted]
    return by_name.get(wanted) or (by_city[0] if len(by_city) == 1 else "")
