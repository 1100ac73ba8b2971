"""Cal.com, as the sandbox knows it: https://cal.com/docs/api-reference/v2."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.base.faults import Fault
from sandbox.base.keys import KeyAccount, KeyData, KeyService, faults_of
from sandbox.base.parts import StandIn, struck
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.calcom.accounts import CalComContents, contents, ready_made

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
VERSIONS = {
    "calcom.event_types": "2024-06-14",
    "calcom.team_event_types": "2024-06-14",
    "calcom.schedules": "2024-06-11",
    "calcom.bookings": "2024-08-13",
}
_LIMIT = 120


@dataclass
class CalComData(KeyData):
    """What Cal.com's stand-in remembers."""

    accounts: list[KeyAccount] = field(default_factory=ready_made)


def error(status: int, code: str, message: str) -> Response:
    """Return an error as Cal.com writes it."""
    told = {"code": code, "message": message, "details": {"message": message, "statusCode": status}}
    return Response.json({"status": "error", "timestamp": "", "path": "/v2", "error": told}, status=status)


def too_many(seconds: int = 1) -> Response:
    """Return what comes beyond the calls of a minute."""
    found = error(429, "TOO_MANY_REQUESTS", "ThrottlerException: Too Many Requests")
    found.headers |= {
        "Retry-After": str(seconds),
        "X-RateLimit-Limit": str(_LIMIT),
        "X-RateLimit-Remaining": "0",
    }
    return found


class CalCom(KeyService):
    """Its API below /calcom."""

    part, label, prefix, home = "calcom", "Cal.com", "calcom", "/calcom"
    tokens = "/tokens/calcom"

    def unknown(self) -> Response:
        """Return the refusal of a key."""
        return error(401, "UnauthorizedException", "ApiAuthStrategy - Your api key is not valid")

    def read(self, find: "Callable[[CalComContents], Any]") -> "Callable[[World, Request, Call], Response]":
        """Return who answers a call with what `find` finds."""

        def answer(world: World, request: Request, call: Call) -> Response:
            account = self.account_with(world, request, call)
            if (wanted := VERSIONS.get(call.kind)) and request.header("cal-api-version") != wanted:
                return error(404, "NOT_FOUND", f"Cannot GET {request.path} of this version")
            return Response.json({"status": "success", "data": find(contents(account, world.store.now()))})

        return answer

    def bookings(self, world: World, request: Request, call: Call) -> Response:
        """Answer a page of bookings."""
        response = self.read(lambda found: found.bookings)(world, request, call)
        answer = response.content()
        if response.status != 200:  # noqa: PLR2004
            return response
        asked, rows = request.query(), answer["data"]
        skip, take = (int(asked[name]) if asked.get(name, "").isdigit() else 0 for name in ("skip", "take"))
        shown = rows[skip : skip + (take or 100)]
        more = skip + len(shown) < len(rows)
        answer["data"] = shown
        answer["pagination"] = {"totalItems": len(rows), "returnedItems": len(shown), "hasNextPage": more}
        return Response.json(answer)


CALCOM = CalCom()


def kind_of(request: Request) -> str:
    """Return the name of a call."""
    parts = request.path.removeprefix(CALCOM.home).strip("/").split("/")[1:]
    named: dict[tuple[str, ...], str] = {
        ("me",): "me",
        ("schedules",): "schedules",
        ("event-types",): "event_types",
        ("bookings",): "bookings",
        ("teams",): "teams",
    }
    if parts[:1] == ["teams"] and parts[2:]:
        return f"calcom.{'members' if parts[2] == 'memberships' else 'team_event_types'}"
    return f"calcom.{named.get(tuple(parts), 'other')}"


def _nothing_there(_world: World, request: Request, _call: Call) -> Response:
    return error(404, "NOT_FOUND", f"Cannot {request.method} {request.path}")


def _instead(world: World, _request: Request, call: Call) -> Response | None:
    """Refuse what a plan does not have, and ask for a pause where the limit is reached."""
    data = CALCOM.of(world)
    if data.calls_left is not None:
        if data.calls_left == 0:
            data.calls_left = _LIMIT
            return too_many()
        data.calls_left -= 1
    if call.kind == "calcom.teams":
        plan = error(403, "FORBIDDEN", "PermissionsGuard - no oAuth client or api key with this right")
        return struck(world, call, {"calcom_no_teams": plan})
    return None


API = tuple(
    f"calcom.{name}"
    for name in ("me", "schedules", "event_types", "teams", "members", "team_event_types", "bookings")
)
STAND_IN = StandIn(
    part=CALCOM.part,
    label=CALCOM.label,
    service=CALCOM,
    data=CalComData,
    kind_of=kind_of,
    handlers={
        "calcom.me": CALCOM.read(lambda found: found.me),
        "calcom.schedules": CALCOM.read(lambda found: found.schedules),
        "calcom.event_types": CALCOM.read(lambda found: found.event_types),
        "calcom.teams": CALCOM.read(lambda found: found.teams),
        "calcom.members": CALCOM.read(lambda found: found.members),
        "calcom.team_event_types": CALCOM.read(lambda found: found.team_event_types),
        "calcom.bookings": CALCOM.bookings,
        "calcom.other": _nothing_there,
    },
    browsed=frozenset(),
    instead=_instead,
    faults=faults_of(
        "calcom",
        "Cal.com",
        API,
        {
            "401": error(401, "UnauthorizedException", "ApiAuthStrategy - Your api key is not valid"),
            "403": error(403, "FORBIDDEN", "This needs another plan."),
            "429": too_many(),
            "429_long": too_many(3_600),
        },
    )
    | {"calcom_no_teams": Fault("403, the plan has no teams", "rule", ("calcom.teams",))},
    controls=CALCOM.controls(),
    page=CALCOM.page,
    links=(Link(CALCOM.tokens, "Keys of Cal.com", "Copy one of them to import what that account has."),),
    settings=CALCOM.settings,
    real_hosts=("cal.com",),
)
