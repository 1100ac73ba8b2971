"""The page on which a person looks at the calendars, adds and deletes events, and withdraws the consent."""

import html
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.base import pages
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.microsoft import events, state, times
from sandbox.microsoft.access import RefusedError
from sandbox.microsoft.paths import PAGE
from sandbox.microsoft.state import Calendar, Event

Json = dict[str, Any]
_YEARS = timedelta(days=3650)
_MOST = 60  # occurrences of a series
_LINE_END, _TAG = re.compile("<br>|</p>|</div>", re.IGNORECASE), re.compile("<[^>]+>")
_SPACES = re.compile(r"\s*\n\s*")


def answer(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Show the page, or do what a button of it says."""
    if request.method != "POST":
        return _show(world)
    form = request.form()
    do = {"add": _add, "delete": _delete, "revoke": _revoke}.get(request.path.rpartition("/")[2])
    problem = do(world, form) if do else "There is no such button."
    return _show(world, problem=problem, typed=form) if problem else Response.redirect(PAGE)


def _show(world: World, *, problem: str = "", typed: dict[str, str] | None = None) -> Response:
    data = state.of(world)
    rows = [
        {
            "account": account,
            "granted": any(one.account == account.key and not one.revoked for one in data.grants),
            "calendars": [_calendar(world, one) for one in data.calendars if one.account == account.key],
        }
        for account in data.accounts
    ]
    return pages.page(
        world, "microsoft/calendar.html", title="Outlook", rows=rows, problem=problem, typed=typed or {}
    )


def _calendar(world: World, calendar: Calendar) -> Json:
    found: list[Json] = []
    until = datetime.fromtimestamp(world.store.now(), UTC) + _YEARS
    for event in state.of(world).events:
        if event.calendar == calendar.id and event.alive:
            rows = islice(times.instances(event.body, calendar.time_zone, until=until), _MOST)
            found += [_event(event, body, calendar) for body in rows]
    return {"calendar": calendar, "events": sorted(found, key=lambda row: str(row["when"]))}


def _event(event: Event, body: Json, calendar: Calendar) -> Json:
    zone = ZoneInfo(calendar.time_zone)
    start, end = (at.astimezone(zone) for at in times.span(body, calendar.time_zone))
    words = html.unescape(_TAG.sub("", _LINE_END.sub("\n", body["body"]["content"])))
    return {
        "id": event.id,
        "when": _when(start, end, all_day=body["isAllDay"]),
        "subject": body["subject"] or "(No title)",
        "location": body["location"]["displayName"],
        "description": _SPACES.sub("\n", words).strip(),
        "link": (body["onlineMeeting"] or {}).get("joinUrl", ""),
        "shown": body["showAs"],
        "by_app": event.by_app,
    }


def _when(start: datetime, end: datetime, *, all_day: bool) -> str:
    """Return when an event is in the zone of its ends, whose beginning sorts."""
    if not all_day:
        later = "" if start.date() == end.date() else f" ({end:%Y-%m-%d})"
        return f"{start:%Y-%m-%d %H:%M}\u2013{end:%H:%M}{later}"
    last = end - timedelta(days=1)
    days = "" if last.date() <= start.date() else f"\u2013{last:%Y-%m-%d}"
    return f"{start:%Y-%m-%d}{days}, all day"


def _add(world: World, form: dict[str, str]) -> str:
    account, _, name = form.get("calendar", "").partition(" ")
    calendar = state.of(world).calendar(account, name)
    if calendar is None or not calendar.can_edit:
        return "There is no such calendar."
    body = {
        "subject": form.get("subject") or "Busy",
        "start": {"dateTime": form.get("start", ""), "timeZone": calendar.time_zone},
        "end": {"dateTime": form.get("end", ""), "timeZone": calendar.time_zone},
        "showAs": form.get("shown") or "busy",
    }
    try:
        events.add(world, calendar, body)
    except RefusedError:
        return "The event needs a start and an end after it."
    return ""


def _delete(world: World, form: dict[str, str]) -> str:
    found = state.of(world).event(form.get("account", ""), form.get("event", ""))
    if found is None:
        return "There is no such event."
    events.cancel(world, found)
    return ""


def _revoke(world: World, form: dict[str, str]) -> str:
    account = state.of(world).account(form.get("account", ""))
    for grant in state.of(world).grants:
        grant.revoked = grant.revoked or (account is not None and grant.account == account.key)
    return ""
