"""Microsoft, as the sandbox knows it."""

from collections.abc import Callable

from sandbox.base.serving import Desk, Handler, serve
from sandbox.base.standins import Link, StandIn
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.microsoft import (
    consent,
    controls,
    events,
    faults,
    listing,
    pages,
    paths,
    rules,
    state,
    tokens,
)
from sandbox.microsoft.access import RefusedError
from sandbox.microsoft.answers import bad_request


def _nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    return bad_request("Resource not found for the segment.")


def _refusing(handler: Callable[[World, Request, Call], Response]) -> Handler:
    def answering(world: World, request: Request, call: Call) -> Response:
        try:
            return faults.second_page(world, request, call) or handler(world, request, call)
        except RefusedError as refused:
            return refused.response

    return answering


_DESK = Desk(
    part="microsoft",
    kind_of=paths.kind_of,
    handlers={
        "microsoft.authorize": consent.authorize,
        "microsoft.consent": consent.decide,
        "microsoft.token.code": tokens.exchange,
        "microsoft.token.refresh": tokens.refresh,
        "microsoft.token.other": tokens.refuse,
        "microsoft.me": _refusing(listing.me),
        "microsoft.calendars.list": _refusing(listing.calendars),
        "microsoft.view": _refusing(listing.view),
        "microsoft.delta": _refusing(listing.delta),
        "microsoft.events.list": _refusing(listing.events),
        "microsoft.events.create": _refusing(events.create),
        "microsoft.events.get": _refusing(events.get),
        "microsoft.events.patch": _refusing(events.patch),
        "microsoft.events.delete": _refusing(events.delete),
        "microsoft.page": pages.answer,
        "microsoft.other": _nothing_there,
    },
    look=rules.look,
    before=faults.BEFORE,
    shapes=faults.SHAPES,
)


def _answer(world: World, request: Request) -> Response:
    return serve(_DESK, world, request)


def _settings(world: World) -> dict[str, str]:
    app, home = state.of(world).app, f"{world.public_url}{paths.PREFIX}"
    return {
        "MICROSOFT_CLIENT_ID": app.client_id,
        "MICROSOFT_OAUTH_URL": home,
        "MICROSOFT_API_URL": home,
        "Microsoft's redirect address": app.redirect_uri,
    }


STAND_IN = StandIn(
    part="microsoft",
    label="Microsoft 365 / Outlook",
    is_mine=paths.is_mine,
    is_page=paths.is_page,
    answer=_answer,
    fresh=state.fresh,
    read=state.read,
    secrets=state.secrets_of,
    deed=faults.deed,
    controls=controls.CONTROLS,
    faults=faults.FAULTS,
    rules=rules.RULES,
    pages=(Link(paths.PAGE, "Outlook", "The calendars of the Microsoft accounts, and what stands in them."),),
    settings=_settings,
    real_hosts=("microsoftonline.com", "microsoft.com"),
)
