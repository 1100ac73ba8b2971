"""What tests may ask of the stand-in, below /_control/microsoft/."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sandbox.base.world import World
from sandbox.microsoft import events, state, times
from sandbox.microsoft.access import RefusedError
from sandbox.microsoft.state import Calendar, Event

Json = dict[str, Any]
_OURS = {"account", "calendar", "start", "end", "zone", "weekly"}


def everything(world: World, _: Json) -> Json:
    """Return all but tokens and secrets."""
    with world.store.lock:
        return state.shown(state.of(world))


def decide(world: World, wishes: Json) -> Json:
    """Decide future consents: allow, deny or ask; `without` names scopes that are not granted."""
    decision, account = wishes.get("decision", "ask"), state.of(world).account(wishes.get("account", "robin"))
    if decision not in {"ask", "allow", "deny"} or account is None:
        raise ValueError("decision is ask, allow or deny; account is one there is.")
    without = list(wishes.get("without", []))
    state.of(world).decision = {"decision": decision, "account": account.key, "without": without}
    return state.of(world).decision


def change_account(world: World, wishes: Json) -> Json:
    """Change an account: its names, `guarded`, `personal`."""
    account = state.of(world).account(str(wishes.pop("account", "robin")))
    if account is None:
        raise ValueError("There is no such account.")
    return _changed(account, wishes)


def add_calendar(world: World, wishes: Json) -> Json:
    """Put a calendar into an account's list."""
    row: Json = {"account": "robin", "name": "Calendar", "owner": "robin@host.example"} | wishes
    calendar = Calendar(**row)
    state.of(world).calendars.append(calendar)
    return asdict(calendar)


def change_calendar(world: World, wishes: Json) -> Json:
    """Change a calendar."""
    return _changed(_calendar(world, wishes), {k: v for k, v in wishes.items() if k not in _OURS})


def remove_calendar(world: World, wishes: Json) -> Json:
    """Delete a calendar."""
    state.of(world).calendars.remove(_calendar(world, wishes))
    return {}


def add_event(world: World, wishes: Json) -> Json:
    """Put an event into a calendar, as its host would: `start` and `end` as moments or days, any field of Graph's."""
    calendar = _calendar(world, wishes)
    zone = wishes.get("zone") or calendar.time_zone
    body = {"subject": "Busy"} | {name: value for name, value in wishes.items() if name not in _OURS}
    all_day = "T" not in str(wishes["start"])
    body |= {name: _end(str(wishes[name]), zone) for name in ("start", "end")} | {"isAllDay": all_day}
    if wishes.get("weekly"):
        body["recurrence"] = {
            "pattern": {"type": "weekly", "interval": 1},
            "range": {"type": "numbered", "numberOfOccurrences": int(wishes["weekly"])},
        }
    try:
        with world.store.lock:
            return events.add(world, calendar, body).body
    except RefusedError as problem:
        raise ValueError(problem.response.body.decode()) from problem


def remove_event(world: World, wishes: Json) -> Json:
    """Delete an event, as its host would: it lies in the bin then."""
    with world.store.lock:
        events.cancel(world, _event(world, wishes))
    return {}


def move_event(world: World, wishes: Json) -> Json:
    """Move an event into another calendar of the same account, as its host would."""
    event, to = _event(world, wishes), _calendar(world, wishes)
    with world.store.lock:
        event.left.append(event.calendar)
        event.calendar = to.id
        events.touch(world, event)
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


def _changed(row: Any, wishes: Json) -> Json:
    for name, value in wishes.items():
        if type(value) is not type(getattr(row, name, None)):
            raise ValueError(f"{name} cannot be set so.")
        setattr(row, name, value)
    return asdict(row)


def _calendar(world: World, wishes: Json) -> Calendar:
    name = wishes.get("calendar") or "primary"
    found = state.of(world).calendar(wishes.get("account", "robin"), str(name))
    if found is None:
        raise ValueError("There is no such calendar.")
    return found


def _event(world: World, wishes: Json) -> Event:
    found = state.of(world).event(wishes.get("account", "robin"), str(wishes["event"]))
    if found is None:
        raise ValueError("There is no such event.")
    return found


def _end(text: str, zone: str) -> Json:
    if "T" not in text:
        return {"dateTime": f"{date.fromisoformat(text)}T00:00:00.0000000", "timeZone": zone}
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("A moment needs its offset.")
    return {
        "dateTime": at.astimezone(times.zone_of(zone)).replace(tzinfo=None).isoformat(),
        "timeZone": zone,
    }


CONTROLS = {
    ("GET", "state"): everything,
    ("POST", "decide"): decide,
    ("POST", "account/change"): change_account,
    ("POST", "calendar"): add_calendar,
    ("POST", "calendar/change"): change_calendar,
    ("POST", "calendar/remove"): remove_calendar,
    ("POST", "event"): add_event,
    ("POST", "event/remove"): remove_event,
    ("POST", "event/move"): move_event,
    ("POST", "page-size"): page_size,
    ("POST", "note-disconnect"): note_disconnect,
}
