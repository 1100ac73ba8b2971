"""Calls that outside services make to us."""

import logging

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from timetuna.calendars.actions.deauthorize import deauthorize, present_of
from timetuna.calendars.queries import webhooks
from timetuna.calendars.views.settings import listing_or_404

log = logging.getLogger("timetuna.calendars")
LARGEST_BODY = 64 * 1024
_UNAUTHORIZED = 401
_ERRORS = 400


@csrf_exempt
@require_POST
def deauthorization(request: HttpRequest, provider: str) -> HttpResponse:
    """Verify over the raw bytes, delete in the request, answer. Neither session nor sign-in; no detail to strangers."""
    listing_or_404(provider)
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return JsonResponse({}, status=413)
    service = webhooks(provider)
    if service is None:  # without a secret nothing can be verified
        return JsonResponse({}, status=_UNAUTHORIZED)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        reply = service.read_webhook(body, headers, now=timezone.now())
        if reply.untimely:  # by our clock, which may be the one that is wrong
            reply = service.read_webhook(body, headers, now=present_of(provider))
        if reply.deauthorization is not None:
            deauthorize(reply.deauthorization, provider=provider)
    except (DatabaseError, InterfaceError):
        log.exception("webhook of %s: the database did not answer", provider)
        return JsonResponse({}, status=503)
    if reply.status >= _ERRORS:
        log.warning("webhook of %s refused with %s", provider, reply.status)
    return JsonResponse(reply.body, status=reply.status)
