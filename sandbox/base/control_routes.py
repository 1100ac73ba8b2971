"""The control API for tests, below /_control/, answered to this machine only."""

import ipaddress
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from sandbox.base import moments
from sandbox.base.faults import UnknownFaultError
from sandbox.base.state import App, ZoomUser
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import events
from sandbox.zoom.consent import back, new_code
from sandbox.zoom.violations import secrets_of

Json = dict[str, Any]
PREFIX = "/_control/"


class BadWishError(Exception):
    """The control API was asked for something it does not know."""


def answer(world: World, request: Request) -> Response:
    """Answer one call of the control API."""
    if not _is_this_machine(request):
        return Response.json({"error": "The control API answers this machine only."}, status=403)
    route = _route(world, request.method, request.path.removeprefix(PREFIX))
    if route is None:
        return Response.json({"error": "There is no such control."}, status=404)
    try:
        wishes = _wishes(request)
        content = route(world, wishes)
    except (BadWishError, UnknownFaultError, TypeError, ValueError, KeyError) as problem:
        return Response.json({"error": str(problem)}, status=400)
    if request.method == "POST":
        world.store.save()
    return Response.json(content)


def _route(world: World, method: str, path: str) -> Callable[[World, Json], Json] | None:
    for one in world.stand_ins:
        if path.startswith(f"{one.part}/"):
            found: Callable[[World, Json], Json] | None = one.controls.get(
                (method, path.removeprefix(f"{one.part}/"))
            )
            return found
    return _ROUTES.get((method, path))


def _is_this_machine(request: Request) -> bool:
    """Look at the address and, against pages that rebind a name, at the Host and Origin headers."""
    try:
        loopback = ipaddress.ip_address(request.client.split("%")[0]).is_loopback
    except ValueError:
        return False
    host = request.header("Host").rsplit(":", 1)[0].strip("[]")
    return loopback and host in {"127.0.0.1", "localhost", "::1"} and not request.header("Origin")


def _wishes(request: Request) -> Json:
    if request.method == "GET":
        return dict(request.query())
    wishes = request.json() if request.body else {}
    if not isinstance(wishes, dict):
        raise BadWishError("The body must be a JSON object.")
    return wishes


def _user(world: World, wishes: Json) -> ZoomUser:
    user = world.store.data.user(str(wishes.get("user", "robin")))
    if user is None:
        raise BadWishError(f"There is no user {wishes.get('user')!r}.")
    return user


def state(world: World, _: Json) -> Json:
    """Return everything the sandbox knows but tokens and secrets."""
    with world.store.lock:
        data = world.store.data
        return {
            "users": [asdict(row) for row in data.users],
            "grants_count": sum(not row.revoked for row in data.grants),
            "grants": [
                {name: value for name, value in asdict(row).items() if name not in _SECRET_FIELDS}
                | {"refreshes": len(row.superseded)}
                for row in data.grants
            ],
            "meetings": [asdict(row) for row in data.meetings],
            "calls": [asdict(row) for row in data.calls],
            "violations": [asdict(row) for row in data.violations],
            "compliance": [asdict(row) for row in data.compliance],
            "deliveries": [asdict(row) for row in data.deliveries],
            "faults": [asdict(row) for row in data.faults],
            "held": len(data.held),
            "retries": [{"due": row["due"], "attempt": row["attempt"]} for row in data.retries],
            "created_today": dict(data.created_today),
            "decision": dict(data.decision),
            "clock": {"now": world.store.stamp(), "offset_seconds": data.clock_offset},
            "app": {k: v for k, v in asdict(data.app).items() if k not in {"client_secret", "webhook_token"}}
            | {"scopes": data.app.scopes},
            "urls": {"http": world.http_url, "public": world.public_url, "smtp_port": world.smtp_port},
        }


_SECRET_FIELDS = {"refresh", "access", "superseded", "lost"}


def secrets_list(world: World, _: Json) -> Json:
    """Return every token, code and secret, so that a test can look for them where they must not be."""
    with world.store.lock:
        codes = [code.value for code in world.store.data.codes]
        others = [text for one in world.stand_ins for text in one.secrets(world.store.parts[one.part])]
        return {"secrets": [*secrets_of(world), *others], "codes": codes}


def fault(world: World, wishes: Json) -> Json:
    """Switch a fault on, or do it at once where it is a deed."""
    name, args = str(wishes["name"]), wishes.get("args") or {}
    if moments.is_moment(world, name):
        return {"done": moments.do(world, name, args)}
    times = wishes.get("times", 1)
    world.faults.switch_on(name, times=None if times is None else int(times), args=args)
    return {"on": name}


