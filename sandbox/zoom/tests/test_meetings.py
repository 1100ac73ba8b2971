from typing import Any

import httpx2
import pytest

from sandbox import Sandbox
from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import App, Rules, bearer, meeting


def test_the_profile(app: App, access: str, rules: Rules) -> None:
    response = app.me(access)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert response.headers["x-zm-trackingid"].startswith("v=2.0;clid=us05;rid=WEB_")
    assert response.headers["X-RateLimit-Category"] == "Light"
    profile = response.json()
    assert profile["id"] == "z8yAAAAA8bbbQEXAMPLE01"
    assert profile["display_name"] == "Robin Host"
    assert rules() == []


def test_a_second_read_of_the_profile_is_a_violation(app: App, access: str, rules: Rules) -> None:
    app.me(access)
    app.me(access)
    assert rules() == ["profile-read-again"]


def test_a_meeting_is_made(app: App, access: str, control: ZoomControl, rules: Rules) -> None:
    response = app.create(access, topic="Zoë 🐟")

    assert response.status_code == 201
    assert response.headers["X-RateLimit-Category"] == "Medium"
    made = response.json()
    assert made["topic"] == "Zoë 🐟"
    assert made["start_time"] == "2027-03-05T15:00:00Z"
    assert made["id"] > 2**31
    assert made["join_url"].startswith(f"https://us05web.zoom.example/j/{made['id']}?pwd=")
    assert len(made["password"]) == 6
    assert [row["id"] for row in control.meetings()] == [made["id"]]
    assert rules() == []


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ({"start_time": "2027-03-05T15:00:00", "timezone": "America/New_York"}, "2027-03-05T20:00:00Z"),
        ({"start_time": "2027-03-05T15:00:00", "timezone": ...}, "2027-03-05T14:00:00Z"),
        ({"start_time": "2027-03-05T15:00:00", "timezone": "Europe/Kyiv"}, "2027-03-05T14:00:00Z"),
        ({"start_time": "2027-03-05T15:00:00Z", "timezone": "Asia/Kolkata"}, "2027-03-05T15:00:00Z"),
    ],
)
def test_start_time_with_and_without_z(
    app: App, access: str, sent: dict[str, Any], understood: str, rules: Rules
) -> None:
    made = app.create(access, **sent).json()

    assert made["start_time"] == understood
    assert made["type"] == 2
    assert rules() == ([] if sent["start_time"].endswith("Z") else ["start-time-not-utc"])


@pytest.mark.parametrize(
    "start",
    [..., None, "NaN", "2027-03-05T15:00:00+01:00", "2027-03-05T15:00:00.000Z", "2027-02-30T15:00:00Z", 7],
)
def test_a_start_that_zoom_does_not_understand_is_now(
    app: App, access: str, control: ZoomControl, start: Any, rules: Rules
) -> None:
    response = app.create(access, start_time=start)

    assert response.status_code == 201
    assert response.json()["type"] == 1
    assert response.json()["start_time"][:16] == control.state()["clock"]["now"][:16]
    assert rules() == ["start-time-not-understood"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"topic": "x" * 201}, "topic"),
        ({"topic": "🐟" * 101}, "topic"),
        ({"agenda": "x" * 2001}, "agenda"),
        ({"password": "x" * 11}, "password"),
        ({"type": 4}, "type"),
        ({"duration": "30"}, "duration"),
        ({"duration": 0}, "duration"),
    ],
)
def test_what_zoom_refuses(
    app: App, access: str, sent: dict[str, Any], field: str, control: ZoomControl
) -> None:
    response = app.create(access, **sent)

    assert response.status_code == 400
    assert response.json()["code"] == 300
    assert [problem["field"] for problem in response.json()["errors"]] == [field]
    assert control.meetings() == []


def test_bodies_that_are_no_json(http: httpx2.Client, access: str) -> None:
    text = http.post(
        "/v2/users/me/meetings", content="{}", headers=bearer(access) | {"Content-Type": "text/plain"}
    )
    assert (text.status_code, text.json()) == (415, {"code": 300, "message": "Unsupported Content Type"})
    for body in ("{", "[]", "[" * 100_000):
        headers = bearer(access) | {"Content-Type": "application/json; charset=utf-8"}
        broken = http.post("/v2/users/me/meetings", content=body, headers=headers)
        assert (broken.status_code, broken.json()["code"]) == (400, 300)


