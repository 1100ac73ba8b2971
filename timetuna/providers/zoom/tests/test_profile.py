import json

import pytest

from sandbox.zoom.control import ZoomControl
from timetuna.lib.tests.wires import Wire, answer
from timetuna.providers.base import Profile
from timetuna.providers.errors import ProviderError
from timetuna.providers.zoom.provider import Zoom
from timetuna.providers.zoom.tests.conftest import build
from timetuna.providers.zoom.tests.test_meetings import HEAD


def test_connect_ok_reads_the_profile_once(control: ZoomControl, provider: Zoom, token: str) -> None:
    profile = provider.profile(token)

    assert (profile.email, profile.display_name) == ("robin@host.example", "Robin Host")
    assert len(control.calls("v2.users_me")) == 1


@pytest.mark.parametrize(
    ("fault", "name"), [("no_display_name", "Robin Host"), ("no_names", "robin@host.example")]
)
def test_a_name_is_always_found(
    control: ZoomControl, provider: Zoom, token: str, fault: str, *, name: str
) -> None:
    control.fault(fault)

    assert provider.profile(token).display_name == name


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        ("users_me_fails", True),
        ("no_user_id", False),
        ("http_500_html", False),
        ("not_json", False),
        ("error_200", True),
    ],
)
def test_connect_users_me_failed(
    control: ZoomControl, provider: Zoom, token: str, fault: str, *, permanent: bool
) -> None:
    control.fault(fault)

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.profile(token)

    assert (raised.value.permanent, raised.value.outcome_unknown) == (permanent, False)


def test_a_profile_is_labels_and_keys() -> None:
    body = {
        "id": "z8y",
        "email": "a@b.test\r\n",
        "display_name": "Eve\u202e\nX",
        "account_id": "a b",
        "type": 99,
    }
    with Wire(answer(HEAD.format("200 OK"), json.dumps(body).encode())) as wire:
        assert build(wire.url).profile("token") == Profile("z8y", "", "a@b.test", "Eve X")
