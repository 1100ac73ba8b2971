import httpx2
import pytest

from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import App, Receiver


def test_every_page_can_be_opened(http: httpx2.Client, app: App, access: str) -> None:
    app.create(access, topic="<script>alert(1)</script>")
    app.create(access, topic="<script>alert(1)</script>")

    for path in (
        "/",
        "/apps",
        "/meetings",
        "/calls",
        "/faults",
        "/send-url-validation",
        "/mail",
        "/calendars",
    ):
        page = http.get(path)
        assert (path, page.status_code) == (path, 200)
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert http.get("/static/sandbox.css").headers["Content-Type"] == "text/css; charset=utf-8"
    assert http.get("/nowhere").status_code == 404


def test_no_page_shows_a_secret(http: httpx2.Client, app: App, access: str, control: ZoomControl) -> None:
    app.me(access)
    app.create(access)
    secrets = control.secrets()

    pages = [http.get(path).text for path in ("/", "/apps", "/meetings", "/calls", "/faults", "/texts")]
    pages += [http.get(f"/_control/{path}").text for path in ("state", "zoom/state")]

    assert len(secrets) == 17
    assert [secret for secret in secrets for page in pages if secret in page] == []


def test_the_calls_page_marks_what_was_broken(http: httpx2.Client, app: App, access: str) -> None:
    app.me(access)
    app.me(access)
    page = http.get("/calls").text
    assert "/users/me was read more than once" in page
    assert 'class="broken"' in page


@pytest.mark.usefixtures("access")
def test_removing_by_the_button(http: httpx2.Client, control: ZoomControl, receiver: Receiver) -> None:
    response = http.post("/apps/remove", data={"user": "robin", "shape": "legacy", "retention": '"false"'})

    assert response.headers["Location"] == "/apps"
    assert b'"user_data_retention":"false"' in receiver.received[0][1]
    assert control.state()["grants_count"] == 0
    assert "app_deauthorized" in http.get("/apps").text


def test_adding_by_the_button(http: httpx2.Client) -> None:
    location = http.post("/apps/add", data={"user": "casey"}).headers["Location"]
    assert "?code=" in location
    assert "state" not in location


def test_faults_by_the_button(http: httpx2.Client, control: ZoomControl) -> None:
    http.post("/faults/set", data={"name": "cannot_host", "times": "stay"})
    http.post("/faults/set", data={"name": "slow", "times": "1"})
    assert [(row["name"], row["times"]) for row in control.state()["faults"]] == [
        ("cannot_host", None),
        ("slow", 1),
    ]
    assert "until switched off" in http.get("/faults").text

    http.post("/faults/set", data={"name": "cannot_host", "times": "off"})
    assert [row["name"] for row in control.state()["faults"]] == ["slow"]
    http.post("/faults/clear")
    assert control.state()["faults"] == []
    assert http.post("/faults/set", data={"name": "expire_access_token", "times": "1"}).status_code == 303
    assert http.post("/faults/set", data={"name": "nonsense"}).status_code == 404


@pytest.mark.usefixtures("receiver")
def test_validation_by_the_button(http: httpx2.Client) -> None:
    assert "answered rightly" in http.post("/send-url-validation").text


def test_the_join_page(http: httpx2.Client, app: App, access: str) -> None:
    made = app.create(access, topic="Intro & more").json()
    page = http.get(f"/j/{made['id']}").text
    assert "Intro &amp; more" in page
    assert made["password"] in page
    assert http.get("/j/1").status_code == 404


@pytest.mark.parametrize("path", ["/apps/remove", "/faults/clear", "/mail/clear", "/send-url-validation"])
def test_forms_from_other_sites_are_refused(http: httpx2.Client, path: str) -> None:
    assert http.post(path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_control_api_refuses_other_sites_and_names(http: httpx2.Client) -> None:
    assert http.get("/_control/state", headers={"Origin": "https://evil.example"}).status_code == 403
    assert http.get("/_control/state", headers={"Host": "evil.example"}).status_code == 403
    assert http.post("/_control/nothing", json={}).status_code == 404
    assert http.post("/_control/fault", json={}).status_code == 400
    assert http.post("/_control/fault", content="[").status_code == 400
    assert http.post("/_control/zoom/user", json={"account": "nobody"}).status_code == 400
    assert http.post("/_control/zoom/user", json={"can_host": "yes"}).status_code == 400
    assert http.post("/_control/zoom/app", json={"extra_scopes": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/mail", "/calls", "/oauth/authorize?client_id=x"])
def test_pages_are_not_shown_under_a_name_that_was_rebound(http: httpx2.Client, path: str) -> None:
    assert http.get(path, headers={"Host": "evil.example:8601"}).status_code == 421
    assert http.get(path, headers={"Host": "[evil"}).status_code == 421
    assert http.get(path, headers={"Host": "localhost:8601"}).status_code != 421
