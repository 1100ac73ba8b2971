"""A page's logo as a picture."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.pages.models import PageLogo
from timetuna.web.csp import NOTHING, policy

_FOR_EVER = "public, max-age=31536000, immutable"


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
