"""How often one host may have this server ask others: what is typed here is dialled on their behalf."""

from django.http import HttpRequest
from django.utils.translation import gettext

from timetuna.accounts.permissions import signed_in
from timetuna.rate_limits.limits import Limit, spend, wait_in_words

CONNECTING = Limit("connect-provider", (30, 600))
LOGGING_IN = Limit("connect-by-form", (20, 600), (100, 86_400), strict=True)
READING = Limit("read-calendars", (20, 60))


def refusal(request: HttpRequest, limit: Limit) -> str:
    """Count one try of the signed-in host; beyond the limit return a sentence that says so, else ""."""
    seconds = spend(limit, str(signed_in(request).pk))
    if not seconds:
        return ""
    text = gettext("Too many attempts. Nothing was tried; wait %(wait)s and try again.")
    return text % {"wait": wait_in_words(seconds)}
