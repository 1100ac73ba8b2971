"""Which booking page would be made of a page there, and who would be asked to host it too."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from timetuna.availability.hours import LONGEST_MEETING
from timetuna.imports.digests import outside_digest
from timetuna.imports.facts import Facts, KnownItem
from timetuna.imports.planning.places import made_kinds
from timetuna.imports.planning.questions import made_questions
from timetuna.imports.planning.rows import ItemKind, NewCohost, NewPage, Plan, PlannedRow, Verdict, key_of
from timetuna.imports.planning.schedules import changes
from timetuna.l10n.datetimes import length
from timetuna.lib.text import multi_line, single_line
from timetuna.pages.forms.fields import LONGEST_NOTICE_DAYS
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import LONGEST, from_title, numbered
from timetuna.providers.bundle import Bundle, OutsidePage

TITLE_LENGTH, DESCRIPTION_LENGTH = 120, 2_000
MOST_LENGTHS = 10
LONGEST_BUFFER, INCREMENTS, MOST_DAYS = 240, (5, 240), 365
_Horizon, _Staffing = BookingPage.Horizon, BookingPage.Staffing
_MOST_HOSTS = 50


def plan_pages(plan: Plan, bundle: Bundle, facts: Facts, *, label: str) -> None:
    """After the schedules. Addresses are given in order, whatever is ticked later, so that they stay as shown."""
    taken = set(facts.slugs)
    hours, own = _hours(plan, bundle, facts), frozenset({facts.email, bundle.owner.email})
    for one in bundle.pages:
        key = key_of(ItemKind.PAGE, bundle.product, one.id)
        known = facts.items.get((ItemKind.PAGE, one.id))
        if known and known.now:
            plan.rows.append(_known_row(key, one, known, label))
            continue
        reasons = [gettext(sentence) for sentence in one.lost]
        minutes = tuple(sorted(length for length in set(one.minutes) if 1 <= length <= LONGEST_MEETING))
        if not minutes:
            plan.rows.append(_impossible(key, one, gettext("It has no length that a meeting here can have.")))
            continue
        columns = _columns(one, facts, taken, reasons) | {"staffing": _staffing(one, own, reasons)}
        made = NewPage(
            outside=one.id,
            digest=outside_digest(one),
            columns=columns,
            minutes=_few(minutes, reasons),
            kinds=made_kinds(one.places, facts, reasons),
            questions=made_questions(one.questions, reasons),
            url=one.url,
            **hours.get(one.schedule, hours[""]),
        )
        plan.pages[key] = made
        plan.waiting |= {kind for kind, _ in made.kinds if kind in facts.known - facts.working}
        plan.rows.append(_row(key, one, made, reasons, known, facts))
        _plan_cohosts(plan, key, one, own=own, facts=facts)


def _hours(plan: Plan, bundle: Bundle, facts: Facts) -> dict[str, dict[str, Any]]:
    """By the id of hours there which of ours they are; "" is for pages that have the default."""
    found: dict[str, dict[str, Any]] = {"": {}}
    for one in bundle.schedules:
        key = key_of(ItemKind.SCHEDULE, bundle.product, one.id)
        known = facts.items.get((ItemKind.SCHEDULE, one.id))
        if known and known.now:
            found[one.id] = {"schedule_id": known.object_id}
        elif key in plan.schedules:
            found[one.id] = {"schedule": key}
        if one.is_default:
            found[""] = found.get(one.id, {})
    return found


def _known_row(key: str, one: OutsidePage, known: KnownItem, label: str) -> PlannedRow:
    why = changes(known, outside_digest(one), label)
    return PlannedRow(
        key=key,
        kind=ItemKind.PAGE,
        title=single_line(one.title, max_length=TITLE_LENGTH),
        verdict=Verdict.CHANGED if why else Verdict.THERE,
        reasons=why,
        takes=False,
        ticked=False,
    )


def _impossible(key: str, one: OutsidePage, why: str) -> PlannedRow:
    title = single_line(one.title, max_length=TITLE_LENGTH)
    return PlannedRow(
        key=key,
        kind=ItemKind.PAGE,
        title=title,
        verdict=Verdict.CANNOT,
        reasons=(why,),
        takes=False,
        ticked=False,
    )


def _row(
    key: str, one: OutsidePage, made: NewPage, reasons: list[str], known: KnownItem | None, facts: Facts
) -> PlannedRow:
    """Unticked where what is here would do something else than its host expects."""
    if one.seats > 1:
        reasons.append(gettext("Several guests share one time there; here each time is one guest’s."))
    if not one.active:
        reasons.append(gettext("It is switched off there; here anyone with its address could book it."))
    if known:
        reasons.append(gettext("You have deleted it here since it was taken over; tick it to have it again."))
    lengths = ", ".join(length(minutes) for minutes in made.minutes)
    ways = ", ".join(str(meeting_kind(kind).title) for kind, _ in made.kinds)
    asks = ngettext("%(count)d question", "%(count)d questions", len(made.questions)) % {
        "count": len(made.questions)
    }
    listed = "" if made.columns["listed"] else gettext("not listed")
    parts = (f"/{facts.handle}/{made.columns['slug']}", lengths, ways, asks if made.questions else "", listed)
    return PlannedRow(
        key=key,
        kind=ItemKind.PAGE,
        title=str(made.columns["title"]),
        text=" · ".join(filter(None, parts)),
        verdict=Verdict.DIFFERS if reasons else Verdict.MAKE,
        reasons=tuple(dict.fromkeys(reasons)),
        ticked=one.seats == 1 and one.active and not known,
    )


def _columns(one: OutsidePage, facts: Facts, taken: set[str], reasons: list[str]) -> dict[str, Any]:
    title = single_line(one.title, max_length=TITLE_LENGTH)
    description = multi_line(one.description, max_length=DESCRIPTION_LENGTH)
    if title != one.title:
        reasons.append(gettext("Its title is cut to %(most)s characters.") % {"most": TITLE_LENGTH})
    if len(one.description) > DESCRIPTION_LENGTH:
        reasons.append(
            gettext("Its description is cut to %(most)s characters.")
            % {"most": number_format(DESCRIPTION_LENGTH, force_grouping=True)}
        )
    return {
        "title": title,
        "description": description,
        "slug": _slug(one, facts, taken, reasons),
        "listed": one.active and not one.secret,
        "approval": one.approval,
        **_rules(one, reasons),
        **_horizon(one, facts, reasons),
    }


def _slug(one: OutsidePage, facts: Facts, taken: set[str], reasons: list[str]) -> str:
    """As it is there, made of the letters that addresses have here."""
    wanted = from_title(one.slug or one.title)[:LONGEST]
    slug = numbered(wanted, taken)
    taken.add(slug)
    if slug != wanted:
        reasons.append(
            gettext("/%(handle)s/%(wanted)s is taken or was once used here, so it gets /%(handle)s/%(slug)s.")
            % {"handle": facts.handle, "wanted": wanted, "slug": slug}
        )
    elif one.slug and wanted != one.slug.lower():
        reasons.append(
            gettext("Its address “%(old)s” becomes “%(slug)s”.")
            % {"old": single_line(one.slug, max_length=40), "slug": slug}
        )
    return slug


def _few(minutes: tuple[int, ...], reasons: list[str]) -> tuple[int, ...]:
    if len(minutes) > MOST_LENGTHS:
        reasons.append(
            gettext("Of its %(count)s lengths the first %(most)s are taken over.")
            % {"count": len(minutes), "most": MOST_LENGTHS}
        )
    return minutes[:MOST_LENGTHS]


def _rules(one: OutsidePage, reasons: list[str]) -> dict[str, int]:
    """Those that are told there; the others are as new pages begin."""
    found: dict[str, int] = {}
    longest = LONGEST_NOTICE_DAYS * 1_440
    for column, name, told, least, most in (
        ("buffer_before_minutes", gettext("The buffer before it"), one.buffer_before, 0, LONGEST_BUFFER),
        ("buffer_after_minutes", gettext("The buffer after it"), one.buffer_after, 0, LONGEST_BUFFER),
        ("increment_minutes", gettext("The increment of its start times"), one.increment, *INCREMENTS),
        ("notice_minutes", gettext("The notice"), one.notice, 0, longest),
        ("most_guests", gettext("How many others a guest may bring"), one.most_guests, 0, 20),
    ):
        if told is None:
            continue
        found[column] = min(max(told, least), most)
        if found[column] != told:
            reasons.append(
                gettext("%(name)s is %(told)s there and %(here)s here.")
                % {"name": name, "told": told, "here": found[column]}
            )
    return found


def _horizon(one: OutsidePage, facts: Facts, reasons: list[str]) -> dict[str, Any]:
    if one.window_until:
        if one.window_until < facts.today().isoformat():
            reasons.append(gettext("The last day on which it can be booked is over."))
        return {"horizon_kind": _Horizon.DATE, "horizon_date": one.window_until}
    if one.window_days:
        if one.window_days > MOST_DAYS:
            reasons.append(
                gettext("Guests can book %(there)s days ahead there and %(here)s here.")
                % {"there": one.window_days, "here": MOST_DAYS}
            )
        return {"horizon_kind": _Horizon.ROLLING, "horizon_days": min(one.window_days, MOST_DAYS)}
    return {"horizon_kind": _Horizon.ENDLESS} if one.endless else {}


def _staffing(one: OutsidePage, own: frozenset[str], reasons: list[str]) -> str:
    others = [person for person in one.hosts if person.email not in own]
    if one.staffing == "solo" or not others:
        if one.staffing != "solo":
            reasons.append(
                gettext("Others host it with you there, and nobody says who: here you host it alone.")
            )
        return str(_Staffing.SOLO)
    return str(_Staffing.ALL if one.staffing == "all" else _Staffing.ANY)


def _plan_cohosts(plan: Plan, page: str, one: OutsidePage, *, own: frozenset[str], facts: Facts) -> None:
    """own: addresses of the host, there and here."""
    if one.staffing == "solo":
        return
    others = {person.email: person for person in one.hosts if person.email not in own}
    for number, (email, person) in enumerate(others.items()):
        key = key_of(ItemKind.PERSON, page, email)
        here = email in facts.people and number < _MOST_HOSTS - 1
        why = gettext(
            "No account here has this address. Invite them first, then ask them on the page’s tab Booking."
        )
        plan.rows.append(
            PlannedRow(
                key=key,
                kind=ItemKind.PERSON,
                title=single_line(person.name or email, max_length=100),
                text=gettext("%(email)s · is asked by mail to host “%(title)s” too")
                % {"email": email, "title": single_line(one.title, max_length=60)},
                verdict=Verdict.MAKE if here else Verdict.CANNOT,
                reasons=() if here else (why,),
                takes=here,
                ticked=here,
            )
        )
        if here:
            plan.cohosts[key] = NewCohost(page=page, email=email)
