"""The look of a page: its colour, its logo, and what cannot become one."""

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zlib import compress, crc32

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.forms import submit
from timetuna.pages.models import BookingPage, PageLogo
from timetuna.pages.public import Branding


def picture(size: tuple[int, int] = (600, 300), kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#c0392b").save(out, kind)
    return out.getvalue()


def huge_png() -> bytes:
    """A few kilobytes that say they are 60,000 by 60,000 pixels."""
    small = picture((1, 1))
    begin = small.index(b"IHDR")
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + small[begin + 12 : begin + 17]
    return small[:begin] + header + crc32(header).to_bytes(4, "big") + small[begin + 21 :]


def bloated_png() -> bytes:
    """A few kilobytes with a comment of 50 MB."""
    small = picture((1, 1))
    words = b"zTXtComment\0\0" + compress(b"a" * 50_000_000, 9)
    chunk = (len(words) - 4).to_bytes(4, "big") + words + crc32(words).to_bytes(4, "big")
    return small[:33] + chunk + small[33:]


def save(client: Client, page: BookingPage, **data: Any) -> Any:
    return submit(client, f"/booking-pages/{page.pk}/look", data)


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", content, content_type="image/png")


def stored(page: BookingPage) -> BookingPage:
    return BookingPage.objects.get(pk=page.pk)


@pytest.mark.parametrize(("typed", "kept"), [("#0B6E99", "#0b6e99"), ("c30", "#cc3300"), ("", "")])
def test_a_colour_is_kept_and_shown(
    as_alice: Client, client: Client, page: BookingPage, typed: str, kept: str
) -> None:
    assert save(as_alice, page, brand_color=typed).status_code == 302

    assert stored(page).brand_color == kept
    if kept:
        answer = client.get(f"/alice/{page.slug}")
        style = f":root{{--accent:{kept}}}"
        assert f"<style>{style}</style>" in answer.content.decode()
        allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{allowed}'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("typed", ["red", "#12", "};x{", "#12345g"])
def test_what_is_no_colour_is_refused(as_alice: Client, page: BookingPage, typed: str) -> None:
    answer = save(as_alice, page, brand_color=typed)

    assert answer.status_code == 422
    assert "Enter a colour with six digits, such as #0b6e99." in answer.content.decode()
    assert stored(page).brand_color == ""


def test_only_the_pages_own_logo_is_served(client: Client, page: BookingPage) -> None:
    assert client.get(f"/looks/{page.pk}/abcdef.png").status_code == 404


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_becomes_a_small_png_on_the_page(
    as_alice: Client, client: Client, page: BookingPage, kind: str
) -> None:
    assert save(as_alice, page, brand_color="", logo=upload(picture(kind=kind))).status_code == 302

    path = f"/looks/{page.pk}/{stored(page).logo_version}.png"
    answer = client.get(path)
    assert answer["Content-Type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == (288, 144)
    assert f'src="{path}"' in client.get(f"/alice/{page.slug}").content.decode()


def test_a_logo_stays_until_it_is_taken_away(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, brand_color="", logo=upload(picture()))
    save(as_alice, page, brand_color="#112233")
    assert stored(page).logo_version != ""

    save(as_alice, page, brand_color="#112233", remove_logo="on")

    assert (stored(page).logo_version, PageLogo.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "no picture that TimeTuna can read",
        ),
        (b"", "no picture that TimeTuna can read"),
        (picture()[:90], "no picture that TimeTuna can read"),
        (huge_png(), "too many pixels"),
        (bloated_png, "no picture that TimeTuna can read"),
        (picture() + b"\0" * 200_000, "larger than 200 kB"),
    ],
    ids=["svg", "empty", "cut off", "huge", "bloated", "heavy"],
)
def test_what_cannot_be_a_logo_is_refused(
    as_alice: Client, page: BookingPage, content: bytes | Callable[[], bytes], sentence: str
) -> None:
    made = content() if callable(content) else content
    answer = save(as_alice, page, brand_color="#112233", logo=upload(made))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="#112233"' in answer.content.decode()
    assert stored(page).logo_version == ""


def test_a_stranger_changes_nothing(as_charlie: Client, page: BookingPage) -> None:
    assert save(as_charlie, page, brand_color="#112233").status_code == 404


@pytest.mark.parametrize(("color", "text"), [("#ffd400", "#000000"), ("#0b6e99", "#ffffff"), ("", "")])
def test_text_on_the_colour_can_be_read(color: str, text: str) -> None:
    assert Branding(color).text_color() == text
