import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from sandbox import Sandbox
from sandbox.base.parts import stand_ins
from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import App, Rules


@pytest.mark.parametrize("part", stand_ins())
def test_every_fault_of_the_catalogue_is_made_by_somebody(part: str) -> None:
    faults = stand_ins()[part].faults
    made = {
        "before": {name for name, row in faults.items() if row.answer},
        "shape": {name for name, row in faults.items() if row.change},
    }
    assert made == {stage: {name for name, row in faults.items() if row.stage == stage} for stage in made}


def test_a_fault_strikes_as_often_as_it_is_told(app: App, access: str, control: ZoomControl) -> None:
    control.fault("unauthorized", times=2, on="v2.create")
    assert app.me(access).status_code == 200
    assert [app.create(access, topic=str(i)).status_code for i in range(3)] == [401, 401, 201]

    control.fault("unauthorized", times=None)
    assert [app.create(access, topic=f"b{i}").status_code for i in range(3)] == [401, 401, 401]
    control.clear_faults()
    assert app.create(access, topic="c").status_code == 201


def test_unknown_faults_are_refused(control: ZoomControl) -> None:
    with pytest.raises(ValueError, match="There is no fault called nonsense"):
        control.fault("nonsense")
    with pytest.raises(ValueError, match="at least once"):
        control.fault("slow", times=0)


def test_tokens_expire_and_grants_end_at_once(app: App, control: ZoomControl, rules: Rules) -> None:
    tokens = app.connect()
    control.fault("expire_access_token", user="casey")
    assert app.me(tokens["access_token"]).status_code == 200
    control.fault("expire_access_token", user="robin")
    assert app.create(tokens["access_token"]).json()["message"] == "Access token is expired."
    renewed = app.refresh(tokens["refresh_token"]).json()
    assert app.create(renewed["access_token"]).status_code == 201

    control.fault("revoke_grant")
    assert app.create(renewed["access_token"]).json()["message"] == "Invalid access token."
    assert app.refresh(renewed["refresh_token"]).json()["error"] == "invalid_grant"
    assert rules() == []


def test_a_rotated_token_whose_answer_is_lost(app: App, control: ZoomControl, rules: Rules) -> None:
    tokens = app.connect()
    control.fault("rotate_drop")

    with pytest.raises(httpx2.RemoteProtocolError):
        app.refresh(tokens["refresh_token"])

    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert rules() == []


def test_the_old_access_token_may_die_with_a_refresh(app: App, control: ZoomControl) -> None:
    tokens = app.connect()
    app.refresh(tokens["refresh_token"])
    assert app.me(tokens["access_token"]).status_code == 200

    tokens = app.connect()
    control.fault("old_access_dies")
    app.refresh(tokens["refresh_token"])
    assert app.me(tokens["access_token"]).status_code == 401


def test_connections_end_before_and_after_the_work(app: App, access: str, control: ZoomControl) -> None:
    control.fault("reset_before")
    with pytest.raises(httpx2.ReadError):
        app.create(access, topic="before")
    assert control.meetings() == []

    for name, error in (
        ("reset_after", httpx2.ReadError),
        ("dropped_after", httpx2.RemoteProtocolError),
        ("truncated", httpx2.RemoteProtocolError),
    ):
        control.fault(name)
        with pytest.raises(error):
            app.create(access, topic=name)
    assert [(row["topic"], row["delivered"]) for row in control.meetings()] == [
        ("reset_after", False),
        ("dropped_after", False),
        ("truncated", False),
    ]
    assert [row["ending"] for row in control.calls("v2.create")] == ["reset", "reset", "dropped", "truncated"]


def test_slow_answers(app: App, access: str, control: ZoomControl) -> None:
    control.fault("slow", seconds=0.3, on="v2.create")
    started = time.monotonic()
    assert app.create(access).status_code == 201
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    ("name", "status", "header", "words"),
    [
        ("rate_limit_second", 429, "X-RateLimit-Reset", "per-second"),
        ("rate_limit_daily", 429, "Retry-After", "maximum daily"),
        ("rate_limit_user", 429, "X-RateLimit-Category", "(100)"),
        ("rate_limit_concurrent", 429, "x-zm-trackingid", "concurrent"),
        ("http_500_html", 500, "Content-Type", "<html>"),
        ("http_502_html", 502, "Content-Type", "<html>"),
        ("http_503_html", 503, "Content-Type", "<html>"),
        ("cannot_host", 400, "Content-Type", "3161"),
        ("validation_300", 400, "Content-Type", "Password does not meet"),
        ("create_4711", 400, "Content-Type", "meeting:write:meeting"),
        ("user_missing", 404, "Content-Type", "1001"),
        ("error_200", 200, "Content-Type", "Validation Failed."),
        ("not_json", 200, "Content-Type", "All is well."),
        ("redirect", 307, "Location", ""),
    ],
)
def test_answers_instead_of_a_meeting(
    app: App, access: str, control: ZoomControl, name: str, status: int, header: str, words: str
) -> None:
    control.fault(name)

    response = app.create(access)

    assert response.status_code == status
    assert header in response.headers
    assert words in response.text
    assert control.meetings() == []
    assert control.calls("v2.create")[0]["faults"] == [name]


