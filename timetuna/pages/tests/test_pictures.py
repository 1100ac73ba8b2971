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
from timetuna.lib.tests.test_videos import MP4 as VIDEO
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.models import BookingPage, MeetingType, PageBackground, PageVideo
from timetuna.pages.tests.test_look import bloated_png, huge_png
from timetuna.pages.views.look import part_of

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
        (bloated_png, "no picture that TimeTuna can read"),
        (huge_png(), "too many pixels"),
        (shot() + b"\0" * 200_000, "larger than 200 kB"),
    ],
    ids=["svg", "empty", "cut off", "bloated", "huge", "heavy"],
)
def test_what_cannot_be_a_photo_is_refused_and_nothing_typed_is_lost(as_alice, alice, content, sentence):
    made = content() if callable(content) else content
    answer = send(as_alice, "/settings/profile", photo=made, role="Gardener")

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


def test_a_video_is_sent_part_by_part_and_goes_with_the_page(as_alice, client, bookable):
    look = f"/booking-pages/{bookable.pk}/look"
    assert send(as_alice, look, video=VIDEO).status_code == 302

    bookable.refresh_from_db()
    path = f"/looks/{bookable.pk}/{bookable.video_version}/video"
    whole = client.get(path)
    stored = bytes(PageVideo.objects.get().content)
    assert (whole.status_code, whole.content, whole["Content-Type"]) == (200, stored, "video/mp4")
    assert whole["Accept-Ranges"] == "bytes"
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert {*whole["Content-Security-Policy"].split("; ")} == {"default-src 'none'", "sandbox"}
    part = client.get(path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, stored[100:200])
    assert part["Content-Range"] == f"bytes 100-199/{len(stored)}"
    beyond = client.get(path, headers={"Range": f"bytes={len(stored)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(stored)}")

    shown = client.get(f"/alice/{bookable.slug}")
    assert f'data-video="{path}"' in shown.content.decode()
    assert "media-src 'self'" in shown["Content-Security-Policy"]
    copy = duplicate_page(bookable, by=bookable.host)
    assert bytes(copy.video.content) == stored

    assert send(as_alice, look, video=b"<script>").status_code == 422
    assert send(as_alice, look, remove_video="on").status_code == 302
    assert client.get(path).status_code == 404
    without = client.get(f"/alice/{bookable.slug}")
    assert "data-video" not in without.content.decode()
    assert "media-src" not in without["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("", range(10)),
        ("bytes=0-", range(10)),
        ("bytes=2-4", range(2, 5)),
        ("bytes=2-99", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(10)),
        ("bytes=-0", None),
        ("bytes=10-", None),
        ("bytes=4-2", range(10)),
        ("bytes=0-1,3-4", range(10)),
        ("bytes=-", range(10)),
        ("bytes=٣-", range(10)),
        ("lines=1-2", range(10)),
        (f"bytes={'9' * 16}-", range(10)),
    ],
)
def test_a_part_is_what_the_header_asks_for(wanted, part):
    assert part_of(10, wanted) == part


def test_a_large_body_needs_the_ticket_of_its_page(as_alice, bookable, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000
    look = f"/booking-pages/{bookable.pk}/look"
    form = main_form(as_alice.get(look).content.decode())
    files = {"video": SimpleUploadedFile("x.mp4", VIDEO), "logo": SimpleUploadedFile("x", bytes(4_000))}

    def answer(path):
        for file in files.values():
            file.seek(0)
        return as_alice.post(path, dict(form.fields) | files).status_code

    assert form.action.startswith(f"{look}?ticket=")
    assert answer(look) == 413
    assert answer(form.action.replace("/look", "/guests")) == 413
    assert answer(form.action) == 422  # read, and the logo is none


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
