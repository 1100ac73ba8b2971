"""What a host may write in curly braces in a mail's subject and message. Nothing is looked up or run."""

import re
from collections.abc import Mapping

PLACEHOLDERS = (
    "guest name",
    "host name",
    "page",
    "start",
    "duration",
    "meeting type",
    "location",
    "manage link",
)
_BRACES = re.compile(r"\{([^{}\r\n]*)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the text with each {name} replaced by its value, once; a name without a value stays."""
    return _BRACES.sub(lambda found: values.get(_name(found), found.group()), template)


def unknown(template: str) -> list[str]:
    """Return what stands in braces (with them) but is not on the list; each once, in the text's order."""
    found = [match.group() for match in _BRACES.finditer(template) if _name(match) not in PLACEHOLDERS]
    return list(dict.fromkeys(found))


def _name(match: re.Match[str]) -> str:
    return " ".join(match.group(1).lower().split())
