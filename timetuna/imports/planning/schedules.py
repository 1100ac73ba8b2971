"""Which hours would be made of hours there."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, ngettext

from timetuna.availability.interval import merge
from timetuna.imports.digests import outside_digest
from timetuna.imports.facts import Facts, KnownItem
from timetuna.imports.planning.rows import ItemKind, NewSchedule, Plan, PlannedRow, Verdict, key_of
from timetuna.l10n.datetimes import zone_name
from timetuna.lib.text import find_zone, single_line
from timetuna.pages.actions.create_schedule import MOST
from timetuna.providers.bundle import Bundle, OutsideSchedule

NAME_LENGTH, MOST_DATES = 80, 400
_DAY = 1_440


def plan_schedules(plan: Plan, bundle: Bundle, facts: Facts, *, label: str) -> None:
    """label: what people call the product."""
    names, count = set(facts.schedules), len(facts.schedules)
    for one in bundle.schedules:
        key = key_of(ItemKind.SCHEDULE, bundle.product, one.id)
        known = facts.items.get((ItemKind.SCHEDULE, one.id))
        if known and known.now:
            plan.rows.append(_known_row(key, one, known, label))
            continue
        made, reasons = _made(one, facts, names, label)
        full = count >= MOST
        if full:
            reasons = [
                gettext("You have %(most)s schedules, which is as many as there can be.") % {"most": MOST}
            ]
        elif known:
            reasons.append(
                gettext("You have deleted it here since it was taken over; tick it to have it again.")
            )
        plan.rows.append(
            PlannedRow(
                key=key,
                kind=ItemKind.SCHEDULE,
                title=made.name,
                text=_in_words(made),
                verdict=Verdict.CANNOT if full else Verdict.DIFFERS if reasons else Verdict.MAKE,
                reasons=tuple(reasons),
                takes=not full,
                ticked=not full and not known,
            )
        )
        if not full:
            plan.schedules[key] = made
            names.add(made.name)
            count += 1


def _known_row(key: str, one: OutsideSchedule, known: KnownItem, label: str) -> PlannedRow:
    return PlannedRow(
        key=key,
        kind=ItemKind.SCHEDULE,
        title=single_line(one.name, max_length=NAME_LENGTH) or gettext("Hours"),
        verdict=Verdict.CHANGED if (why := changes(known, outside_digest(one), label)) else Verdict.THERE,
        reasons=why,
        takes=False,
        ticked=False,
    )


def changes(known: KnownItem, outside: str, label: str) -> tuple[str, ...]:
    """What was changed since it was taken over, in a sentence; nothing where nothing was."""
    there, here = known.outside_digest != outside, known.own_digest != known.now
    if there and here:
        return (
            gettext("It was changed at %(label)s and here since. Yours stays as it is.") % {"label": label},
        )
    if there:
        return (
            gettext("It was changed at %(label)s since. What is here stays as it is.") % {"label": label},
        )
    return (gettext("You have changed it here since. It stays as it is."),) if here else ()


def _made(one: OutsideSchedule, facts: Facts, names: set[str], label: str) -> tuple[NewSchedule, list[str]]:
    reasons: list[str] = []
    zone = find_zone(one.time_zone)
    if zone is None:
        said = (
            gettext(
                "“%(zone)s” is no time zone that TimeTuna knows, so its hours are meant in yours, %(own)s."
            )
            if one.time_zone
            else gettext("It has no time zone, so its hours are meant in yours, %(own)s.")
        )
        reasons.append(said % {"zone": one.time_zone, "own": zone_name(facts.zone)})
    weekly = tuple(
        (day, *span)
        for day in range(7)
        for span in merge(
            (start, end) for on, start, end in one.weekly if on == day and 0 <= start < end <= _DAY
        )
    )
    dates = _dates(one, facts.today())
    if len(dates) > MOST_DATES:
        reasons.append(
            gettext("Of its single dates the first %(most)s are taken over.") % {"most": MOST_DATES}
        )
    if not weekly:
        reasons.append(gettext("It has no weekly hours."))
    made = NewSchedule(
        outside=one.id,
        digest=outside_digest(one),
        name=_name(one, names, label),
        zone=(zone or facts.zone).key,
        weekly=weekly,
        dates=dict(sorted(dates.items())[:MOST_DATES]),
    )
    return made, reasons


def _dates(one: OutsideSchedule, today: date) -> dict[date, tuple[tuple[int, int], ...]]:
    """Those that are not over."""
    found = {date.fromisoformat(day): tuple(merge(spans)) for day, spans in one.dates}
    return {day: spans for day, spans in found.items() if day >= today}


def _name(one: OutsideSchedule, names: set[str], label: str) -> str:
    """Another one than those there are."""
    name = single_line(one.name, max_length=NAME_LENGTH) or gettext("Hours from %(label)s") % {"label": label}
    if name not in names:
        return name
    base = single_line(name, max_length=NAME_LENGTH - len(label) - 9)
    found, number = f"{base} ({label})", 1
    while found in names:
        number += 1
        found = f"{base} ({label} {number})"
    return found


def _in_words(made: NewSchedule) -> str:
    """As in "Mon to Fri, 2 dates with other hours, Europe/Berlin"."""
    days = sorted({day for day, _, _ in made.weekly})
    if days and days == list(range(days[0], days[-1] + 1)) and len(days) > 2:  # noqa: PLR2004
        named = gettext("%(day)s to %(last_day)s") % {
            "day": WEEKDAYS_ABBR[days[0]],
            "last_day": WEEKDAYS_ABBR[days[-1]],
        }
    else:
        named = ", ".join(str(WEEKDAYS_ABBR[day]) for day in days) or gettext("No days")
    count = len(made.dates)
    said = ngettext("%(count)d date with other hours", "%(count)d dates with other hours", count)
    dates = [said % {"count": count}] if count else []
    return ", ".join([named, *dates, zone_name(ZoneInfo(made.zone))])
