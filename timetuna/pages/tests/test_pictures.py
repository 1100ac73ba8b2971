"""Photos of hosts and backgrounds of pages: what becomes of an upload, where it stands, and when it goes."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.forms import main_form
from timetuna.accounts.models import Photo, User
from timetuna.lib import pictures
from timetuna.pages.models import BookingPage, MeetingType, PageBackground
from timetuna.pages.tests.test_look import bloated_png, huge_png

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def send(client: Client, path: str, **changes: Any) -> Any:
    """As a browser does: the form as it is, with these fields in it."""
    form = dict(main_form(client.get(path).content.decode()).fields)
    files = {
        name: SimpleUploadedFile("x.jpg", value)
        for name, value in changes.items()
        if isinstance(value, bytes)
    }
    return client.post(path, form | changes | files)


def shot(size: tuple[int, int] = (640, 400), colour: str = "#c0392b") -> bytes:
    """A JPEG as phones make them: it lies on its side, and says where it was taken."""
    out, exif = BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Secret street 7"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif, icc_profile=b"a profile", comment=b"hidden")
    return out.getvalue()


@pytest.fixture
def bookable(page: BookingPage) -> BookingPage:
    MeetingType.objects.update_or_create(
        page=page, kind="in_person", defaults={"enabled": True, "detail": "x"}
    )
    return page


def test_a_photo_is_square_upright_and_nothing_but_pixels(as_alice, client, alice, bookable):
    assert send(as_alice, "/settings/profile", photo=shot(), role="Head of <b>design</b>").status_code == 302

    alice.refresh_from_db()
    path = f"/looks/people/{alice.pk}/{alice.photo_version}.jpg"
    answer = client.get(path)
    stored = Image.open(BytesIO(answer.content))
    assert (answer["Content-Type"], stored.format, stored.size) == ("image/jpeg", "JPEG", (192, 192))
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not stored.getexif()
    assert b"Secret" not in answer.content
    assert {"icc_profile", "comment"} & {*stored.info} == set()
    for page in (f"/alice/{bookable.slug}", "/alice"):
        text = client.get(page).content.decode()
        assert f'src="{path}"' in text
        assert "Head of &lt;b&gt;design&lt;/b&gt;" in text


def test_a_photo_stays_until_it_is_taken_away_and_goes_with_its_host(as_alice, client, alice):
    send(as_alice, "/settings/profile", photo=shot())
    alice.refresh_from_db()
    first = alice.photo_version
    send(as_alice, "/settings/profile", name="Ada")
    alice.refresh_from_db()
    assert alice.photo_version == first

    send(as_alice, "/settings/profile", photo=shot(colour="#123456"))
    alice.refresh_from_db()
    assert alice.photo_version not in ("", first)
    assert client.get(f"/looks/people/{alice.pk}/{first}.jpg").status_code == 404

    send(as_alice, "/settings/profile", remove_photo="on")
    alice.refresh_from_db()
    assert (alice.photo_version, Photo.objects.count()) == ("", 0)

    send(as_alice, "/settings/profile", photo=shot())
    BookingPage.objects.all().delete()
    alice.schedules.all().delete()
    User.objects.filter(pk=alice.pk).delete()
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "no picture that TimeTuna can read"),
        (b"", "no picture that TimeTuna can read"),
        (shot()[:400], "no picture that TimeTuna can read"),
        (bloated_png(), "no picture that TimeTuna can read"),
        (huge_png(), "too many pixels"),
        (shot() + b"\0" * 200_000, "larger than 200 kB"),
    ],
    ids=["svg", "empty", "cut off", "bloated", "huge", "heavy"],
)
def test_what_cannot_be_a_photo_is_refused_and_nothing_typed_is_lost(as_alice, alice, content, sentence):
    answer = send(as_alice, "/settings/profile", photo=content, role="Gardener")

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Gardener"' in answer.content.decode()
    assert not Photo.objects.exists()


def test_a_background_comes_after_the_page(as_alice, client, bookable):
    assert (
        send(as_alice, f"/booking-pages/{bookable.pk}/look", background=shot((1_900, 1_200))).status_code
        == 302
    )

    bookable.refresh_from_db()
    path = f"/looks/{bookable.pk}/{bookable.background_version}.jpg"
    stored = Image.open(BytesIO(client.get(path).content))
    assert stored.size == (632, 1_000)
    text = client.get(f"/alice/{bookable.slug}").content.decode()
    assert f'data-backdrop="{path}"' in text
    assert text.count(path) == 1  # a script asks for it, once all else is there

    send(as_alice, f"/booking-pages/{bookable.pk}/look", remove_background="on")
    assert not PageBackground.objects.exists()
    assert "data-backdrop" not in client.get(f"/alice/{bookable.slug}").content.decode()


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "CMYK", "1"])
def test_any_mode_becomes_a_photo_on_white(mode):
    out = BytesIO()
    image = (
        Image.new("RGBA", (50, 90), (0, 0, 0, 0))
        if mode == "RGBA"
        else Image.new(mode, (50, 90), 1 if mode == "1" else 0)
    )
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")

    made = Image.open(BytesIO(pictures.jpeg(out.getvalue(), (192, 192), filled=True)))

    assert (made.mode, made.size) == ("RGB", (192, 192))
    if mode == "RGBA":
        assert made.getpixel((96, 96)) == (255, 255, 255)
