"""What every template may use."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from timetuna.mail import is_set_up
from timetuna.web.language import switch


def product(request: HttpRequest) -> dict[str, Any]:
    """The base address, whether sign-up is open, where the sandbox is ("" outside a demo), and the languages."""
    return {
        "base_url": settings.BASE_URL,
        "signup_open": settings.SIGNUP_OPEN,
        "sandbox_url": settings.SANDBOX_URL,
        "mail_goes_to_sandbox": bool(settings.SANDBOX_URL),
        "no_mail_server": not is_set_up(),
        "languages": partial(switch, request),  # called by the template that shows them
    }
