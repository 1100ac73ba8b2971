"""What tests may ask of the stand-in, below /_control/google/."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sandbox.base.world import World
from sandbox.google import events, state
from sandbox.google.access import RefusedError
from sandbox.google.state import Calendar

Json = dict[str, Any]


def everything(world: World, _: Json) -> Json:
    """Return all but tokens and secrets."""
    with world.store.lock:
        return state.shown(state.of(world))


def decide(world: World, wishes: Json) -> Json:
    """Decide future consents: allow, deny or ask; `without` names scopes that are left unticked."""
    decision, account = wishes.get("decision", "ask"), state.of(world).account(wishes.get("account", "robin"))
    if decision not in {"ask", "allow", "deny"} or account is None:
        raise ValueError("decision is ask, allow or deny; account is one there is.")
    without = list(wishes.get("without", []))
    state.of(world).decision = {"decision": decision, "account": account.key, "without": without}
    return state.of(world).decision


def add_calendar(world: World, wishes: Json) -> Json:
    """Put a calendar into an account's list."""
    row: Json = {"account": "robin", "summary": "Calendar", "color": "#9fe1e7"} | wishes
    calendar = Calendar(**row)
    state.of(world).calendars.append(calendar)
    return asdict(calendar)


def change_calendar(world: World, wishes: Json) -> Json:
    """Change an entry of a calendar list."""
    calendar = _calendar(world, wishes)
    for name, value in wishes.items():
        if type(value) is not type(getattr(calendar, name, None)):
            raise ValueError(f"{name} cannot be set so.")
        setattr(calendar, name, value)
    return asdict(calendar)


def remove_calendar(world: World, wishes: Json) -> Json:
    """Take a calendar out of an account's list."""
    state.of(world).calendars.remove(_calendar(world, wishes))
    return {}


def add_event(world: World, wishes: Json) -> Json:
    """Put an event into a calendar, as its host would: `start` and `end` as moments or days, and any other field."""
    calendar = _calendar(world, wishes)
    body = {k: v for k, v in wishes.items() if k not in {"id", "account", "calendar", "start", "end", "zone"}}
    zone = wishes.get("zone") or calendar.time_zone
    ends = {name: _end(str(wishes[name]), zone) for name in ("start", "end")}
    try:
        with world.store.lock:
            return events.add(world, calendar, {"summary": "Busy"} | body | ends).body
    except RefusedError as problem:
        raise ValueError(problem.response.body.decode()) from problem


def remove_event(world: World, wishes: Json) -> Json:
    """Delete an event, as its host would."""
    calendar = _calendar(world, wishes)
    found = state.of(world).event(calendar.id, str(wishes["event"]))
    if found is None:
        raise ValueError("There is no such event.")
    with world.store.lock:
        events.cancel(world, found)
    return {}


def page_size(world: World, wishes: Json) -> Json:
    """Set how many rows a page of a list has at most."""
    state.of(world).page_size = int(wishes["size"])
    return {"size": state.of(world).page_size}


def note_disconnect(world: World, wishes: Json) -> Json:
    """From now on a use of this account's grants is a violation."""
    account = state.of(world).account(wishes.get("account", "robin"))
    for grant in state.of(world).grants:
        grant.disconnected = grant.disconnected or (account is not None and grant.account == account.key)
    return {}


def _calendar(world: World, wishes: Json) -> Calendar:
    name = wishes.get("calendar") or wishes.get("id") or "primary"
    found = state.of(world).calendar(wishes.get("account", "robin"), str(name))
    if found is None:
        raise ValueError("There is no such calendar.")
    return found


def _end(text: str, zone: str) -> Json:
    try:
        return {"date": date.fromisoformat(text).isoformat()}
    except ValueError:
        return {"dateTime": text, "timeZone": zone}


CONTROLS = {
    ("GET", "state"): everything,
    ("POST", "decide"): decide,
    ("POST", "calendar"): add_calendar,
    ("POST", "calendar/change"): change_calendar,
    ("POST", "calendar/remove"): remove_calendar,
    ("POST", "event"): add_event,
    ("POST", "event/remove"): remove_event,
    ("POST", "page-size"): page_size,
    ("POST", "note-disconnect"): note_disconnect,
}
