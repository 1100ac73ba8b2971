"""Where a host goes on after connecting an account at its provider: kept in their session, never in an address."""

from django.http import HttpRequest
from django.urls import reverse

_KEY = "connecting_goes_back_to"


def remember_place(request: HttpRequest, provider: str, path: str) -> None:
    """Keep the path of one of our own pages; "" is Connected providers."""
    places = {**request.session.get(_KEY, {}), provider: path}
    request.session[_KEY] = {slug: place for slug, place in places.items() if place}


def take_place(request: HttpRequest, provider: str) -> str:
    """Return the path that was kept, once."""
    places = dict(request.session.get(_KEY, {}))
    path = places.pop(provider, "")
    if path:
        request.session[_KEY] = places
    return path or reverse("settings_providers")
