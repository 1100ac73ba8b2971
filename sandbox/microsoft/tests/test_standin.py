"""The stand-in among the others: its state, its pages, its part of the sandbox."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.__main__ import main
from sandbox.microsoft.control import MicrosoftControl
from sandbox.microsoft.state import PRIMARY
from sandbox.microsoft.tests.conftest import AUTHORIZE, GRAPH, TIMES, asked

START = datetime(2031, 3, 5, 9, tzinfo=UTC)
PAGE = "/microsoft/calendar"
TYPED = {
    "calendar": f"robin {PRIMARY}",
    "title": "Dentist",
    "start": "2031-03-05T09:00",
    "end": "2031-03-05T10:00",
}


def test_what_happened_survives_a_restart(tmp_path: Path) -> None:
    settings = SandboxConfig(state_dir=tmp_path, parts=frozenset({"microsoft"}))
    with Sandbox(settings) as sandbox, SandboxControl(sandbox.http_url) as control:
        microsoft = MicrosoftControl(control)
        microsoft.decide("allow")
        microsoft.add_event(START, START + timedelta(hours=1))
        with httpx2.Client(base_url=sandbox.http_url) as http:
            http.get(AUTHORIZE, params=asked())
        before = microsoft.state()

    with Sandbox(settings) as sandbox, SandboxControl(sandbox.http_url) as control:
        assert MicrosoftControl(control).state() == before
        assert len(control.secrets()) == 3  # two of Zoom's, and the code


def test_without_its_part_there_is_no_microsoft() -> None:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"mailbox"}))) as sandbox,
        httpx2.Client(base_url=sandbox.http_url) as http,
    ):
        assert http.get(PAGE).status_code == 404
        assert "Microsoft" not in http.get("/").text


@pytest.mark.parametrize(
    "environ", [{"MICROSOFT_CLIENT_ID": "a-real-one"}, {"MICROSOFT_API_URL": "https://graph.microsoft.com"}]
)
def test_it_does_not_start_beside_the_real_microsoft(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main(["--parts", "microsoft"]) == 2
    assert "real Microsoft" in capsys.readouterr().err


def test_the_first_page_leads_there_and_says_the_settings(http: httpx2.Client) -> None:
    page = http.get("/").text

    for words in (f'href="{PAGE}"', "MICROSOFT_API_URL", "sandbox-microsoft-client"):
        assert words in page


def test_a_person_looks_adds_and_deletes(http: httpx2.Client, microsoft: MicrosoftControl) -> None:
    microsoft.add_event(START, START + timedelta(hours=1), subject="<script>alert(1)</script>")
    http.post(f"{PAGE}/add", data=TYPED | {"shown": "tentative"})

    page = http.get(PAGE).text
    assert "<script" not in page
    for words in ("Dentist", "2031-03-05 09:00", "tentative", "&lt;script&gt;"):
        assert words in page
    first, second = microsoft.events()
    http.post(f"{PAGE}/delete", data={"account": "robin", "event": first["id"]})
    assert [event["id"] for event in microsoft.events()] == [second["id"]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"end": "2031-03-05T08:00"}, "needs a start"), ({"calendar": "robin nowhere"}, "no such calendar")],
)
def test_a_form_that_makes_no_sense_keeps_what_was_typed(
    http: httpx2.Client, changes: dict[str, str], words: str
) -> None:
    page = http.post(f"{PAGE}/add", data=TYPED | changes).text

    assert words in page
    assert 'value="Dentist"' in page


def test_a_person_withdraws_the_consent(http: httpx2.Client, tokens: Any) -> None:
    http.post(f"{PAGE}/revoke", data={"account": "robin"})

    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.get(f"{GRAPH}/me", headers=bearer).status_code == 401


@pytest.mark.usefixtures("tokens")
def test_no_page_shows_a_secret(http: httpx2.Client, microsoft: MicrosoftControl) -> None:
    secrets = microsoft.sandbox.secrets()
    pages = [http.get(path).text for path in ("/", PAGE, "/calls", "/faults", "/_control/microsoft/state")]

    assert len(secrets) > 3
    assert [secret for secret in secrets for page in pages if secret in page] == []


def test_pages_are_guarded_and_the_api_is_not_a_page(http: httpx2.Client) -> None:
    elsewhere = {"Origin": "https://evil.example"}

    assert http.post(f"{PAGE}/add", data=TYPED, headers=elsewhere).status_code == 403
    assert http.get(PAGE, headers={"Host": "evil.example"}).status_code == 421
    assert http.get(f"{GRAPH}/me", headers={"Host": "sandbox:8001"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "wishes"),
    [
        ("decide", {"decision": "perhaps"}),
        ("decide", {"account": "nobody"}),
        ("event", TIMES | {"start": "2031-03-05T12:00:00", "end": "2031-03-05T13:00:00"}),
        ("event/remove", {"event": "nothing"}),
        ("calendar/change", {"can_edit": "yes"}),
        ("account/change", {"account": "nobody"}),
    ],
)
def test_wishes_that_make_no_sense(microsoft: MicrosoftControl, path: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        microsoft.sandbox.tell(f"microsoft/{path}", **wishes)
