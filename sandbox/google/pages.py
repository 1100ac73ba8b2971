"""The page on which a person looks at the calendars, adds and deletes events, and withdraws the consent."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.base import pages
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import events, state, times
from sandbox.google.access import RefusedError
from sandbox.google.state import Account, Calendar

Json = dict[str, Any]
PAGE = "/google/calendar"
_YEARS = timedelta(days=3650)
_MOST = 60  # events of a series


def answer(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Show the page, or do what a button of it says."""
    if request.method != "POST":
        return _show(world)
    form = request.form()
    problem = {"add": _add, "delete": _delete, "revoke": _revoke}[request.path.rpartition("/")[2]](
        world, form
    )
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
        world, "google/calendar.html", title="Google Calendar", rows=rows, problem=problem, typed=typed or {}
    )


def _calendar(world: World, calendar: Calendar) -> Json:
    found = []
    until = datetime.fromtimestamp(world.store.now(), UTC) + _YEARS
    for event in state.of(world).events:
        if event.calendar == calendar.id and event.alive:
            rows = islice(times.instances(event.body, calendar.time_zone, until=until), _MOST)
            found += [_event(body, calendar, by_app=event.by_app, reference=event.id) for body in rows]
    return {"calendar": calendar, "events": sorted(found, key=lambda row: str(row["when"]))}


def _event(body: Json, calendar: Calendar, *, by_app: bool, reference: str) -> Json:
    zone = ZoneInfo(calendar.time_zone)
    start, end = (at.astimezone(zone) for at in times.span(body, calendar.time_zone))
    return {
        "id": reference,
        "when": _when(start, end, all_day="date" in body["start"]),
        "summary": body.get("summary", "(No title)"),
        "location": body.get("location", ""),
        "description": body.get("description", ""),
        "link": body.get("hangoutLink", ""),
        "guests": [guest.get("email", "") for guest in body.get("attendees", [])],
        "free": body.get("transparency") == "transparent",
        "tentative": body.get("status") == "tentative",
        "by_app": by_app,
    }


def _when(start: datetime, end: datetime, *, all_day: bool) -> str:
    """Return when an event is in the zone of its ends, whose beginning sorts."""
    if not all_day:
        return f"{start:%Y-%m-%d %H:%M}\u2013{end:%H:%M}" + (
            "" if start.date() == end.date() else f" ({end:%Y-%m-%d})"
        )
    last = end - timedelta(days=1)
    return (
        f"{start:%Y-%m-%d}" + ("" if last.date() <= start.date() else f"\u2013{last:%Y-%m-%d}") + ", all day"
    )


def _add(world: World, form: dict[str, str]) -> str:
    account, _, name = form.get("calendar", "").partition(" ")
    calendar = state.of(world).calendar(account, name)
    if calendar is None:
        return "There is no such calendar."
    zone = calendar.time_zone
    body = {
        "summary": form.get("summary") or "Busy",
        "start": {"dateTime": form.get("start", ""), "timeZone": zone},
        "end": {"dateTime": form.get("end", ""), "timeZone": zone},
        "transparency": "transparent" if form.get("free") else "opaque",
    }
    try:
        events.add(world, calendar, body)
    except RefusedError:
        return "The event needs a start and an end after it."
    return ""


def _delete(world: World, form: dict[str, str]) -> str:
    found = state.of(world).event(form.get("calendar", ""), form.get("event", ""))
    if found is None:
        return "There is no such event."
    events.cancel(world, found)
    return ""


def _revoke(world: World, form: dict[str, str]) -> str:
    account: Account | None = state.of(world).account(form.get("account", ""))
    for grant in state.of(world).grants:
        grant.revoked = grant.revoked or (account is not None and grant.account == account.key)
    return ""
