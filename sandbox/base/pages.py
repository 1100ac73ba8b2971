"""The pages for people: what the sandbox knows, and buttons for what happens at Zoom."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.base import moments
from sandbox.base.faults import FAULTS, Fault, UnknownFaultError
from sandbox.base.rendering import render
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import events
from sandbox.zoom.consent import back, new_code
from sandbox.zoom.violations import RULES

SHOWN_CALLS = 300
_RETENTIONS: dict[str, Any] = {
    "null": None,
    '"false"': "false",
    '"true"': "true",
    "false": False,
    "true": True,
    "absent": "absent",
}
_STAGES = {
    "now": "Now",
    "slow": "Waiting",
    "before": "Instead of an answer",
    "after": "After the work is done",
    "shape": "In the answer",
    "rule": "How it behaves",
    "event": "In the next event",
    "smtp": "In the mail server",
}


def page(world: World, template: str, *, title: str, **values: Any) -> Response:
    """Return one page of the sandbox, with its frame."""
    parts = world.config.parts
    shown = {
        "zoom": "zoom" in parts,
        "mailbox": "mailbox" in parts,
        "services": bool(parts - {"mailbox"}),
        "links": [link for one in world.stand_ins for link in one.pages],
    }
    return Response.html(render(template, title=title, **shown, **values))


def index(world: World, _: Request) -> Response:
    """Say what this is, and where everything stands."""
    data = world.store.data
    counts = {
        "meetings": sum(not row.deleted for row in data.meetings),
        "calls": len(data.calls),
        "violations": len(data.violations),
        "mails": 0 if world.letterbox is None else len(world.letterbox.all()),
    }
    return page(
        world,
        "index.html",
        title="Sandbox",
        counts=counts,
        app=data.app,
        app_url=world.config.app_url,
        http_url=world.public_url,
        smtp_port=world.smtp_port,
        clock=world.store.stamp(),
        labels=[one.label for one in world.stand_ins],
        settings=[item for one in world.stand_ins for item in one.settings(world).items()],
    )


def apps(world: World, _: Request) -> Response:
    """Show who has added the app, and what was told to it."""
    data = world.store.data
    rows = []
    for user in data.users:
        grants = [row for row in data.grants if row.user_id == user.id]
        live = next((row for row in grants if not row.revoked), None)
        rows.append({"user": user, "live": live, "past": len(grants) - (live is not None)})
    return page(
        world,
        "zoom/apps.html",
        title="Added apps",
        app=data.app,
        rows=rows,
        retentions=list(_RETENTIONS),
        deliveries=list(reversed(data.deliveries[-30:])),
        held=len(data.held),
        retries=len(data.retries),
    )


def remove(world: World, request: Request) -> Response:
    """Remove the app for one user, as the person would at Zoom."""
    form = request.form()
    user = world.store.data.user(form.get("user", ""))
    if user is None:
        return missing(world, request)
    options = events.EventOptions(
        shape="legacy" if form.get("shape") == "legacy" else "2025",
        retention=_RETENTIONS.get(form.get("retention", "null")),
    )
    events.remove_app(world, user, options=options)
    return Response.redirect("/apps")


def add(world: World, request: Request) -> Response:
    """Start from the Marketplace: a code comes to the app, and no state."""
    user = world.store.data.user(request.form().get("user", ""))
    if user is None:
        return missing(world, request)
    location = back(world, code=new_code(world, user, {}))
    world.store.save()
    return Response.redirect(location, status=302)


def let_go(world: World, _: Request) -> Response:
    """Deliver the events that were held back."""
    events.let_go(world)
    return Response.redirect("/apps")


def meetings(world: World, _: Request) -> Response:
    """List what stands in each user's Zoom account."""
    data = world.store.data
    rows = [
        {"user": user, "meetings": [row for row in reversed(data.meetings) if row.user_id == user.id]}
        for user in data.users
    ]
    return page(world, "zoom/meetings.html", title="Meetings", rows=rows)


def calls(world: World, _: Request) -> Response:
    """List every call that came in, and every rule that was broken."""
    data = world.store.data
    words = RULES | {rule: text for one in world.stand_ins for rule, text in one.rules.items()}
    return page(
        world,
        "calls.html",
        title="Calls",
        calls=list(reversed(data.calls[-SHOWN_CALLS:])),
        violations=[{"row": row, "words": words.get(row.rule, "")} for row in reversed(data.violations)],
        names={user.id: user.email for user in data.users},
    )