def test_retry_after_is_an_iso_date(app: App, access: str, control: ZoomControl) -> None:
    control.fault("rate_limit_daily")
    assert app.create(access).headers["Retry-After"].endswith("T00:00:00Z")
    control.fault("rate_limit_daily", retry_after="7")
    assert app.create(access).headers["Retry-After"] == "7"


def test_a_huge_answer(app: App, access: str, control: ZoomControl) -> None:
    control.fault("huge_body")
    assert len(app.create(access).content) > 8_000_000


def test_xml_always(app: App, access: str, control: ZoomControl) -> None:
    control.fault("xml_errors")
    control.fault("cannot_host")
    assert app.create(access).text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?><result><code>3161</code>'
    )


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("no_password", "password", None),
        ("empty_password", "password", ""),
        ("join_url_missing", "join_url", None),
        ("join_url_javascript", "join_url", "javascript:alert(document.domain)"),
        ("no_uuid", "uuid", None),
        ("start_time_shifted", "start_time", "2027-03-05T16:00:00Z"),
        ("start_time_missing", "start_time", None),
        ("extra_fields", "aa_flag", True),
    ],
)
def test_odd_meetings(
    app: App, access: str, control: ZoomControl, name: str, field: str, expected: Any
) -> None:
    control.fault(name)
    response = app.create(access)
    assert response.status_code == 201
    assert response.json().get(field) == expected


def test_odd_links_and_ids(app: App, access: str, control: ZoomControl) -> None:
    control.fault("join_url_without_pwd")
    made = app.create(access, topic="1").json()
    assert made["join_url"].endswith(f"/j/{made['id']}")
    assert made["password"]
    control.fault("join_url_http")
    assert app.create(access, topic="2").json()["join_url"].startswith("http://")
    control.fault("id_as_text")
    assert isinstance(app.create(access, topic="3").json()["id"], str)


def test_an_unknown_zone_may_be_refused(app: App, access: str, control: ZoomControl) -> None:
    control.fault("unknown_timezone_error")
    refused = app.create(access, timezone="Europe/Kyiv")
    assert refused.json()["errors"][0]["field"] == "timezone"


def test_odd_profiles(app: App, control: ZoomControl) -> None:
    access = app.connect()["access_token"]
    control.fault("no_display_name")
    assert "display_name" not in app.me(access).json()
    control.fault("no_names")
    assert not {"display_name", "first_name", "last_name"} & set(app.me(access).json())
    control.fault("no_user_id")
    assert "id" not in app.me(access).json()
    control.fault("users_me_fails", status=503, code=5, message="Later.")
    failed = app.me(access)
    assert (failed.status_code, failed.json()) == (503, {"code": 5, "message": "Later."})


def test_odd_tokens(app: App, control: ZoomControl) -> None:
    control.fault("token_missing_scope")
    assert app.connect()["scope"] == "user:read:user"
    control.fault("token_without_refresh")
    assert "refresh_token" not in app.connect()
    control.fault("expires_in")
    assert app.connect()["expires_in"] == 3600


def test_the_token_endpoint_in_trouble(app: App, control: ZoomControl) -> None:
    for name, status, words in (
        ("token_500_html", 500, "<html>"),
        ("token_502_html", 502, "<html>"),
        ("token_429", 429, "Too many"),
        ("invalid_client", 400, "invalid_client"),
        ("invalid_grant", 400, "invalid_grant"),
    ):
        control.fault(name)
        response = app.refresh("x")
        assert (response.status_code, words in response.text) == (status, True)
    control.fault("invalid_client", status=401)
    assert app.refresh("x").status_code == 401


def test_old_error_texts(app: App, control: ZoomControl) -> None:
    control.fault("old_error_texts", status=401)
    old = app.refresh("x")
    assert (old.status_code, old.json()) == (401, {"reason": "Invalid Token!", "error": "invalid_request"})
    control.fault("bare_error")
    assert app.refresh("x").json() == {"error": "invalid_grant"}


def test_consent_that_leads_nowhere(app: App, control: ZoomControl) -> None:
    control.fault("preapproval")
    assert "approval" in app.authorize().text
    control.decide("deny")
    control.fault("decline_without_redirect")
    assert app.authorize().status_code == 200
    control.fault("decline_without_state")
    assert app.authorize().headers["Location"].endswith("?error=access_denied")


def test_a_scope_may_be_tolerated(app: App, control: ZoomControl, rules: Rules) -> None:
    control.fault("lenient_scope")
    assert app.authorize(scope="anything").status_code == 302
    assert rules() == ["scope-at-authorize"]


def test_a_slow_answer_of_an_earlier_day_uses_up_no_fault_of_today(
    sandbox: Sandbox, control: ZoomControl
) -> None:
    control.fault("slow", seconds=0.3)
    with ThreadPoolExecutor() as pool:
        late = pool.submit(httpx2.get, f"{sandbox.http_url}/v2/users/me", trust_env=False)
        while not control.calls("v2"):
            pass
        control.reset()
        control.fault("http_500_html")
        with pytest.raises(httpx2.RemoteProtocolError):
            late.result()

    assert httpx2.get(f"{sandbox.http_url}/v2/users/me", trust_env=False).status_code == 500
