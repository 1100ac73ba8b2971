"""Zoom, as the sandbox knows it."""

import secrets
from email.utils import formatdate

from sandbox.base.parts import StandIn
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.zoom import api, controls, events, faults, meetings, pages, paths
from sandbox.zoom.answers import as_xml
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.state import ZoomData

_FAILED = 400


def _finish(world: World, request: Request, call: Call, response: Response) -> None:
    """Add what every answer carries, those of the API most of all."""
    response.headers.setdefault("Date", formatdate(world.store.now(), usegmt=True))
    if not call.kind.startswith("v2"):
        return
    _add_headers(response, call.kind)
    wants_json = "json" in request.header("Accept").lower()
    failed = response.status >= _FAILED
    if failed and (world.faults.rules("xml_errors", kind=call.kind) or not wants_json):
        as_xml(response)


def _add_headers(response: Response, kind: str) -> None:
    """Add what every answer of the API carries."""
    heavy = kind in {"v2.create", "v2.update", "v2.delete"}
    tracking = f"v=2.0;clid=us05;rid=WEB_{secrets.token_hex(16)}"
    response.headers.setdefault("x-zm-trackingid", tracking)
    if "X-RateLimit-Category" not in response.headers:
        response.headers["X-RateLimit-Category"] = "Medium" if heavy else "Light"
        response.headers["X-RateLimit-Type"] = "QPS"
        response.headers["X-RateLimit-Limit"] = "20" if heavy else "30"
        response.headers["X-RateLimit-Remaining"] = "19" if heavy else "29"


def _lost(world: World, call: Call) -> None:
    """Remember what the app cannot know about: a meeting, a pair of tokens."""
    data = ZOOM.of(world)
    if call.kind == "v2.create" and data.meetings:
        data.meetings[-1].delivered = False
    if call.kind == "token.refresh":
        data.lost += [one.refresh[-2] for one in data.grants if one.number == call.grant and one.refresh[1:]]


def _settings(world: World) -> dict[str, str]:
    app = ZOOM.of(world).app
    return ZOOM.settings(world) | {"Zoom's webhook address": app.webhook_url}


STAND_IN = StandIn(
    part=ZOOM.part,
    label=ZOOM.label,
    service=ZOOM,
    data=ZoomData,
    kind_of=paths.kind_of,
    handlers=ZOOM.handlers()
    | {
        "revoke": api.revoke,
        "compliance": api.compliance,
        "v2.users_me": api.users_me,
        "v2.create": meetings.create,
        "v2.update": meetings.update,
        "v2.delete": meetings.delete,
        "v2.other": api.other,
        "oauth.other": api.nothing_there,
    },
    browsed=frozenset({"authorize", "consent"}),
    controls=controls.CONTROLS,
    faults=faults.FAULTS,
    finish=_finish,
    lost=_lost,
    tick=events.retry_due,
    page=pages.chosen,
    links=(
        Link(
            "/apps", "Added apps", "Remove the app as a person would at Zoom, or add it from the Marketplace."
        ),
        Link(
            "/meetings",
            "Meetings",
            "{} in the Zoom accounts.",
            lambda world: sum(not row.deleted for row in ZOOM.of(world).meetings),
        ),
        Link(
            "/send-url-validation", "URL validation", "Ask the app to prove that it knows the webhook secret."
        ),
    ),
    settings=_settings,
    real_hosts=("zoom.us",),
)
