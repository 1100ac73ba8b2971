"""Videos that people send: what is taken, and what is left of it."""

from pathlib import Path

import pytest

from timetuna.lib import videos

FILES = Path(__file__).parent / "files"
MP4, WEBM = ((FILES / f"place.{kind}").read_bytes() for kind in ("mp4", "webm"))
HTML = b"<script>alert(1)</script>"


@pytest.mark.parametrize(("content", "kind"), [(MP4, "mp4"), (WEBM, "webm")], ids=["mp4", "webm"])
def test_a_video_keeps_what_it_shows_and_nothing_else(content: bytes, kind: str) -> None:
    kept = videos.cleaned(content)

    assert (len(kept), videos.ending(kept)) == (len(content), kind)
    assert b"Secret street" in content
    assert b"Secret street" not in kept
    assert videos.cleaned(kept) == kept


@pytest.mark.parametrize("content", [MP4, WEBM], ids=["mp4", "webm"])
def test_no_beginning_of_a_video_is_taken_for_one(content: bytes) -> None:
    for length in range(0, len(content), 13):
        with pytest.raises(ValueError, match=r"not whole|no video"):
            videos.cleaned(content[:length])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HTML,
        b"GIF89a" + HTML,
        b"\x1aE\xdf\xa3",
        b"\x1aE\xdf\xa3" + bytes(40),
        WEBM.replace(b"webm", b"xxxx"),
        WEBM.replace(b"V_VP8", b"V_XXX"),
        MP4.replace(b"vide", b"soun"),
        MP4.replace(b"mdat", b"mdax"),
        MP4[:4] + b"ftyp" + HTML,
        MP4[:32] + b"\0\0\0\x08free" * 20_001,
        MP4 + HTML,
        WEBM + HTML,
    ],
)
def test_what_shows_nothing_is_no_video(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"not whole|no video"):
        videos.cleaned(content)


def test_a_recording_of_a_browser_says_nothing_of_its_length() -> None:
    segment = WEBM.index(b"\x18S\x80g") + 4
    endless = WEBM[:segment] + b"\x01" + b"\xff" * 7 + WEBM[segment + 8 :]

    assert b"Secret street" not in videos.cleaned(endless)


def test_one_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(ValueError, match="larger than 8 MB"):
        videos.cleaned(MP4 + bytes(videos.MOST_BYTES))