def test_a_hundred_meetings_a_day(app: App, access: str, sandbox: Sandbox, control: ZoomControl) -> None:
    zoom = sandbox.world.store.parts["zoom"]
    today = sandbox.world.store.stamp()[:10]
    zoom.created_today[f"{zoom.account('robin').id} {today}"] = 99

    assert app.create(access, topic="the last").status_code == 201
    refused = app.create(access, topic="one too many")

    assert refused.status_code == 429
    assert "daily rate limit (100)" in refused.json()["message"]
    assert "Retry-After" not in refused.headers
    assert "X-RateLimit-Type" not in refused.headers
    control.clock(24 * 3600)
    assert app.create(app.connect()["access_token"], topic="the next day").status_code == 201


def test_users_with_other_settings(app: App, access: str, control: ZoomControl) -> None:
    control.user("robin", embed_passcode=False)
    made = app.create(access, topic="1").json()
    assert "?" not in made["join_url"]
    assert made["password"]

    control.user("robin", passcode_required=False)
    assert "password" not in app.create(access, topic="2").json()

    control.user("robin", can_host=False)
    assert app.create(access, topic="3").json()["code"] == 3161


def test_tokens_end(app: App, access: str, control: ZoomControl) -> None:
    control.clock(3600)
    expired = app.create(access)
    assert (expired.status_code, expired.json()) == (
        401,
        {"code": 124, "message": "Access token is expired."},
    )
    unknown = app.create("nonsense")
    assert (unknown.status_code, unknown.json()) == (401, {"code": 124, "message": "Invalid access token."})


def test_moving_and_deleting_need_their_scopes(
    app: App, http: httpx2.Client, access: str, rules: Rules
) -> None:
    number = app.create(access).json()["id"]

    for method, scope in (("PATCH", "meeting:update:meeting"), ("DELETE", "meeting:delete:meeting")):
        refused = http.request(method, f"/v2/meetings/{number}", json={}, headers=bearer(access))
        expected = {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{scope}]."}
        assert (refused.status_code, refused.json()) == (400, expected)

    assert rules() == ["outside-test-plan", "outside-test-plan"]


def test_moving_and_deleting_with_their_scopes(
    app: App, http: httpx2.Client, control: ZoomControl, rules: Rules
) -> None:
    control.app(extra_scopes=["meeting:update:meeting", "meeting:delete:meeting"])
    access = app.connect()["access_token"]
    path = f"/v2/meetings/{app.create(access).json()['id']}"

    moved = http.patch(path, json={"start_time": "2027-04-01T08:00:00Z"}, headers=bearer(access))
    assert (moved.status_code, moved.content) == (204, b"")
    assert control.meetings()[0]["start_time"] == "2027-04-01T08:00:00Z"

    assert http.delete(path, headers=bearer(access)).status_code == 204
    gone = http.delete(path, headers=bearer(access))
    assert (gone.status_code, gone.json()["code"]) == (404, 3001)
    assert rules() == []


def test_every_other_call_is_refused_and_written_down(http: httpx2.Client, access: str, rules: Rules) -> None:
    refused = http.get("/v2/users/me/meetings", headers=bearer(access))
    assert refused.json()["code"] == 4711
    assert http.get("/v2/report/daily", headers=bearer(access)).json()["code"] == 4711
    assert rules() == ["outside-test-plan", "outside-test-plan"]


def test_a_second_meeting_for_the_same_booking_is_a_violation(app: App, access: str, rules: Rules) -> None:
    app.create(access)
    app.create(access, topic="another booking")
    app.create(access)
    assert rules() == ["second-meeting"]


def test_one_retry_after_a_lost_answer_is_no_violation(
    app: App, access: str, control: ZoomControl, rules: Rules
) -> None:
    control.fault("http_502_after", times=2)

    assert app.create(access).status_code == 502
    assert app.create(access).status_code == 502
    assert rules() == []
    assert app.create(access).status_code == 201
    assert rules() == ["second-retry"]


def test_what_is_asked_without_json_is_refused_in_xml(http: httpx2.Client, rules: Rules) -> None:
    response = http.post("/v2/users/me/meetings", json=meeting(), headers={"Accept": "*/*"})

    assert response.headers["Content-Type"] == "application/xml;charset=UTF-8"
    assert "<code>124</code>" in response.text
    assert rules() == ["accept-not-json"]


def test_credentials_in_the_wrong_place(http: httpx2.Client, access: str, rules: Rules) -> None:
    http.get("/v2/users/me", auth=("a", "b"))
    http.get("/v2/users/me", params={"access_token": access})
    http.post("/oauth/token", data={"client_secret": "x"}, headers=bearer(access))
    assert rules() == ["basic-outside-oauth", "token-in-url", "bearer-outside-v2", "secret-in-body"]
