"""Tells whoever runs the server, once a day, that texts have stopped."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.models import User
from timetuna.accounts.notices import Notice
from timetuna.rate_limits.limits import Limit, spend

_ONCE = Limit("told that texts have stopped", (1, 86_400))


def tell_operator(now: datetime, *, broken: bool = False) -> None:
    """By mail: to who is marked as one (`is_superuser`), else to whose account is the oldest."""
    active = User.objects.filter(is_active=True).order_by("-is_superuser", "pk")
    operator = active.first()
    if operator is None or spend(_ONCE, f"{broken}"):
        return
    with translation.override(None), speaking_to(operator):
        send(_notice(now, broken=broken), to=operator.email)


def _notice(now: datetime, *, broken: bool) -> Notice:
    blanks = {"when": f"{now:%Y-%m-%d %H:%M} UTC", "site": settings.HOST}
    if broken:
        return Notice(
            subject=gettext_for_hosts("Texts cannot be sent from %(site)s") % blanks,
            lines=(
                gettext_for_hosts(
                    "The service for texts does not accept the settings of this server (%(when)s). Codes for phone "
                    "numbers go by email meanwhile, and reminders by text do not go."
                )
                % blanks,
                gettext_for_hosts(
                    "Look at its keys, its sender and its balance; “timetuna check” lists the settings."
                ),
            ),
        )
    return Notice(
        subject=gettext_for_hosts("Texts with codes have stopped at %(site)s") % blanks,
        lines=(
            gettext_for_hosts(
                "Of the codes that were texted in the last hour, fewer than one in five was typed (%(when)s). That is "
                "how it looks when somebody has texts sent to numbers that earn by them."
            )
            % blanks,
            gettext_for_hosts(
                "Texts now go only to numbers unlike those before; everybody else gets their code by email. It goes on "
                "by itself once codes are typed again. You get this email once a day."
            ),
        ),
    )
