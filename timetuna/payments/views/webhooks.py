"""Calls of Stripe's: to the platform's address, and to the one of each account with a key of its own."""

import logging
from collections.abc import Iterable

from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from timetuna.payments.actions.receive import receive
from timetuna.payments.models import StripeAccount
from timetuna.payments.secrets import unsealed
from timetuna.providers.stripe.webhook import LARGEST_BODY, StripeCall, is_signed, read_call
from timetuna.stripe import stripe

log = logging.getLogger("timetuna.payments")
_BAD, _UNAUTHORIZED, _TOO_LARGE, _AWAY = 400, 401, 413, 503


@csrf_exempt
@require_POST
def platform(request: HttpRequest) -> HttpResponse:
    """Of all accounts that are connected by the operator's platform."""
    return _received(request, stripe().webhook_secrets, "")


@csrf_exempt
@require_POST
def own(request: HttpRequest, address: str) -> HttpResponse:
    """Of one account with a key of its own; whoever does not know its address finds nothing."""
    account = StripeAccount.objects.filter(address=address, kind=StripeAccount.Kind.OWN).first()
    if account is None:
        raise Http404
    return _received(request, (unsealed(account, "webhook_secret"),), account.stripe_id)


def _received(request: HttpRequest, secrets: Iterable[str], account: str) -> HttpResponse:
    """Verify over the raw bytes, note it, answer. Neither session nor sign-in; no detail to strangers.

    account: "" where the event says whose it is.
    """
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return JsonResponse({}, status=_TOO_LARGE)
    header = request.headers.get("Stripe-Signature", "")
    if not is_signed(body, header, secrets, now=timezone.now()):
        log.warning("webhook of Stripe refused: signature")
        return JsonResponse({}, status=_UNAUTHORIZED)
    call = read_call(body)
    if call is None:
        return JsonResponse({}, status=_BAD)
    return _noted(call, account or call.account)


def _noted(call: StripeCall, account: str) -> HttpResponse:
    if not account:  # of the platform itself, which is paid nothing
        return JsonResponse({})
    try:
        receive(call, account=account, now=timezone.now())
    except (DatabaseError, InterfaceError):
        log.exception("webhook of Stripe: the database did not answer")
        return JsonResponse({}, status=_AWAY)
    return JsonResponse({})
