"""A page's logo, and the card that other programs show beside a link to it, as pictures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.lib.card import draw
from timetuna.pages.models import BookingPage, PageLogo
from timetuna.pages.public import card_of
from timetuna.pages.queries import look_of
from timetuna.web.csp import NOTHING, policy

_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@policy(NOTHING)
def logo(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    row = PageLogo.objects.filter(page=page_id, page__logo_version=version).first()
    if row is None:
        raise Http404
    return _kept(HttpResponse(bytes(row.image), content_type="image/png"))


@require_safe
@policy(NOTHING)
def card(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    """Of listed pages only, and only as they are now: whoever knows no address draws nothing."""
    listed = BookingPage.objects.filter(pk=page_id, listed=True, host__is_active=True)
    page = listed.select_related("host", "team").first()
    if page is None:
        raise Http404
    found = card_of(page.title, page.team.name if page.team else page.host.name, look_of(page))
    if found.version() != version:
        raise Http404
    drawn = draw(found.title, found.name, color=found.color, text_color=found.text_color)
    return _kept(HttpResponse(drawn, content_type="image/png"))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _FOR_EVER
    return response
