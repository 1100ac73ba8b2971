"""Pictures of pages and hosts, each at an address that changes with it, and the cards that stand beside links."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.accounts.models import Photo
from timetuna.lib.card import draw
from timetuna.pages.models import PageBackground, PageLogo
from timetuna.pages.public import card_of
from timetuna.pages.queries import listed_page, look_of
from timetuna.web.csp import NOTHING, policy

_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@policy(NOTHING)
def logo(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    return _kept(PageLogo.objects.filter(page=page_id, page__logo_version=version).first(), "image/png")


@require_safe
@policy(NOTHING)
def background(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    row = PageBackground.objects.filter(page=page_id, page__background_version=version).first()
    return _kept(row, "image/jpeg")


@require_safe
@policy(NOTHING)
def photo(_request: HttpRequest, host_id: int, version: str) -> HttpResponse:
    return _kept(Photo.objects.filter(user=host_id, user__photo_version=version).first(), "image/jpeg")


def _kept(row: PageLogo | PageBackground | Photo | None, kind: str) -> HttpResponse:
    if row is None:
        raise Http404
    return _immutable(bytes(row.image), kind)


@require_safe
@policy(NOTHING)
def card(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    """Of listed pages only, and only as they are now: whoever knows no address draws nothing."""
    page = listed_page(page_id)
    if page is None:
        raise Http404
    found = card_of(page.title, page.team.name if page.team else page.host.name, look_of(page))
    if found.version() != version:
        raise Http404
    return _immutable(
        draw(found.title, found.name, color=found.color, text_color=found.text_color), "image/png"
    )


def _immutable(picture: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(picture, content_type=kind)
    response["Cache-Control"] = _FOR_EVER
    return response
