"""Times that are kept while a guest fills in the form."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from timetuna.bookings.actions.hold import hold, refuse_if_taken, release
from timetuna.bookings.slots.availability import SlotQuery


# Sent while the page is being left, when no header can be set; the token is the authority.
@csrf_exempt
@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    """Give a time back. The answer never tells whether there was one."""
    release(request.POST.get("hold", ""), now=timezone.now())
    return HttpResponse(status=204)


def hold_for_form(request: HttpRequest, query: SlotQuery, *, start_minute: int) -> str:
    """Keep the time for the form that is being opened; return its token, or "". Raises SlotTaken if it is not free.

    Nothing is kept for a browser that only looks ahead, or that another site's page made ask for a picture or a
    frame: nobody has picked the time.
    """
    if request.method == "GET" and _is_visit(request) and not _looks_ahead(request):
        return hold(query, start_minute=start_minute) or ""
    refuse_if_taken(query, start_minute=start_minute)
    return ""


def _is_visit(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _looks_ahead(request: HttpRequest) -> bool:
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in said for word in ("prefetch", "preview", "prerender"))
