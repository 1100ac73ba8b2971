"""What guests have paid to somebody, by currency."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext, ngettext

from timetuna.availability.hours import day_start
from timetuna.availability.interval import moment_of
from timetuna.bookings.models import BookingHost
from timetuna.insights.models import DayFigure
from timetuna.insights.period import DayRange
from timetuna.insights.permissions import Scope
from timetuna.insights.report.report import Figure
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.l10n.money import in_words
from timetuna.payments.models import TAKEN, Payment

_TOTAL = F("amount") + F("tax")
_LOST = Payment.State.LOST


def revenue_of(scope: Scope, period: DayRange, clock: DayFigure.Clock, *, zone: str) -> Iterator[Figure]:
    """A figure for each currency in which anything was paid to whoever reads it, and to nobody else. One query.

    zone: whose days are counted.
    """
    column = "booking__created_at" if clock is DayFigure.Clock.MADE else "booking__start_at"
    days = (period.first, period.after().first)
    begins, ends = (moment_of(day_start(day, zone=zone_or_utc(zone))) for day in days)
    found = _asked_for(scope).filter(**{f"{column}__gte": begins, f"{column}__lt": ends})
    sums = found.values("currency").annotate(
        count=Count("pk"),
        taken=Sum(_TOTAL),
        back=Sum("refunded"),
        lost=Sum(_TOTAL - F("refunded"), filter=Q(state=_LOST), default=0),
    )
    for row in sums.order_by("currency"):
        yield _figure(row["currency"], row["count"], row["taken"], row["back"] + row["lost"])


def _asked_for(scope: Scope) -> QuerySet[Payment]:
    found = Payment.objects.filter(payee=scope.user, state__in=[*TAKEN, _LOST])
    if scope.page:
        found = found.filter(booking__page=scope.page)
    if scope.team:
        found = found.filter(booking__page__in=scope.of_team[scope.team])
    if scope.host:
        hosting = BookingHost.objects.filter(booking=OuterRef("booking"), host=scope.host)
        found = found.filter(Exists(hosting))
    return found


def _figure(currency: str, count: int, total: int, back: int) -> Figure:
    text = ngettext(
        "What guests paid to you for %(count)d booking, with taxes.",
        "What guests paid to you for %(count)d bookings, with taxes.",
        count,
    ) % {"count": count}
    if back:
        went = gettext("%(amount)s has gone back, and is not in it.") % {"amount": in_words(back, currency)}
        text = f"{text} {went}"
    return Figure(name="", label=gettext("Revenue"), value=in_words(total - back, currency), text=text)
