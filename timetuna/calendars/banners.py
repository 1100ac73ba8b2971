"""What is said of calendars in trouble at the top of every page for hosts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst

from timetuna.calendars.incidents import Trouble, troubles
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import kinds_of_provider

_MOST_NAMED = 2
_MANY = "Pages on which they take time offer no times once what is known of them is too old."


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One account of which something cannot be read. link: where it is mended; action: what the link says."""

    title: str
    lines: tuple[str, ...]
    link: str
    action: str


def banners(host_id: int, *, now: datetime) -> list[Banner]:
    """Return what the host should know; one query where all is well."""
    wrong = Q(needs_reconnect=True) | Q(calendars__failing_since__isnull=False)
    if not CalendarAccount.objects.filter(wrong, host_id=host_id).exists():
        return []
    return [_banner(one, now) for one in troubles(host_id, now=now)]


def _not_offered(trouble: Trouble) -> list[str]:
    meetings = " or ".join(kinds_of_provider(trouble.account.provider))
    return [f"Until then, guests are not offered {meetings}."] if meetings else []


def _banner(trouble: Trouble, now: datetime) -> Banner:
    account = trouble.account
    who = account.email or account.display_name
    count = len(trouble.calendars)
    names = f"{count} calendars of {who}" if count > _MOST_NAMED else trouble.names()
    since = f" since {trouble.since()}" if count else ""
    lines = [_MANY] if count > 1 else trouble.lines(now=now)
    if count == 1:  # it is named in the title
        lines = [capfirst(lines[0].removeprefix(f"{names}: "))]
    if not count:
        lines = [account.needs_reconnect_reason, *_not_offered(trouble)]
    ended = f"{trouble.label} ({who}) has to be connected again."
    return Banner(
        title=f"{names} cannot be read{since}." if count else ended,
        lines=tuple(lines),
        link=f"{reverse('settings_providers')}#{account.provider}-{account.pk}",
        action=trouble.action,
    )
