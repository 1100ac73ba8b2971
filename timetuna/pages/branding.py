"""How a page looks: the host's colour and logo, and the addresses they are served at."""

from dataclasses import dataclass

from django.urls import reverse

from timetuna.pages.models import BookingPage

_BRIGHT = 0.179  # above this luminance black text can be read better than white (WCAG 2.2, contrast ratio)


@dataclass(frozen=True, slots=True)
class Branding:
    """color: "#rrggbb" or "".  style_path, logo_path: paths on this server; "" where there is nothing of the kind."""

    color: str = ""
    style_path: str = ""
    logo_path: str = ""

    def text_color(self) -> str:
        """Return black or white, whichever can be read on the colour; "" without a colour."""
        if not self.color:
            return ""
        return "#000000" if _luminance(self.color) > _BRIGHT else "#ffffff"


NO_LOOK = Branding()


def look_of(page: BookingPage | None) -> Branding:
    """Return the page's look. The addresses change with what is behind them, so that it may be kept for ever."""
    if page is None:
        return NO_LOOK
    return Branding(
        page.brand_color,
        reverse("page_style", args=[page.pk, page.brand_color[1:]]) if page.brand_color else "",
        reverse("page_logo", args=[page.pk, page.logo_version]) if page.logo_version else "",
    )


def _luminance(color: str) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
