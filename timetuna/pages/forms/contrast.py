"""How well a colour stands out from white (WCAG 2.2, contrast ratio), and the nearest one that does."""

from timetuna.web.style_sheets import linear, luminance

ENOUGH = 3.0
"""For what has to be seen rather than read, such as the shape of a button (success criterion 1.4.11)."""
_STEPS = 24


def on_white(color: str) -> float:
    """From 1 to 21."""
    return 1.05 / (luminance(color) + 0.05)


def nearest(color: str) -> str:
    """The same hue, as light as it can be and still stand out from white enough."""
    if on_white(color) >= ENOUGH:
        return color
    dark, light = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (dark + light) / 2
        if on_white(_scaled(color, middle)) >= ENOUGH:
            dark = middle
        else:
            light = middle
    return _scaled(color, dark)


def _scaled(color: str, by: float) -> str:
    return "#" + "".join(f"{int(_encoded(one * by)):02x}" for one in map(linear, bytes.fromhex(color[1:])))


def _encoded(one: float) -> float:
    return 255 * (12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055)  # noqa: PLR2004
