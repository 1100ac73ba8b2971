"""A page's look as files: its colour as a style sheet, its logo as a picture."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.pages.models import BookingPage, PageLogo
from timetuna.web.csp import NOTHING, policy

_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@policy(NOTHING)
def style(_request: HttpRequest, page_id: int, color: str) -> HttpResponse:
    if not BookingPage.objects.filter(pk=page_id, brand_color=f"#{color}").exists():
        raise Http404
    return _kept(HttpResponse(f":root{{--accent:#{color}}}", content_type="text/css; charset=utf-8"))


@require_safe
@policy(NOTHING)
def logo(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    row = PageLogo.objects.filter(page=page_id, page__logo_version=version).first()
    if row is None:
        raise Http404
    return _kept(HttpResponse(bytes(row.image), content_type="image/png"))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _FOR_EVER
    return response
