"""What tests may ask of Zoom's stand-in, below /_control/zoom/."""

from dataclasses import asdict
from typing import Any

from sandbox.base.service import changed
from sandbox.base.world import World
from sandbox.zoom import events
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.pages import marketplace

Json = dict[str, Any]
_SCOPES = {"extra_scopes", "drop_scopes"}


def remove_app(world: World, wishes: Json) -> Json:
    """Remove the app for a user and return how the app answered."""
    options = events.EventOptions.read(wishes)
    deliveries = events.remove_app(world, ZOOM.account_of(world, wishes), options=options)
    return _told([asdict(row) for row in deliveries])


def deliver_held(world: World, wishes: Json) -> Json:
    """Deliver the events that were held back."""
    deliveries = events.let_go(world, newest_first=bool(wishes.get("newest_first")))
    return _told([asdict(row) for row in deliveries])


def _told(deliveries: list[Json]) -> Json:
    return {"statuses": [row["status"] for row in deliveries], "deliveries": deliveries}


def url_validation(world: World, wishes: Json) -> Json:
    """Send `endpoint.url_validation`."""
    return events.url_validation(world, plain_token=str(wishes.get("plain_token", "")))


def app(world: World, wishes: Json) -> Json:
    """Change how the app is registered; new scopes are in grants from the next consent on."""
    data = ZOOM.of(world)
    changed(data, {name: value for name, value in wishes.items() if name in _SCOPES})
    changed(data.app, {name: value for name, value in wishes.items() if name not in _SCOPES})
    return {"scopes": data.scopes}


def user(world: World, wishes: Json) -> Json:
    """Change a user's flags and names."""
    fields = {name: value for name, value in wishes.items() if name != "account"}
    return asdict(changed(ZOOM.account_of(world, wishes), fields))


def marketplace_add(world: World, wishes: Json) -> Json:
    """Return where the browser would go from the Marketplace."""
    return {"location": marketplace(world, ZOOM.account_of(world, wishes))}


CONTROLS = ZOOM.controls() | {
    ("POST", "remove-app"): remove_app,
    ("POST", "deliver-held"): deliver_held,
    ("POST", "url-validation"): url_validation,
    ("POST", "app"): app,
    ("POST", "user"): user,
    ("POST", "marketplace-add"): marketplace_add,
}
