"""Who may do what: the token behind a call, its scopes, the calendar, the event."""

from typing import NamedTuple

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.microsoft import rules, state
from sandbox.microsoft.answers import denied, error, not_found
from sandbox.microsoft.paths import names_of
from sandbox.microsoft.state import Calendar, Event, Grant

_UNREADABLE = 40  # ids that are shorter are none of Graph's


class RefusedError(Exception):
    """The call is refused with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Desk(NamedTuple):
    """A calendar that a call may use."""

    grant: Grant
    calendar: Calendar


def allowed(world: World, request: Request, call: Call, *, scope: str) -> Grant:
    """Return the grant whose access token was sent and is good, and which has the scope. Raises RefusedError."""
    scheme, _, sent = request.header("Authorization").partition(" ")
    found = [one for one in state.of(world).grants if sent.strip() in one.access]
    if scheme.lower() != "bearer" or not found:
        raise RefusedError(error(401, "InvalidAuthenticationToken", "IDX14100: JWT is not well formed."))
    grant = found[0]
    account = state.of(world).account(grant.account)
    call.grant, call.user = grant.number, account.upn if account else ""
    rules.look_at_grant(world, grant, call)
    if grant.revoked or world.store.now() >= grant.access[sent.strip()]:
        raise RefusedError(error(401, "InvalidAuthenticationToken", "Lifetime validation failed."))
    if scope not in grant.scopes:
        raise RefusedError(denied())
    return grant


def desk_of(world: World, request: Request, call: Call, *, writes: bool = False) -> Desk:
    """Return the calendar that the path names. Raises RefusedError."""
    grant = allowed(world, request, call, scope=state.CALENDARS)
    name = names_of(request)[0] or "primary"
    calendar = state.of(world).calendar(grant.account, name)
    if calendar is None:
        raise RefusedError(_unknown(name))
    if writes and not calendar.can_edit:
        raise RefusedError(denied())
    return Desk(grant, calendar)


def event_of(world: World, request: Request, call: Call) -> Event:
    """Return the event that the path names, wherever in the mailbox it is. Raises RefusedError."""
    grant = allowed(world, request, call, scope=state.CALENDARS)
    name = names_of(request)[1]
    event = state.of(world).event(grant.account, name)
    if event is None:
        raise RefusedError(_unknown(name))
    return event


def _unknown(name: str) -> Response:
    if len(name) < _UNREADABLE:
        return error(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    return not_found()
