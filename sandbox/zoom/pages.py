"""The pages of Zoom's stand-in: what people do there with the app and its meetings."""

from typing import Any

from sandbox.base.pages import missing, page
from sandbox.base.parts import Page
from sandbox.base.wire import Request, Response, with_query
from sandbox.base.world import World
from sandbox.zoom import events
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.state import ZoomUser

_RETENTIONS: dict[str, Any] = {
    "null": None,
    '"false"': "false",
    '"true"': "true",
    "false": False,
    "true": True,
    "absent": "absent",
}


def apps(world: World, _: Request) -> Response:
    """Show who has added the app, and what was told to it."""
    data = ZOOM.of(world)
    rows = []
    for user in data.accounts:
        grants = [row for row in data.grants if row.account == user.key]
        live = next((row for row in grants if not row.revoked), None)
        reads = data.profile_reads.get(str(live.number), 0) if live else 0
        rows.append({"user": user, "live": live, "reads": reads, "past": len(grants) - (live is not None)})
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
    user = ZOOM.of(world).account(form.get("user", ""))
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
    user = ZOOM.of(world).account(request.form().get("user", ""))
    if user is None:
        return missing(world, request)
    location = marketplace(world, user)
    world.store.save()
    return Response.redirect(location, status=302)


def marketplace(world: World, user: ZoomUser) -> str:
    """Return where the browser goes from the Marketplace: a code, and no state."""
    data = ZOOM.of(world)
    code = ZOOM.new_code(world, user, {}, scopes=data.scopes)
    return with_query(data.app.redirect_uri, {"code": code.value})


def let_go(world: World, _: Request) -> Response:
    """Deliver the events that were held back."""
    events.let_go(world)
    return Response.redirect("/apps")


def meetings(world: World, _: Request) -> Response:
    """List what stands in each user's Zoom account."""
    data = ZOOM.of(world)
    rows = [
        {"user": user, "meetings": [row for row in reversed(data.meetings) if row.user_id == user.id]}
        for user in data.accounts
    ]
    return page(world, "zoom/meetings.html", title="Meetings", rows=rows)


def validation(world: World, _: Request) -> Response:
    """Offer to send `endpoint.url_validation`."""
    return page(
        world,
        "zoom/validation.html",
        title="URL validation",
        url=ZOOM.of(world).app.webhook_url,
        result=None,
    )


def send_validation(world: World, _: Request) -> Response:
    """Send `endpoint.url_validation` and show how the app did."""
    result = events.url_validation(world)
    return page(
        world,
        "zoom/validation.html",
        title="URL validation",
        url=ZOOM.of(world).app.webhook_url,
        result=result,
    )


def join(world: World, request: Request) -> Response:
    """Show what stands behind a join link."""
    number = request.path.removeprefix("/j/")
    meeting = next((row for row in ZOOM.of(world).meetings if str(row.id) == number), None)
    if meeting is None or meeting.deleted:
        return ZOOM.blocked("This meeting ID is not valid", number="3001", status=404)
    user = ZOOM.of(world).account(meeting.user_id)
    return page(world, "zoom/join.html", title=meeting.topic, meeting=meeting, user=user)


_PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/apps"): apps,
    ("POST", "/apps/remove"): remove,
    ("POST", "/apps/add"): add,
    ("POST", "/apps/let-go"): let_go,
    ("GET", "/meetings"): meetings,
    ("GET", "/send-url-validation"): validation,
    ("POST", "/send-url-validation"): send_validation,
}


def chosen(request: Request) -> Page | None:
    """Return the page that a browser asks for, if it is one of Zoom's."""
    method = "GET" if request.method == "HEAD" else request.method
    if method == "GET" and request.path.startswith("/j/"):
        return join
    return _PAGES.get((method, request.path))
