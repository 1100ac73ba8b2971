"""The banner about calendars in trouble, for the shell of hosts' pages."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.calendars.incidents import banners

register = template.Library()


@register.inclusion_tag("calendars/banners.html", takes_context=True)
def calendar_banners(context: RequestContext) -> dict[str, Any]:
    """Show it to the host who is signed in; on Connected providers the rows themselves say it."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if (
        request is None
        or not isinstance(user, User)
        or request.path.startswith(reverse("settings_providers"))
    ):
        return {"banners": []}
    return {"banners": banners(user.pk, now=timezone.now())}
