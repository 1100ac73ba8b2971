"""Which domain was probably meant by one with a slip in it. Only the domain is sent; the name stays in the browser."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.lib.mail import likelier_address

_LONGEST, _KEPT_SECONDS = 100, 24 * 60 * 60


@require_safe
def mail_domain(request: HttpRequest) -> HttpResponse:
    """As plain text; nothing where there is nothing to ask."""
    domain = request.GET.get("domain", "")[:_LONGEST]
    meant = likelier_address(f"a@{domain}").rpartition("@")[2]
    return HttpResponse(
        meant,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": f"private, max-age={_KEPT_SECONDS}"},
    )
