"""The stand-in among the others: its state, its pages, its part of the sandbox."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.__main__ import main
from sandbox.google.control import GoogleControl
from sandbox.google.tests.conftest import AUTHORIZE, BASIC, EVENTS, TIMES, WRITE, asked

START = datetime(2031, 3, 5, 9, tzinfo=UTC)
PAGE = "/google/calendar"


def test_what_happened_survives_a_restart(tmp_path: Path) -> None:
    settings = SandboxConfig(state_dir=tmp_path, parts=frozenset({"google"}))
    with Sandbox(settings) as sandbox, SandboxControl(sandbox.http_url) as control:
        google = GoogleControl(control)
        google.decide("allow", account="casey")
        google.add_event(START, START + timedelta(hours=1), account="casey")
        with httpx2.Client(base_url=sandbox.http_url) as http:
            http.get(AUTHORIZE, params=asked())
        before = google.state()

    with Sandbox(settings) as sandbox, SandboxControl(sandbox.http_url) as control:
        assert GoogleControl(control).state() == before
        assert len(control.secrets()) == 3  # two of Zoom's, and the code


def test_a_reset_forgets_it(google: GoogleControl) -> None:
    google.add_event(START, START + timedelta(hours=1))
    google.sandbox.reset()

    assert google.events() == []
    assert google.state()["decision"]["decision"] == "ask"


def test_without_its_part_there_is_no_google() -> None:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"mailbox"}))) as sandbox,
        httpx2.Client(base_url=sandbox.http_url) as http,
    ):
        assert http.get(PAGE).status_code == 404
        assert http.get("/_control/google/state").status_code == 404
        assert "Google" not in http.get("/").text


@pytest.mark.parametrize(
    "environ", [{"GOOGLE_CLIENT_ID": "a-real-one"}, {"GOOGLE_API_URL": "https://www.googleapis.com"}]
)
def test_it_does_not_start_beside_the_real_google(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main(["--http-port", "0", "--parts", "google"]) == 2
    assert "does not start beside" in capsys.readouterr().err


def test_the_first_page_leads_there_and_says_the_settings(http: httpx2.Client) -> None:
    page = http.get("/").text

    assert 'href="/google/calendar"' in page
    assert "GOOGLE_TOKEN_URL" in page
    assert "sandbox-google-client" in page
    assert "/meetings" not in page


def test_faults_have_their_groups_and_switches(
    http: httpx2.Client, google: GoogleControl, api: httpx2.Client
) -> None:
    assert "Google Calendar: Instead of an answer" in http.get("/faults").text

    http.post("/faults/set", data={"name": "google_500", "times": "1"})
    http.post("/faults/set", data={"name": "google_expire_access", "times": "1"})

    assert [row["name"] for row in google.sandbox.state()["faults"]] == ["google_500"]
    assert [api.get(EVENTS).status_code for _ in range(2)] == [500, 401]
    call = google.sandbox.calls("google.events")[0]
    assert (call["user"], call["faults"], call["status"]) == ("", ["google_500"], 500)


def test_calls_and_broken_rules_are_shown(http: httpx2.Client, api: httpx2.Client) -> None:
    api.post(EVENTS, json=TIMES)

    page = http.get("/calls").text

    assert "without sendUpdates=none" in page
    assert "robin@host.example" in page


def test_a_person_looks_adds_and_deletes(
    http: httpx2.Client, api: httpx2.Client, google: GoogleControl
) -> None:
    api.post(EVENTS, params=WRITE, json=TIMES | {"summary": "<script>alert(1)</script>"})
    google.add_event(date(2031, 3, 6), date(2031, 3, 7), summary="Day off", transparency="transparent")
    form = {"calendar": "robin robin@host.example", "title": "Dentist", "start": "2031-03-07T10:00"}

    assert http.post(f"{PAGE}/add", data=form | {"end": "2031-03-07T11:00"}).headers["Location"] == PAGE
    page = http.get(PAGE).text
    for words in (
        "2031-03-05 13:00",
        "&lt;script&gt;",
        "by TimeTuna",
        "Day off",
        "all day",
        "2031-03-07 10:00",
    ):
        assert words in page
    dentist = next(event for event in google.events() if event["summary"] == "Dentist")
    assert dentist["start"] == {"dateTime": "2031-03-07T10:00", "timeZone": "Europe/Berlin"}
    http.post(f"{PAGE}/delete", data={"calendar": "robin@host.example", "event": dentist["id"]})
    assert "Dentist" not in http.get(PAGE).text


def test_a_form_that_makes_no_sense_keeps_what_was_typed(http: httpx2.Client) -> None:
    form = {"calendar": "robin robin@host.example", "title": "Back in time", "start": "2031-03-07T10:00"}

    late = http.post(f"{PAGE}/add", data=form | {"end": "2031-03-07T09:00"}).text

    assert "needs a start and an end after it" in late
    assert 'value="Back in time"' in late
    assert "no such calendar" in http.post(f"{PAGE}/add", data={"calendar": "x y"}).text
    assert "no such event" in http.post(f"{PAGE}/delete", data={"event": "x"}).text


def test_a_person_withdraws_the_consent(http: httpx2.Client, tokens: Any) -> None:
    assert "s access</button>" in http.get(PAGE).text

    http.post(f"{PAGE}/revoke", data={"account": "robin"})

    assert "s access</button>" not in http.get(PAGE).text
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert http.post("/google/token", data=form, auth=BASIC).json()["error"] == "invalid_grant"


def test_no_page_shows_a_secret(http: httpx2.Client, tokens: Any, google: GoogleControl) -> None:
    secrets = google.sandbox.secrets()
    pages = [http.get(path).text for path in ("/", "/calls", "/faults", PAGE, "/_control/google/state")]

    assert tokens["refresh_token"] in secrets
    assert tokens["access_token"] in secrets
    assert [secret for secret in secrets for page in pages if secret in page] == []


def test_pages_are_guarded_and_the_api_is_not_a_page(http: httpx2.Client, tokens: Any) -> None:
    elsewhere = {"Origin": "https://evil.example"}
    assert http.post(f"{PAGE}/revoke", data={"account": "robin"}, headers=elsewhere).status_code == 403
    assert http.post(AUTHORIZE, data=asked(), headers=elsewhere).status_code == 403
    assert http.get(PAGE, headers={"Host": "evil.example"}).status_code == 421
    assert "default-src 'none'" in http.get(PAGE).headers["Content-Security-Policy"]
    assert "localhost:8000" in http.get(AUTHORIZE, params=asked()).headers["Content-Security-Policy"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}", "Host": "www.googleapis.example"}
    assert http.get("/google/oauth2/v3/userinfo", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    ("path", "wishes"),
    [
        ("google/decide", {"decision": "maybe"}),
        ("google/decide", {"account": "nobody"}),
        ("google/calendar/change", {"id": "primary", "color": 7}),
        ("google/calendar/change", {"id": "nowhere"}),
        ("google/event", {"start": "2031-03-05", "end": "2031-03-04"}),
        ("google/event/remove", {"event": "none"}),
        ("google/calendar", {"id": "x", "shape": "round"}),
    ],
)
def test_wishes_that_make_no_sense(google: GoogleControl, path: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        google.sandbox.tell(path, **wishes)


def test_a_calendar_can_be_changed_and_taken_away(google: GoogleControl, api: httpx2.Client) -> None:
    google.add_calendar("x@y.example", summary="Extra", role="reader")
    google.change_calendar("x@y.example", selected=False, color="#000000")

    def listing() -> dict[str, Any]:
        items = api.get("/google/calendar/v3/users/me/calendarList").json()["items"]
        return {row["id"]: row for row in items}

    assert "selected" not in listing()["x@y.example"]
    google.remove_calendar("x@y.example")
    assert "x@y.example" not in listing()
