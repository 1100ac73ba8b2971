"""The text of an event: who comes and what for, as a block of HTML that can be replaced within the event's text.

Microsoft adds the way into a Teams meeting to the text by itself, and a text that is written without it ends the
meeting (https://learn.microsoft.com/graph/api/event-update). So only our block is ever replaced.
"""

import re
from html import escape

from timetuna.lib.text import multi_line, single_line
from timetuna.providers.base import Entry

_TEXT, _NAME, _ADDRESS = 8_000, 200, 320
_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)])")
_BLOCK = re.compile(r"<div\b[^>]*\bid=\"?(?:x_)*timetuna\"?[^>]*>.*?</div>", re.DOTALL | re.IGNORECASE)


def block(entry: Entry) -> str:
    """Our part of the event's text. There is no div inside it, whatever a guest has typed."""
    guests = [
        f"Guest: {escape(single_line(one.name, max_length=_NAME))} "
        f"&lt;{escape(single_line(one.email, max_length=_ADDRESS))}&gt;"
        for one in entry.guests
    ]
    lines = [_linked(line) for line in multi_line(entry.description, max_length=_TEXT).split("\n")]
    parts = ["<br>".join(rows) for rows in (guests, lines) if any(rows)]
    return f'<div id="timetuna">{"".join(f"<p>{one}</p>" for one in parts)}</div>'


def with_block(whole: str, entry: Entry) -> str:
    """With our part replaced; an empty text where our part is not in it any more."""
    new = block(entry)
    changed, times = _BLOCK.subn(lambda _: new, whole, count=1)
    return changed if times else ""


def _linked(line: str) -> str:
    """Web addresses become links, since Outlook makes none of its own."""
    pieces = enumerate(_LINK.split(line))
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if number % 2 else escape(piece)
        for number, piece in pieces
    )
