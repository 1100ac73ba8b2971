"""Bytes of a file to lines: character sets, line ends and folding, without being asked to trust any of them."""

import codecs
import io
import re
from collections.abc import Iterator

from timetuna.ical.refusals import MAX_BYTES, refuse

# UTF-32's little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"B\0E\0", "utf-16-le"),
    (b"\0B\0E", "utf-16-be"),
)
_BLANK_LINES = re.compile(rb"\n\n+")


def lines_of(body: bytes) -> Iterator[bytes]:
    """Return the unfolded, non-empty lines (RFC 5545 section 3.1) in UTF-8, or what was taken for it.

    Raises Unreadable for what is empty, too large, in no character set, or plainly a web page.
    """
    if len(body) > MAX_BYTES:
        raise refuse("too_large")
    data = _as_utf8(body).replace(codecs.BOM_UTF8, b"")
    start = data[:200].lstrip()
    if not start and not data.strip():
        raise refuse("empty")
    if start.startswith(b"<"):
        raise refuse("html")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = _BLANK_LINES.sub(b"\n", data)
    unfolded = data.replace(b"\n ", b"").replace(b"\n\t", b"")
    return (line for raw in io.BytesIO(unfolded) if (line := raw.rstrip(b"\n")))


def text_of(piece: bytes) -> str:
    """A piece of a line as text; what is not UTF-8 is read as Latin-1, so that it stays distinct."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("latin-1")


def _as_utf8(body: bytes) -> bytes:
    name = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    if not name:
        return body
    try:
        return body.decode(name).encode("utf-8")
    except UnicodeError:
        raise refuse("charset") from None
