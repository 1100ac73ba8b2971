"""The QR code of a text (ISO/IEC 18004), as a drawing and as a picture. Black on white, as cameras read it best."""

import io

import segno

_BORDER = 4
"""Modules of white around it, as the standard asks for."""


def qr_svg(text: str) -> str:
    """An SVG document that scales; it has no size of its own."""
    out = io.BytesIO()
    _code(text).save(out, kind="svg", border=_BORDER, omitsize=True, xmldecl=False, light="#fff", dark="#000")
    return out.getvalue().decode("utf-8").strip()


def qr_png(text: str, *, pixels: int) -> bytes:
    """A picture that is about as wide, and no smaller; each module is a whole number of pixels."""
    code = _code(text)
    modules = code.symbol_size(border=_BORDER)[0]
    out = io.BytesIO()
    code.save(out, kind="png", border=_BORDER, scale=-(-pixels // modules), light="#fff", dark="#000")
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    """Readable with a seventh of it dirty or torn (level M)."""
    return segno.make_qr(text, error="m", boost_error=False)
