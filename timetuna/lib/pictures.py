"""Pictures that people send, made anew from their pixels: what else a file holds, and would do, is left behind."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 200_000
_MOST_PIXELS = 4_000_000  # looked at before anything is decoded: 20 kB of PNG can be 500 MB of picture
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITY = 82
_WHITE = (255, 255, 255)


def png(content: bytes, size: tuple[int, int]) -> bytes:
    """As it is, at most of this size. Raises ValueError with a sentence."""
    picture = _read(content, size)
    picture.thumbnail(size)
    return _written(picture, "RGBA", "PNG")


def jpeg(content: bytes, size: tuple[int, int], *, filled: bool = False) -> bytes:
    """On white, at most of this size. filled: of just this size, from the middle. Raises ValueError with a sentence."""
    picture = _read(content, size)
    if filled:
        picture = ImageOps.fit(picture, size)
    else:
        picture.thumbnail(size)
    return _written(picture, "RGB", "JPEG")


def _read(content: bytes, size: tuple[int, int]) -> Image.Image:
    """Upright, in colours with their transparency."""
    if len(content) > MOST_BYTES:
        raise ValueError("This picture is larger than 200 kB. Choose a smaller one.")
    too_many = f"This picture has too many pixels. {2 * size[0]} by {2 * size[1]} are plenty."
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if small := picture.width * picture.height <= _MOST_PIXELS:
                picture.seek(0)
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValueError(too_many) from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
        raise ValueError("This is no picture that TimeTuna can read. PNG, JPEG and WebP work.") from error
    if not small:
        raise ValueError(too_many)
    return upright


def _written(picture: Image.Image, mode: str, kind: str) -> bytes:
    """Nothing but pixels: what a file says of itself goes along with a picture, but not onto another."""
    clean = Image.new(mode, picture.size, _WHITE if mode == "RGB" else (0, 0, 0, 0))
    clean.paste(picture, mask=picture if mode == "RGB" else None)
    out = BytesIO()
    clean.save(out, kind, optimize=True, **({"quality": _QUALITY} if kind == "JPEG" else {}))
    return out.getvalue()
