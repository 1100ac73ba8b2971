"""What a host's pages want of calendars: how far ahead they ask, and how long they trust what was read."""

from datetime import timedelta

from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.calendars.hooks import LEAST_DAYS, MOST_DAYS, Wants
from timetuna.pages.models import BookingPage, HostRules, PageCalendar

ENDLESS_DAYS = 400
_Horizon = BookingPage.Horizon


def wants_of(host_id: int) -> Wants:
    """Return it for all pages together that a host takes part in, in four queries."""
    horizons = BookingPage.objects.filter(page_hosts__host=host_id).values_list(
        "horizon_kind", "horizon_days", "horizon_date"
    )
    today = timezone.now().date()
    days = [LEAST_DAYS]
    for kind, rolling, date in horizons:
        if kind == _Horizon.ENDLESS:
            days.append(ENDLESS_DAYS)
        else:
            days.append((date - today).days if kind == _Horizon.DATE and date else rolling)
    chosen = PageCalendar.objects.filter(page__host_id=host_id, page__own_calendars=True)
    return Wants(
        days=min(max(days), MOST_DAYS),
        patience=patience_of(host_id),
        chosen=frozenset(chosen.values_list("calendar_id", flat=True)),
        zone=User.objects.filter(pk=host_id).values_list("time_zone", flat=True).first() or "",
    )


def patience_of(host_id: int) -> timedelta:
    """Return how old the knowledge of a calendar may get before the host's pages offer nothing."""
    rules = HostRules.objects.filter(host_id=host_id).first() or HostRules()
    return timedelta(hours=rules.calendar_patience_hours)
