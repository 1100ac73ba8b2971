"""Videos that people send: whether they are what they say, whole, and without what they tell of where they were made.

Nothing is decoded here; browsers do that, and guard themselves. A file is read as the boxes it is made of (MP4:
ISO/IEC 14496-12, WebM: RFC 8794 and RFC 9559), each of which has to end where the next begins.
"""

from collections.abc import Iterator
from typing import NamedTuple

MOST_BYTES = 8_000_000
MP4, WEBM = "mp4", "webm"
_MOST_PARTS = 20_000
_UNREADABLE = "This is no video that browsers can show. MP4 (H.264) and WebM work."
_CUT_OFF = "This video is not whole. Choose it again."
_TELLS = {b"udta", b"meta", b"uuid"}  # places, devices, names
_EBML, _SEGMENT, _TRACKS, _CLUSTER = b"\x1aE\xdf\xa3", b"\x18S\x80g", b"\x16T\xaek", b"\x1fC\xb6u"
_DOC_TYPE, _TRACK, _CODEC = b"B\x82", b"\xae", b"\x86"
_ABOUT, _VOID = b"\x15I\xa9f", 0xEC
_WEB_TELLS = {b"\x12T\xc3g", b"\x19A\xa4i", b"{\xa9", b"s\x84", b"Da"}  # tags, attachments, title, file, date
_WEB_CODECS = (b"V_VP8", b"V_VP9", b"V_AV1")


class _Part(NamedTuple):
    """Of a file: where it begins, where what is in it does, and where that ends."""

    kind: bytes
    at: int
    inner: int
    end: int


def cleaned(content: bytes) -> bytes:
    """The same, with zeros where it says more than what is seen. Raises ValueError with a sentence."""
    if len(content) > MOST_BYTES:
        raise ValueError("This video is larger than 8 MB. Choose a shorter or smaller one.")
    kind = ending(content)
    if not kind:
        raise ValueError(_UNREADABLE)
    changed = bytearray(content)
    try:
        shows = _clean_mp4(changed) if kind == MP4 else _clean_webm(changed)
    except IndexError as error:
        raise ValueError(_CUT_OFF) from error
    if not shows:
        raise ValueError(_UNREADABLE)
    return bytes(changed)


def ending(content: bytes) -> str:
    """What it is by its first bytes: MP4, WEBM, or "" for neither."""
    if content[4:8] == b"ftyp":
        return MP4
    return WEBM if content.startswith(_EBML) else ""


def _clean_mp4(content: bytearray) -> bool:
    """Whether it shows anything."""
    outer = list(_boxes(content, 0, len(content)))
    movies = [box for box in outer if box.kind == b"moov"]
    tracks = [(movie, list(_boxes(content, movie.inner, movie.end))) for movie in movies]
    inner = [box for _, boxes in tracks for box in boxes]
    shown = 0
    for track in [box for box in inner if box.kind == b"trak"]:
        boxes = list(_boxes(content, track.inner, track.end))
        shown += any(_is_picture(content, box) for box in boxes if box.kind == b"mdia")
        inner += boxes
    for box in [*outer, *inner]:
        if box.kind in _TELLS:
            content[box.at + 4 : box.at + 8] = b"free"
            content[box.inner : box.end] = bytes(box.end - box.inner)
    return bool(shown) and any(box.kind == b"mdat" for box in outer)


def _is_picture(content: bytearray, media: _Part) -> bool:
    found = (box for box in _boxes(content, media.inner, media.end) if box.kind == b"hdlr")
    return any(content[box.inner + 8 : box.inner + 12] == b"vide" for box in found)


def _boxes(content: bytearray, at: int, end: int) -> Iterator[_Part]:
    """Raises IndexError where one is longer than there is of it, or shorter than its head."""
    for _ in range(_MOST_PARTS):
        if at == end:
            return
        head, size = 8, int.from_bytes(content[at : at + 4], "big")
        if size == 1:
            head, size = 16, int.from_bytes(content[at + 8 : at + 16], "big")
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise IndexError
        yield _Part(bytes(content[at + 4 : at + 8]), at, at + head, at + size)
        at += size
    raise ValueError(_UNREADABLE)


def _clean_webm(content: bytearray) -> bool:
    """Whether it shows anything."""
    header = _element(content, 0, len(content))
    kinds = [content[one.inner : one.end] for one in _elements(content, header) if one.kind == _DOC_TYPE]
    segment = _element(content, header.end, len(content))
    if kinds != [b"webm"] or segment.kind != _SEGMENT or segment.end != len(content):
        return False
    parts = list(_elements(content, segment))
    about = [one for part in parts if part.kind == _ABOUT for one in _elements(content, part)]
    for part in [*parts, *about]:
        if part.kind in _WEB_TELLS:
            _void(content, part)
    tracks = [track for part in parts if part.kind == _TRACKS for track in _elements(content, part)]
    codecs = [
        bytes(content[one.inner : one.end])
        for track in tracks
        if track.kind == _TRACK
        for one in _elements(content, track)
        if one.kind == _CODEC
    ]
    return any(codec in _WEB_CODECS for codec in codecs) and any(part.kind == _CLUSTER for part in parts)


def _void(content: bytearray, part: _Part) -> None:
    """Make a hole of the same length of it (RFC 8794, section 11.3.2)."""
    size = part.end - part.at - 9
    head = bytes([_VOID, 1]) + size.to_bytes(7, "big") if size >= 0 else bytes([_VOID, 0x80 | (size + 7)])
    content[part.at : part.end] = head + bytes(part.end - part.at - len(head))


def _elements(content: bytearray, around: _Part) -> Iterator[_Part]:
    """A cluster of unknown length, as browsers record it, is followed by what is in it."""
    at = around.inner
    for _ in range(_MOST_PARTS):
        if at == around.end:
            return
        found = _element(content, at, around.end)
        yield found
        at = found.inner if found.kind == _CLUSTER and found.end == around.end else found.end
    raise ValueError(_UNREADABLE)


def _element(content: bytearray, at: int, end: int) -> _Part:
    """One that says nothing of its length goes to the end. Raises IndexError where it is longer than that."""
    named = 9 - content[at].bit_length()
    measure = content[at + named]
    long = 9 - measure.bit_length()
    if max(named, long) > 8:  # noqa: PLR2004 - a first byte of zeros
        raise ValueError(_UNREADABLE)
    inner = at + named + long
    size = int.from_bytes(content[at + named : inner], "big") - (1 << 7 * long)
    unknown = size == (1 << 7 * long) - 1
    stop = end if unknown else inner + size
    if inner > end or stop > end:
        raise IndexError
    return _Part(bytes(content[at : at + named]), at, inner, stop)
