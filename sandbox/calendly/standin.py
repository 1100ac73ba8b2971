"""Calendly, as the sandbox knows it: https://developer.calendly.com, API v2."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.base.faults import Fault
from sandbox.base.keys import KeyAccount, KeyData, KeyService, faults_of
from sandbox.base.parts import StandIn, struck
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.calendly.accounts import LOOPING, CalendlyContents, contents, ready_made

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
_LIMIT, _PAGE = 50, 100
_PATHS = {
    "users": "me",
    "user_availability_schedules": "schedules",
    "event_types": "event_types",
    "event_type_memberships": "hosts",
    "organization_memberships": "colleagues",
}


@dataclass
class CalendlyData(KeyData):
    """What Calendly's stand-in remembers."""

    accounts: list[KeyAccount] = field(default_factory=ready_made)


def error(status: int, title: str, message: str) -> Response:
    """Return an error as Calendly writes it."""
    return Response.json({"title": title, "message": message}, status=status)


def too_many(seconds: int = 1) -> Response:
    """Return what comes beyond the calls of a minute."""
    found = error(429, "Too Many Requests", "You have exceeded the rate limit.")
    found.headers |= {
        "X-RateLimit-Limit": str(_LIMIT),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(seconds),
    }
    return found


class Calendly(KeyService):
    """Its API below /calendly."""

    part, label, prefix, home = "calendly", "Calendly", "calendly", "/calendly"
    tokens = "/tokens/calendly"

    def unknown(self) -> Response:
        """Return the refusal of a token."""
        return error(401, "Unauthenticated", "The access token is invalid")

    def read(
        self, find: "Callable[[CalendlyContents, Request], Any]"
    ) -> "Callable[[World, Request, Call], Response]":
        """Return who answers a call with what `find` finds."""

        def answer(world: World, request: Request, call: Call) -> Response:
            account = self.account_with(world, request, call)
            found = find(contents(account, world.store.now()), request)
            if isinstance(found, dict):
                return Response.json({"resource": found})
            return self._page(world, request, found, loops=account.key == LOOPING)

        return answer

    def _page(self, world: World, request: Request, rows: list[Json], *, loops: bool) -> Response:
        asked = request.query()
        first = int(asked.get("page_token", "0") or 0) if asked.get("page_token", "0").isdigit() else 0
        size = min(int(asked.get("count", "20")), self.of(world).pages.get("size", _PAGE))
        left = first + size < len(rows)
        token = "0" if loops and asked.get("count") else str(first + size) if left else None
        where = f"{world.public_url}{request.path}?page_token={token}" if token else None
        told = {"count": len(rows[first : first + size]), "next_page": where, "next_page_token": token,
                "previous_page": None, "previous_page_token": None}  # fmt: skip
        return Response.json({"collection": rows[first : first + size], "pagination": told})


CALENDLY = Calendly()


def kind_of(request: Request) -> str:
    """Return the name of a call."""
    parts = request.path.removeprefix(CALENDLY.home).strip("/").split("/")
    if parts[0] == "scheduled_events":
        return f"calendly.{'invitees' if parts[2:] == ['invitees'] else 'bookings'}"
    return f"calendly.{_PATHS.get(parts[0], 'other')}"


def _invitees(found: CalendlyContents, request: Request) -> list[Json]:
    code = request.path.strip("/").split("/")[2]
    return next((rows for uri, rows in found.invitees.items() if uri.endswith(f"/{code}")), [])


def _nothing_there(_world: World, _request: Request, _call: Call) -> Response:
    return error(404, "Resource Not Found", "The requested path does not exist")


def _instead(world: World, _request: Request, call: Call) -> Response | None:
    """Ask for a pause where the limit is reached; refuse what a plan does not have."""
    data = CALENDLY.of(world)
    if data.calls_left is not None:
        if data.calls_left == 0:
            data.calls_left = _LIMIT
            return too_many()
        data.calls_left -= 1
    plan = error(403, "Permission Denied", "This user is not permitted to perform this action.")
    if call.kind in {"calendly.colleagues", "calendly.hosts"}:
        return struck(world, call, {"calendly_no_colleagues": plan})
    return None


API = tuple(f"calendly.{name}" for name in (*_PATHS.values(), "bookings", "invitees"))
STAND_IN = StandIn(
    part=CALENDLY.part,
    label=CALENDLY.label,
    service=CALENDLY,
    data=CalendlyData,
    kind_of=kind_of,
    handlers={
        "calendly.me": CALENDLY.read(lambda found, _: found.user),
        "calendly.schedules": CALENDLY.read(lambda found, _: found.schedules),
        "calendly.event_types": CALENDLY.read(lambda found, _: found.event_types),
        "calendly.hosts": CALENDLY.read(
            lambda found, asked: found.memberships.get(asked.query().get("event_type", ""), [])
        ),
        "calendly.colleagues": CALENDLY.read(lambda found, _: found.people),
        "calendly.bookings": CALENDLY.read(lambda found, _: found.events),
        "calendly.invitees": CALENDLY.read(_invitees),
        "calendly.other": _nothing_there,
    },
    browsed=frozenset(),
    instead=_instead,
    faults=faults_of(
        "calendly",
        "Calendly",
        API,
        {
            "401": error(401, "Unauthenticated", "The access token is invalid"),
            "403": error(403, "Permission Denied", "This user is not permitted to perform this action."),
            "429": too_many(),
            "429_long": too_many(3_600),
        },
    )
    | {
        "calendly_no_colleagues": Fault(
            "403, the plan shows no colleagues", "rule", ("calendly.colleagues", "calendly.hosts")
        )
    },
    controls=CALENDLY.controls(),
    page=CALENDLY.page,
    links=(Link(CALENDLY.tokens, "Tokens of Calendly", "Copy one of them to import what that account has."),),
    settings=CALENDLY.settings,
    real_hosts=("calendly.com",),
)
