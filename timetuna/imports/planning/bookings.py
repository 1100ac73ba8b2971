"""Which bookings there would take time here."""

from django.utils.translation import gettext

from timetuna.availability.interval import minute_of, moment_of
from timetuna.imports.facts import Facts, KnownShadow
from timetuna.imports.models import BusyShadow
from timetuna.imports.planning.rows import ItemKind, NewShadow, Plan, PlannedRow, Verdict, key_of
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line
from timetuna.providers.bundle import Bundle, OutsideBooking

OFFERED = 500
"""Of bookings that are not here yet, at one go: a form has only so many fields."""
_LONGEST = 14 * 1_440


def plan_bookings(plan: Plan, bundle: Bundle, facts: Facts, *, label: str) -> None:
    """After the pages. What is over is left out without a word."""
    now, new = minute_of(facts.now), 0
    coming = [one for one in bundle.bookings if one.start_minute + one.minutes > now]
    for one in sorted(coming, key=lambda booking: (booking.start_minute, booking.id)):
        key, known = key_of(ItemKind.BOOKING, bundle.product, one.id), facts.shadows.get(one.id)
        if known is not None:
            _plan_known(plan, key, one, known, facts, label)
            continue
        new += 1
        if new <= OFFERED:
            _plan_new(plan, key, one, facts)


def left_over(plan: Plan, bundle: Bundle, facts: Facts) -> int:
    """How many are not offered this time."""
    now = minute_of(facts.now)
    coming = sum(one.start_minute + one.minutes > now for one in bundle.bookings)
    return coming - len(plan.of(ItemKind.BOOKING))


def _plan_new(plan: Plan, key: str, one: OutsideBooking, facts: Facts) -> None:
    if one.minutes > _LONGEST:
        plan.rows.append(_row(key, one, facts, Verdict.CANNOT, (gettext("It takes longer than two weeks."),)))
        return
    plan.rows.append(_row(key, one, facts, Verdict.MAKE, takes=True))
    plan.shadows[key] = _shadow(plan, one, facts)


def _plan_known(
    plan: Plan, key: str, one: OutsideBooking, known: KnownShadow, facts: Facts, label: str
) -> None:
    """One that was moved there can be followed, if the host says so."""
    if known.state != BusyShadow.State.BUSY:
        done = (
            gettext("You have moved it here.")
            if known.state == BusyShadow.State.MOVED
            else gettext("You have freed its time here.")
        )
        plan.rows.append(_row(key, one, facts, Verdict.THERE, (done,)))
    elif (known.start_minute, known.minutes) == (one.start_minute, one.minutes):
        plan.rows.append(_row(key, one, facts, Verdict.THERE))
    else:
        before = datetimes.short_when(moment_of(known.start_minute), zone=facts.zone)
        why = gettext(
            "It was moved at %(label)s; here %(before)s is taken. Tick it to take the new time instead."
        ) % {"label": label, "before": before}
        plan.rows.append(_row(key, one, facts, Verdict.CHANGED, (why,), takes=True, ticked=False))
        plan.shadows[key] = _shadow(plan, one, facts)


def _shadow(plan: Plan, one: OutsideBooking, facts: Facts) -> NewShadow:
    page = key_of(ItemKind.PAGE, facts.product, one.page)
    known = facts.items.get((ItemKind.PAGE, one.page))
    return NewShadow(
        booking=one,
        page=page if page in plan.pages else "",
        page_id=known.object_id if known and known.now else None,
    )


def _row(
    key: str,
    one: OutsideBooking,
    facts: Facts,
    verdict: Verdict,
    reasons: tuple[str, ...] = (),
    **ticks: bool,
) -> PlannedRow:
    guest = single_line(one.guest.name or one.guest.email, max_length=60)
    named = single_line(one.title, max_length=80) or gettext("A booking")
    when = f"{datetimes.short_when(moment_of(one.start_minute), zone=facts.zone)}, {datetimes.length(one.minutes)}"
    return PlannedRow(
        key=key,
        kind=ItemKind.BOOKING,
        title=gettext("%(title)s with %(guest)s") % {"title": named, "guest": guest} if guest else named,
        text=when,
        verdict=verdict,
        reasons=reasons,
        takes=ticks.get("takes", False),
        ticked=ticks.get("ticked", ticks.get("takes", False)),
    )
