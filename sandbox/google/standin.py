"""Google, as the sandbox knows it."""

from collections.abc import Callable

from sandbox.base.serving import Desk, Handler, serve
from sandbox.base.standins import Link, StandIn
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import (
    consent,
    controls,
    events,
    faults,
    freebusy,
    listing,
    pages,
    paths,
    rules,
    state,
    tokens,
)
from sandbox.google.access import RefusedError
from sandbox.google.answers import not_found


def _nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    return not_found()


def _refusing(handler: Callable[[World, Request, Call], Response]) -> Handler:
    def answering(world: World, request: Request, call: Call) -> Response:
        try:
            return faults.second_page(world, request, call) or handler(world, request, call)
        except RefusedError as refused:
            return refused.response

    return answering


_DESK = Desk(
    part="google",
    kind_of=paths.kind_of,
    handlers={
        "google.authorize": consent.authorize,
        "google.consent": consent.decide,
        "google.token.code": tokens.exchange,
        "google.token.refresh": tokens.refresh,
        "google.token.other": tokens.refuse,
        "google.revoke": tokens.revoke,
        "google.userinfo": tokens.userinfo,
        "google.calendars.list": _refusing(listing.calendars),
        "google.events.list": _refusing(listing.events),
        "google.events.get": _refusing(events.get),
        "google.events.insert": _refusing(events.insert),
        "google.events.patch": _refusing(events.patch),
        "google.events.update": _refusing(events.update),
        "google.events.delete": _refusing(events.delete),
        "google.freebusy": _refusing(freebusy.query),
        "google.page": pages.answer,
        "google.other": _nothing_there,
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
        "GOOGLE_CLIENT_ID": app.client_id,
        "GOOGLE_OAUTH_URL": home,
        "GOOGLE_TOKEN_URL": home,
        "GOOGLE_API_URL": home,
        "Google's redirect address": app.redirect_uri,
    }


STAND_IN = StandIn(
    part="google",
    label="Google Calendar",
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
    pages=(
        Link(pages.PAGE, "Google Calendar", "The calendars of the Google accounts, and what stands in them."),
    ),
    settings=_settings,
    real_hosts=("google.com", "googleapis.com"),
)
