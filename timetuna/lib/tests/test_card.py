"""The picture beside a link, whatever a title is made of."""

from io import BytesIO

import pytest
from PIL import Image

from timetuna.lib.card import MOST_BYTES, SIZE, draw

GROUND = (11, 110, 153)
UGARITIC = "\U00010380\U00010381\U00010382"
HOSTILE = [
    "",
    "Intro call",
    "Beratungsgespräch über Straßenverkehrsordnungswidrigkeiten",
    "W" * 500,
    "a b " * 200,
    "مكالمة تعريفية مع فريق المبيعات",
    "שיחת היכרות",
    "自己紹介のミーティング",
    "소개 통화",
    "🎉🎉 Kick-off 🎉",
    "Z̷̧̢̛͎̱͓̓a̶̡̛͖͔l̵̨̰͝g̸̢̈́o" * 20,
    "a" + "\u0301" * 400,
    "two\nlines\r\n\x00\x07and\u2028more",
    "\u202eevil\u202c \u2066hidden\u2069",
    "<script>alert(1)</script>",
    UGARITIC,
    "\ud800",
    "ᚠᚢᚦᚨᚱᚲ नमस्ते Привет Γειά",
]


def drawn(title: str, name: str = "Robin Host") -> Image.Image:
    content = draw(title, name, color="#0b6e99", text_color="#ffffff")
    assert len(content) <= MOST_BYTES
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    return picture.convert("RGB")


def test_a_photo_stands_round_in_the_place_of_the_letter() -> None:
    out = BytesIO()
    Image.new("RGB", (192, 192), (200, 40, 40)).save(out, "JPEG")
    content = draw("Intro call", "Robin", color="#0b6e99", text_color="#ffffff", photo=out.getvalue())
    picture = Image.open(BytesIO(content)).convert("RGB")

    red, green, _blue = picture.getpixel((88 + 66, 88 + 66))
    assert (red > 180, green < 80) == (True, True)
    assert is_empty(picture, (88, 88, 92, 92))
    assert len(content) <= MOST_BYTES


def is_empty(picture: Image.Image, box: tuple[int, int, int, int]) -> bool:
    found = picture.crop(box).getcolors() or []
    return len(found) == 1 and all(abs(a - b) < 12 for a, b in zip(found[0][1], GROUND, strict=True))


@pytest.mark.matrix
@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_of_any_kind_stays_inside(title: str) -> None:
    for picture in (drawn(title), drawn("Intro call", title)):
        width, height = SIZE
        assert is_empty(picture, (0, 0, 60, height))
        assert is_empty(picture, (width - 60, 0, width, height))
        assert is_empty(picture, (0, height - 20, width, height))


def test_what_cannot_be_written_is_left_out() -> None:
    assert drawn(UGARITIC).tobytes() == drawn("").tobytes()
    assert drawn("Kick-off \U000e0041").tobytes() == drawn("Kick-off").tobytes()
    assert not is_empty(drawn("Intro call"), (80, 270, 1100, 400))


def test_a_script_begins_on_its_own_side() -> None:
    left, right = (88, 268, 300, 360), (900, 268, 1112, 360)

    assert is_empty(drawn("Intro", ""), right)
    if not is_empty(drawn("שלום", ""), right):  # where there is a font for it
        assert is_empty(drawn("שלום", ""), left)


def test_no_name_shows_a_clock() -> None:
    assert not is_empty(drawn("", ""), (88, 88, 220, 220))
    assert is_empty(drawn("", ""), (88, 268, 1112, 600))
