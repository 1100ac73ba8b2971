"""What people answer to texts, as the service hands it on."""

import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from timetuna import texts
from timetuna.bookings.actions.reminders.hear_text import hear_text

log = logging.getLogger("timetuna.texts")
_LARGEST_BODY = 64 * 1024


@csrf_exempt
@require_POST
def inbound_text(request: HttpRequest, service: str) -> HttpResponse:
    """Believed only with the service's own signature, over our address as the world knows it."""
    answers = texts.answers_of(service)
    if answers is None:
        raise Http404
    body = request.read(_LARGEST_BODY + 1)
    if len(body) > _LARGEST_BODY:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = answers.read_inbound(body, headers, url=f"{settings.BASE_URL}{request.get_full_path()}")
    if found is None:
        log.warning("a text that %s is said to hand on was refused", service)
        return HttpResponse(status=403)
    try:
        hear_text(found, now=timezone.now())
    except (DatabaseError, InterfaceError):
        log.exception("a text: the database did not answer")
        return HttpResponse(status=503)
    received = answers.received
    return HttpResponse(received.body, content_type=received.content_type)
