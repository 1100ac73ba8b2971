"""Logos: whatever a host uploads becomes one small PNG, or is refused with a sentence."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 200_000
_MOST_PIXELS = 4_000_000  # looked at before anything is decoded: 20 kB of PNG can be 500 MB of picture
_SIZE = 480, 144  # twice what pages show, for dense screens
_TOO_MANY_PIXELS = "This picture has too many pixels. 1000 by 300 are plenty."
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def logo_png(content: bytes) -> bytes:
    """Return the picture as PNG, at most 480 by 144 pixels, without anything but its pixels.

    Raises ValueError with a sentence.
    """
    if len(content) > MOST_BYTES:
        raise ValueError("This picture is larger than 200 kB. Please choose a smaller one.")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if small := picture.width * picture.height <= _MOST_PIXELS:
                picture.seek(0)
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValueError(_TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
        raise ValueError("This is no picture that TimeTuna can read. PNG, JPEG and WebP work.") from error
    if not small:
        raise ValueError(_TOO_MANY_PIXELS)
    upright.thumbnail(_SIZE)
    out = BytesIO()
    upright.save(out, "PNG", optimize=True)
    return out.getvalue()
