"""How often one host may have this server ask others: what is typed here is dialled on their behalf."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest

TOO_OFTEN = "That was too often. Nothing was tried; please wait a few minutes and try again."


def within_limit(request: HttpRequest, action: str) -> bool:
    """Count one try of the signed-in host, by the limits in the settings (`ACCOUNT_RATE_LIMITS`); False beyond them."""
    return bool(consume(request, action=action, key=str(request.user.pk)))