def clear_faults(world: World, _: Json) -> Json:
    """Switch every fault off."""
    world.faults.clear()
    return {}


def fault_names(world: World, _: Json) -> Json:
    """Return the catalogue of faults."""
    return {
        name: {"words": row.words, "stage": row.stage, "on": row.on, "args": dict(row.args)}
        for name, row in world.catalogue.items()
    }


def reset(world: World, _: Json) -> Json:
    """Forget everything, mail included."""
    world.reset()
    return {}


def consent_decision(world: World, wishes: Json) -> Json:
    """Decide future consents without a person: allow, deny, or ask again."""
    decision = wishes.get("decision", "ask")
    if decision not in {"ask", "allow", "deny"}:
        raise BadWishError("decision is ask, allow or deny.")
    world.store.data.decision = {"decision": decision, "user": _user(world, wishes).key}
    return dict(world.store.data.decision)


def remove_app(world: World, wishes: Json) -> Json:
    """Remove the app for a user and return how the app answered."""
    options = events.EventOptions.read(wishes)
    deliveries = events.remove_app(world, _user(world, wishes), options=options)
    return _told([asdict(row) for row in deliveries])


def deliver_held(world: World, wishes: Json) -> Json:
    """Deliver the events that were held back."""
    deliveries = events.let_go(world, newest_first=bool(wishes.get("newest_first")))
    return _told([asdict(row) for row in deliveries])


def _told(deliveries: list[Json]) -> Json:
    return {"statuses": [row["status"] for row in deliveries], "deliveries": deliveries}


def url_validation(world: World, wishes: Json) -> Json:
    """Send `endpoint.url_validation`."""
    return events.url_validation(world, plain_token=str(wishes.get("plain_token", "")))


def clock(world: World, wishes: Json) -> Json:
    """Set the clock to so many seconds from now, and send the events that are due again by then."""
    world.store.data.clock_offset = float(wishes["offset_seconds"])
    return {"now": world.store.stamp(), "retried": events.retry_due(world)}


def app(world: World, wishes: Json) -> Json:
    """Change how the app is registered; new scopes are in grants from the next consent on."""
    known = {entry.name for entry in fields(App)}
    for name, value in wishes.items():
        if name not in known or type(value) is not type(getattr(world.store.data.app, name)):
            raise BadWishError(f"{name} cannot be set so.")
    for name, value in wishes.items():
        setattr(world.store.data.app, name, value)
    return {"scopes": world.store.data.app.scopes}


def user(world: World, wishes: Json) -> Json:
    """Change a user's flags and names."""
    chosen = _user(world, wishes)
    changes = {name: value for name, value in wishes.items() if name != "user"}
    for name, value in changes.items():
        if type(value) is not type(getattr(chosen, name, None)):
            raise BadWishError(f"{name} cannot be set so.")
    for name, value in changes.items():
        setattr(chosen, name, value)
    return asdict(chosen)


def marketplace_add(world: World, wishes: Json) -> Json:
    """Return where the browser would go from the Marketplace: a code, and no state."""
    return {"location": back(world, code=new_code(world, _user(world, wishes), {}))}


def note_disconnect(world: World, wishes: Json) -> Json:
    """Tell the sandbox that the app has let this user's grant go: from now on its use is a violation."""
    chosen = _user(world, wishes)
    for grant in world.store.data.grants:
        grant.disconnected = grant.disconnected or grant.user_id == chosen.id
    return {}


def mail(world: World, wishes: Json) -> Json:
    """Return the mails, oldest first; `to` picks one recipient's."""
    if world.letterbox is None:
        raise BadWishError("The mailbox part is not running.")
    return {"mails": [letter.as_json() for letter in world.letterbox.to(str(wishes.get("to", "")))]}


def clear_mail(world: World, _: Json) -> Json:
    """Throw all mail away."""
    if world.letterbox is not None:
        world.letterbox.clear()
    return {}


_ROUTES: dict[tuple[str, str], Callable[[World, Json], Json]] = {
    ("GET", "state"): state,
    ("GET", "secrets"): secrets_list,
    ("GET", "faults"): fault_names,
    ("GET", "mail"): mail,
    ("POST", "fault"): fault,
    ("POST", "faults/clear"): clear_faults,
    ("POST", "reset"): reset,
    ("POST", "consent-decision"): consent_decision,
    ("POST", "remove-app"): remove_app,
    ("POST", "deliver-held"): deliver_held,
    ("POST", "url-validation"): url_validation,
    ("POST", "clock"): clock,
    ("POST", "app"): app,
    ("POST", "user"): user,
    ("POST", "marketplace-add"): marketplace_add,
    ("POST", "note-disconnect"): note_disconnect,
    ("POST", "mail/clear"): clear_mail,
}
