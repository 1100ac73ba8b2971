"""The picture that other programs show beside a link to a page: title and name in the page's colour (Open Graph).

It is drawn with the fonts that the machine has. What they cannot write is left out, never shown as boxes: symbols one
by one, a line with foreign letters as a whole. The page's first letter, or our mark, stands there in any case.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from timetuna.lib.text import single_line

SIZE = 1200, 630
MOST_BYTES = 60_000
_EDGE, _WIDTH, _DISC = 88, 1200 - 2 * 88, 132
_TITLE, _NAME, _LINES, _LONGEST = 76, 40, 3, 120
_SAMPLE = 32
_FOLDERS = (Path("/usr/share/fonts"), Path("/System/Library/Fonts"), Path("/Library/Fonts"))
_FONTS = (
    "DejaVuSans-Bold.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansCJK-Bold.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "Arial Unicode.ttf",
)
_LETTER = re.compile(r".[\u0300-\u036f]*")
_SYMBOLS = {"So", "Sk", "Cn", "Co", "Cs", "Cf", "Cc"}
Color = tuple[int, int, int]
Font = ImageFont.FreeTypeFont


@lru_cache(maxsize=32)
def draw(title: str, name: str, *, color: str, text_color: str, photo: bytes = b"") -> bytes:
    """A PNG of SIZE, of MOST_BYTES at most. Colours are "#rrggbb".  photo: one that we have made, b"" for none."""
    ground, ink = _rgb(color), _rgb(text_color)
    picture = Image.new("RGB", SIZE, ground)
    pen = ImageDraw.Draw(picture)
    if photo:
        _show(picture, photo)
    else:
        _disc(pen, name or title, ground, ink)
    top = _EDGE + _DISC + 48
    for line, font in _wrapped(title):
        _write(pen, line, font, top, ink)
        top += round(_TITLE * 1.2)
    for line, font in list(_wrapped(name, size=_NAME))[:1]:
        _write(pen, line, font, top + 16, _mix(ink, ground, 0.85))
    return _packed(picture)


def _packed(picture: Image.Image) -> bytes:
    for colors in (64, 16, 4):
        out = BytesIO()
        picture.quantize(colors).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


def _show(picture: Image.Image, photo: bytes) -> None:
    """Round, where the letter would stand. Its edge is drawn large and made smaller, so that it is smooth."""
    with Image.open(BytesIO(photo)) as face:
        shown = ImageOps.fit(face.convert("RGB"), (_DISC, _DISC))
    mask = Image.new("L", (4 * _DISC, 4 * _DISC))
    ImageDraw.Draw(mask).ellipse((0, 0, 4 * _DISC - 1, 4 * _DISC - 1), fill=255)
    picture.paste(shown, (_EDGE, _EDGE), mask.resize((_DISC, _DISC)))


def _disc(pen: ImageDraw.ImageDraw, text: str, ground: Color, ink: Color) -> None:
    """With the first letter, or the hands of a clock."""
    box = (_EDGE, _EDGE, _EDGE + _DISC, _EDGE + _DISC)
    pen.ellipse(box, fill=_mix(ink, ground, 0.16))
    middle = _EDGE + _DISC // 2
    first = next(iter(_wrapped(text.strip()[:1].upper(), size=60)), None)
    if first:
        pen.text((middle, middle), first[0], font=first[1], fill=ink, anchor="mm")
        return
    pen.line(
        [(middle, middle - 38), (middle, middle), (middle + 28, middle + 20)],
        fill=ink,
        width=9,
        joint="curve",
    )


def _write(pen: ImageDraw.ImageDraw, line: str, font: Font, top: int, ink: Color) -> None:
    """From the side on which its script begins."""
    if _is_rtl(line):
        pen.text((SIZE[0] - _EDGE, top), line, font=font, fill=ink, anchor="ra")
    else:
        pen.text((_EDGE, top), line, font=font, fill=ink, anchor="la")


def _wrapped(text: str, *, size: int = _TITLE) -> Iterator[tuple[str, Font]]:
    """Its lines, the last with an ellipsis where there would be more than _LINES; none where no font can write it."""
    words = _clean(text)
    found = next(
        (
            (font, path)
            for path in (*_font_files(), "")
            if _writes(words, path) and (font := _font(path, size))
        ),
        None,
    )
    if not words or found is None or (_is_rtl(words) and not features.check("raqm")):
        return
    font = found[0]
    lines = _lines(words, font)
    for place, line in enumerate(lines[:_LINES]):
        cut = place == _LINES - 1 and len(lines) > _LINES
        yield (_with_ellipsis(line, font) if cut else line), font


def _lines(words: str, font: Font) -> list[str]:
    lines = [""]
    for piece in _pieces(words, font):
        longer = lines[-1] + piece
        if lines[-1] and font.getlength(longer.rstrip()) > _WIDTH:
            lines.append(piece.lstrip())
        else:
            lines[-1] = longer
    return [line.strip() for line in lines if line.strip()]


def _pieces(words: str, font: Font) -> Iterator[str]:
    """Words with the space after them; what is too wide for a line by itself comes letter by letter."""
    for word in words.split():
        if font.getlength(word) > _WIDTH:
            yield from _LETTER.findall(word)
            yield " "
        else:
            yield f"{word} "


def _with_ellipsis(line: str, font: Font) -> str:
    while line and font.getlength(f"{line}…") > _WIDTH:
        line = line[:-1].rstrip()
    return f"{line}…"


def _clean(text: str) -> str:
    """One line of bounded length, no marks piled upon marks, no symbols that no font has."""
    known = (*_font_files(), "")
    kept: list[str] = []
    for letter in single_line(text, max_length=_LONGEST):
        kind = unicodedata.category(letter)
        piled = kind == "Mn" and len(kept) > 1 and all(unicodedata.category(one) == "Mn" for one in kept[-2:])
        unknown = kind in _SYMBOLS and (kind[0] == "C" or not any(_has(letter, path) for path in known))
        if not piled and not unknown:
            kept.append(letter)
    return " ".join("".join(kept).split())


def _is_rtl(text: str) -> bool:
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def _writes(text: str, path: str) -> bool:
    return all(_has(letter, path) for letter in {*text} - {" "})


@lru_cache(maxsize=10_000)
def _has(letter: str, path: str) -> bool:
    """Whether the font draws anything else for it than for what does not exist."""
    font = _font(path, _SAMPLE)
    return bytes(font.getmask(letter)) != _nothing(path)


@lru_cache(maxsize=16)
def _nothing(path: str) -> bytes:
    return bytes(_font(path, _SAMPLE).getmask("\U0010fffd"))


@lru_cache(maxsize=64)
def _font(path: str, size: int) -> Font:
    """path: "" is the one that Pillow brings."""
    if path:
        return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)  # type: ignore[return-value]  # with FreeType it is one of these


@lru_cache(maxsize=1)
def _font_files() -> tuple[str, ...]:
    found = {
        path.name: str(path) for folder in _FOLDERS if folder.is_dir() for path in folder.rglob("*.tt[fc]")
    }
    return tuple(found[name] for name in _FONTS if name in found)


def _rgb(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mix(one: Color, other: Color, part: float) -> Color:
    red, green, blue = (round(part * a + (1 - part) * b) for a, b in zip(one, other, strict=True))
    return red, green, blue
