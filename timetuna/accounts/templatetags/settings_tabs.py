"""The tabs of the settings, and on which of them one is."""

from collections.abc import Sequence
from typing import NamedTuple

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.translation import gettext_lazy

register = template.Library()

_PROFILE, _PROVIDERS = "profile", "settings_providers"
_LABELS = {
    _PROFILE: gettext_lazy("Profile"),
    "teams": gettext_lazy("Team"),
    _PROVIDERS: gettext_lazy("Connected providers"),
    "connected_apps": gettext_lazy("Connected apps"),
    "imports": gettext_lazy("Import"),
    "guests_data": gettext_lazy("Guests’ data"),
    "developers": gettext_lazy("Developers"),
}
"""By the name of their address, as they stand from left to right."""


class SettingsTab(NamedTuple):
    """current: whether it is the one that is shown."""

    url: str
    label: str
    current: bool


@register.inclusion_tag("accounts/settings_tabs.html", takes_context=True)
def settings_tabs(context: RequestContext) -> dict[str, Sequence[SettingsTab]]:
    """All of them, for the page that is shown."""
    current = _current(context["request"].path)
    return {
        "tabs": [SettingsTab(reverse(name), str(label), name == current) for name, label in _LABELS.items()]
    }


def _current(path: str) -> str:
    """The one below whose address it is. Of the rest, pages of the account are the profile's, all others providers'."""
    found = next((name for name in _LABELS if path.startswith(reverse(name))), None)
    return found or (_PROFILE if path.startswith("/settings/") else _PROVIDERS)
