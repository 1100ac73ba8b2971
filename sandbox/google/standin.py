"""Google, as the sandbox knows it."""

from sandbox.base.parts import StandIn
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.google import events, faults, freebusy, listing, paths
from sandbox.google.answers import not_found
from sandbox.google.oauth import GOOGLE
from sandbox.google.owner import OWNER
from sandbox.google.state import GoogleData


def _nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    return not_found()


STAND_IN = StandIn(
    part=GOOGLE.part,
    label="Google Calendar",
    service=GOOGLE,
    data=GoogleData,
    kind_of=paths.kind_of,
    handlers=GOOGLE.handlers()
    | {
        "google.revoke": GOOGLE.end,
        "google.userinfo": GOOGLE.userinfo,
        "google.calendars.list": listing.calendars,
        "google.events.list": listing.events,
        "google.events.get": events.get,
        "google.events.insert": events.insert,
        "google.events.patch": events.patch,
        "google.events.update": events.update,
        "google.events.delete": events.delete,
        "google.freebusy": freebusy.query,
        "google.page": OWNER.answer,
        "google.other": _nothing_there,
    },
    browsed=frozenset({"google.authorize", "google.consent", "google.page"}),
    instead=faults.second_page,
    faults=faults.FAULTS,
    controls=OWNER.controls(),
    links=(Link(OWNER.path, OWNER.title, "The calendars of the Google accounts, and what stands in them."),),
    settings=GOOGLE.settings,
    real_hosts=("google.com", "googleapis.com"),
)
