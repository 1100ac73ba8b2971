"""Microsoft, as the sandbox knows it."""

from sandbox.base.parts import StandIn
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.microsoft import events, faults, listing, paths
from sandbox.microsoft.answers import bad_request
from sandbox.microsoft.oauth import MICROSOFT
from sandbox.microsoft.owner import OWNER
from sandbox.microsoft.state import MicrosoftData


def _nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    return bad_request("Resource not found for the segment.")


STAND_IN = StandIn(
    part=MICROSOFT.part,
    label="Microsoft 365 / Outlook",
    service=MICROSOFT,
    data=MicrosoftData,
    kind_of=paths.kind_of,
    handlers=MICROSOFT.handlers()
    | {
        "microsoft.me": listing.me,
        "microsoft.calendars.list": listing.calendars,
        "microsoft.view": listing.view,
        "microsoft.delta": listing.delta,
        "microsoft.events.list": listing.events,
        "microsoft.events.create": events.create,
        "microsoft.events.get": events.get,
        "microsoft.events.patch": events.patch,
        "microsoft.events.delete": events.delete,
        "microsoft.page": OWNER.answer,
        "microsoft.other": _nothing_there,
    },
    browsed=frozenset({"microsoft.authorize", "microsoft.consent", "microsoft.page"}),
    instead=faults.second_page,
    faults=faults.FAULTS,
    controls=OWNER.controls(),
    links=(
        Link(OWNER.path, OWNER.title, "The calendars of the Microsoft accounts, and what stands in them."),
    ),
    settings=MICROSOFT.settings,
    real_hosts=("microsoftonline.com", "microsoft.com"),
)
