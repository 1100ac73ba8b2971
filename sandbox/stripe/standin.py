"""Stripe, as the sandbox knows it."""

from sandbox.base.parts import StandIn
from sandbox.base.world import Link, World
from sandbox.stripe import api, controls, events, faults, pages, paths, sessions
from sandbox.stripe.oauth import STRIPE
from sandbox.stripe.state import StripeData


def _tick(world: World) -> int:
    """End what is over, and deliver what is due."""
    with world.store.lock:
        for session in STRIPE.of(world).sessions.values():
            sessions.end_if_over(world, session)
    return events.deliver_due(world)


STAND_IN = StandIn(
    part=STRIPE.part,
    label=STRIPE.label,
    service=STRIPE,
    data=StripeData,
    kind_of=paths.kind_of,
    handlers=STRIPE.handlers()
    | api.HANDLERS
    | {"stripe.pay": pages.show, "stripe.paying": pages.act, "stripe.receipt": pages.receipt},
    browsed=frozenset(
        {"stripe.authorize", "stripe.consent", "stripe.pay", "stripe.paying", "stripe.receipt"}
    ),
    controls=controls.CONTROLS,
    faults=faults.FAULTS,
    tick=_tick,
    page=pages.chosen,
    links=(
        Link(
            "/payments",
            "Payments",
            "{} pages were made to pay on; the keys of the businesses are there, too.",
            lambda world: len(STRIPE.of(world).sessions),
        ),
    ),
    settings=STRIPE.settings,
    real_hosts=("stripe.com",),
)
