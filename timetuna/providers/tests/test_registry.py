from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from timetuna.lib.http import HttpClient
from timetuna.providers.base import Conferencing, Identity, OAuth, Webhooks
from timetuna.providers.registry import providers

ENVIRONMENT = {"ZOOM_CLIENT_ID": "id", "ZOOM_CLIENT_SECRET": "secret", "ZOOM_WEBHOOK_SECRET_TOKEN": "token"}
FOLDER = Path(__file__).parents[1]


def test_the_folder_is_the_registration() -> None:
    assert set(providers()) == {path.parent.name for path in FOLDER.glob("*/provider.py")}
    assert "zoom" in providers()


@pytest.mark.parametrize("slug", providers())
def test_every_provider_has_a_logo_that_is_only_a_drawing(slug: str) -> None:
    drawing = ET.fromstring(providers()[slug].logo.read_text(encoding="utf-8"))  # noqa: S314 - our own file

    tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert tags <= {"svg", "g", "rect", "path", "circle"}


def test_a_provider_is_there_when_its_settings_are() -> None:
    zoom = providers()["zoom"]

    assert zoom.configured(ENVIRONMENT)
    assert not zoom.configured({})
    assert all(one.configured({}) != any(need.required for need in one.needs) for one in providers().values())
    assert zoom.missing(ENVIRONMENT | {"ZOOM_WEBHOOK_SECRET_TOKEN": " "}) == ("ZOOM_WEBHOOK_SECRET_TOKEN",)


def test_the_config_has_defaults() -> None:
    assert providers()["zoom"].config(ENVIRONMENT, redirect_uri="https://x.test/cb") == {
        "client_id": "id",
        "client_secret": "secret",
        "webhook_secret_token": "token",
        "oauth_url": "https://zoom.us",
        "api_url": "https://api.zoom.us",
        "redirect_uri": "https://x.test/cb",
    }


def test_a_capability_is_having_the_protocol() -> None:
    zoom = providers()["zoom"]

    built = zoom.build(zoom.config(ENVIRONMENT, redirect_uri="x"), HttpClient(user_agent="test"))

    assert all(isinstance(built, protocol) for protocol in (OAuth, Identity, Conferencing, Webhooks))
