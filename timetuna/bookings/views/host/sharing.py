"""The tab Share of a page's editor: its address, the QR code of it, and a line for a signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.lib.qr import qr_png, qr_svg
from timetuna.pages.calendar_impact import Silence
from timetuna.pages.missing_hosts import Shortage
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, page_or_404, rights_on
from timetuna.pages.public import PublicPage
from timetuna.pages.views.editor import shell_of
from timetuna.web.forms import Screen, TabLink, private, show

PIXELS = 1_000
_PARTS = (
    (gettext_lazy("Address"), "share", Action.SEE),
    (gettext_lazy("Personal links"), "share_links", Action.EDIT),
    (gettext_lazy("Times for a mail"), "share_times", Action.SEE),
    (gettext_lazy("Website"), "share_website", Action.SEE),
)


@dataclass(frozen=True, slots=True)
class ShareScreen(Screen):
    """parts: of the tab.  The others: see `EditorScreen`."""

    page: PublicPage
    warnings: list[str]
    silence: Silence | None
    missed: list[Shortage]
    tabs: list[TabLink]
    tab: str
    editable: bool
    parts: Sequence[TabLink]


@dataclass(frozen=True, slots=True)
class AddressToShareScreen(ShareScreen):
    """qr: an SVG.  signature: as it looks, and as HTML to paste.  may_edit: whether they may change the page."""

    template = "bookings/share.html"
    may_edit: bool
    qr: str
    signature: str
    signature_html: str


def parts_of(request: HttpRequest, page: BookingPage, *, current: str) -> dict[str, Any]:
    """What stands around each part, by the fields of its screen. current: the name of its address."""
    rights = rights_on(page, signed_in(request))
    parts = [
        TabLink(str(label), reverse(name, args=[page.pk]), name == current)
        for label, name, right in _PARTS
        if right in rights
    ]
    shell = shell_of(request, page, rights, current="share")
    return shell | {"tab": "share", "editable": True, "parts": parts}


@require_safe
@login_required
def share(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id, to=Action.SEE)
    words = gettext("Book a time with me")
    screen = AddressToShareScreen(
        **parts_of(request, page, current="share"),
        may_edit=Action.EDIT in rights_on(page, signed_in(request)),
        qr=qr_svg(page.address()),
        signature=words,
        signature_html=format_html('<a href="{}">{}</a>', page.address(), words),
    )
    return show(request, screen)


@require_safe
@login_required
def qr_code(request: HttpRequest, page_id: int, kind: str) -> HttpResponse:
    """As a file to print: a drawing that scales, or a picture."""
    page = page_or_404(request, page_id, to=Action.SEE)
    if kind == "svg":
        answer = HttpResponse(qr_svg(page.address()), content_type="image/svg+xml")
    elif kind == "png":
        answer = HttpResponse(qr_png(page.address(), pixels=PIXELS), content_type="image/png")
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{page.slug}-qr.{kind}"'
    return private(answer)
