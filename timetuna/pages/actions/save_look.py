"""Saves the editor's tab Look."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from timetuna.lib.signing import fingerprint
from timetuna.pages.models import BookingPage, PageLogo

_VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTab:
    """color: "#rrggbb" or "".  logo: a new one as PNG; None keeps what there is, b"" takes it away."""

    color: str
    logo: bytes | None = None


def save_look(page: BookingPage, tab: LookTab) -> None:
    """Store colour and logo."""
    with transaction.atomic():
        rows = BookingPage.objects.filter(pk=page.pk)
        rows.update(brand_color=tab.color, updated_at=timezone.now())
        if tab.logo is None:
            return
        PageLogo.objects.filter(page=page).delete()
        version = ""
        if tab.logo:
            PageLogo.objects.create(page=page, image=tab.logo)
            version = fingerprint(tab.logo.hex())[:_VERSION_LENGTH]
        rows.update(logo_version=version)
