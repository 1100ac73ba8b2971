"""Who may do what: the token behind a call, its scopes, the calendar and its role."""

from typing import NamedTuple

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import rules, state
from sandbox.google.answers import error, not_found, scope_missing
from sandbox.google.state import Calendar, Grant

READERS = ("freeBusyReader", "reader", "writer", "owner")


class RefusedError(Exception):
    """The call is refused with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Desk(NamedTuple):
    """A calendar that a call may use."""

    grant: Grant
    calendar: Calendar


def grant_of(world: World, request: Request, call: Call) -> Grant | None:
    """Return the grant whose access token was sent and is good."""
    scheme, _, sent = request.header("Authorization").partition(" ")
    for grant in state.of(world).grants:
        if scheme.lower() != "bearer" or sent.strip() not in grant.access:
            continue
        account = state.of(world).account(grant.account)
        call.grant, call.user = grant.number, account.email if account else ""
        rules.look_at_grant(world, grant, call)
        now = world.store.now()
        dead = grant.revoked or (grant.dies_at is not None and now >= grant.dies_at)
        return None if dead or now >= grant.access[sent.strip()] else grant
    return None


def allowed(world: World, request: Request, call: Call, *, scopes: set[str]) -> Grant:
    """Return the grant that has one of the scopes. Raises RefusedError."""
    grant = grant_of(world, request, call)
    if grant is None:
        raise RefusedError(error(401, "authError", "Invalid Credentials"))
    if not scopes & set(grant.scopes):
        raise RefusedError(scope_missing())
    return grant


def calendar_of(world: World, grant: Grant, name: str, *, role: str = "freeBusyReader") -> Calendar:
    """Return the calendar, with at least this role. Raises RefusedError."""
    calendar = state.of(world).calendar(grant.account, name)
    if calendar is None:
        raise RefusedError(not_found())
    if READERS.index(calendar.role) < READERS.index(role):
        words = f"You need to have {role} access to this calendar."
        raise RefusedError(error(403, "requiredAccessLevel", words, domain="calendar"))
    return calendar