def faults(world: World, _: Request) -> Response:
    """Show a switch for everything that can go wrong."""
    active: dict[str, list[str]] = {}
    for row in world.store.data.faults:
        active.setdefault(row.name, []).append(
            "until switched off" if row.times is None else f"{row.times} more"
        )
    stages = {stage for stage in _STAGES if ("mailbox" if stage == "smtp" else "zoom") in world.config.parts}
    groups = _groups({name: fault for name, fault in FAULTS.items() if fault.stage in stages}, active, "")
    for one in world.stand_ins:
        groups += _groups(one.faults, active, f"{one.label}: ")
    return page(world, "faults.html", title="Faults", groups=groups, active=len(active))


def _groups(faults: Mapping[str, Fault], active: dict[str, list[str]], before: str) -> list[dict[str, Any]]:
    """Return the faults by their stages, under headings that begin with *before*."""
    return [
        {
            "title": before + title,
            "instant": stage == "now",
            "rows": [
                {"name": name, "words": fault.words, "active": ", ".join(active.get(name, []))}
                for name, fault in faults.items()
                if fault.stage == stage
            ],
        }
        for stage, title in _STAGES.items()
        if any(fault.stage == stage for fault in faults.values())
    ]


def set_fault(world: World, request: Request) -> Response:
    """Switch one fault on or off."""
    form = request.form()
    name, times = form.get("name", ""), form.get("times", "1")
    try:
        if times == "off":
            world.faults.switch_off(name)
        elif moments.is_moment(world, name):
            moments.do(world, name, {})
        else:
            world.faults.switch_on(name, times=None if times == "stay" else int(times), args={})
    except (UnknownFaultError, ValueError):
        return missing(world, request)
    world.store.save()
    return Response.redirect(f"/faults#{name}")


def clear_faults(world: World, _: Request) -> Response:
    """Switch every fault off."""
    world.faults.clear()
    world.store.save()
    return Response.redirect("/faults")


def validation(world: World, _: Request) -> Response:
    """Offer to send `endpoint.url_validation`."""
    return page(
        world,
        "zoom/validation.html",
        title="URL validation",
        url=world.store.data.app.webhook_url,
        result=None,
    )


def send_validation(world: World, _: Request) -> Response:
    """Send `endpoint.url_validation` and show how the app did."""
    result = events.url_validation(world)
    return page(
        world,
        "zoom/validation.html",
        title="URL validation",
        url=world.store.data.app.webhook_url,
        result=result,
    )


def join(world: World, request: Request) -> Response:
    """Show what stands behind a join link."""
    number = request.path.removeprefix("/j/")
    meeting = next((row for row in world.store.data.meetings if str(row.id) == number), None)
    if meeting is None or meeting.deleted:
        return Response.html(
            render("refused.html", title="This meeting ID is not valid", number="3001"), status=404
        )
    user = world.store.data.user(meeting.user_id)
    return page(world, "zoom/join.html", title=meeting.topic, meeting=meeting, user=user)


def missing(world: World, request: Request) -> Response:  # noqa: ARG001
    """Say that there is no such page."""
    return Response.html(render("refused.html", title="There is no such page", number="404"), status=404)


Page = Callable[[World, Request], Response]

ZOOM_PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/apps"): apps,
    ("POST", "/apps/remove"): remove,
    ("POST", "/apps/add"): add,
    ("POST", "/apps/let-go"): let_go,
    ("GET", "/meetings"): meetings,
    ("GET", "/send-url-validation"): validation,
    ("POST", "/send-url-validation"): send_validation,
}
PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/"): index,
    ("GET", "/faults"): faults,
    ("POST", "/faults/set"): set_fault,
    ("POST", "/faults/clear"): clear_faults,
}


def is_our_name(world: World, request: Request) -> bool:
    """Say whether a browser asked for one of our names: a page whose name was rebound to us reads nothing."""
    ours = {urlsplit(url).hostname for url in (world.public_url, world.http_url)}
    try:
        asked = urlsplit(f"//{request.header('Host')}").hostname
    except ValueError:
        return False
    return asked in {"localhost", "127.0.0.1", "::1", *ours}


def from_elsewhere(world: World, request: Request) -> bool:
    """Say whether a form was sent from another site's page."""
    origin = request.header("Origin")
    ours = {request.header("Host"), urlsplit(world.public_url).netloc}
    return bool(origin) and urlsplit(origin).netloc not in ours
