import os
import signal
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.__main__ import main
from sandbox.config import SandboxError, refuse_real
from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import App


def test_what_happened_survives_a_restart(tmp_path: Path) -> None:
    settings = SandboxConfig(state_dir=tmp_path)
    with Sandbox(settings) as sandbox, ZoomControl(sandbox.http_url) as control:
        control.decide("allow")
        control.app(extra_scopes=["meeting:delete:meeting"])
        control.fault("cannot_host", times=None)
        with httpx2.Client(base_url=sandbox.http_url, headers={"Accept": "application/json"}) as http:
            tokens = App(http).connect()
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as smtp:
            message = EmailMessage()
            message["Subject"] = "kept"
            smtp.send_message(message, from_addr="a@example.org", to_addrs=["b@example.org"])
        before = control.state()

    with Sandbox(settings) as sandbox, ZoomControl(sandbox.http_url) as control:
        after = control.state()
        assert {**after, "urls": None, "clock": None} == {**before, "urls": None, "clock": None}
        assert control.mail()[0]["subject"] == "kept"
        with httpx2.Client(base_url=sandbox.http_url, headers={"Accept": "application/json"}) as http:
            assert App(http).me(tokens["access_token"]).status_code == 200
            assert App(http).refresh(tokens["refresh_token"]).status_code == 200


def test_a_state_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "zoom.json").write_text("{", encoding="utf-8")
    with pytest.raises(SandboxError, match="delete it to start afresh"):
        Sandbox(SandboxConfig(state_dir=tmp_path))


def test_only_the_mailbox() -> None:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"mailbox"}))) as sandbox,
        httpx2.Client(base_url=sandbox.http_url) as http,
    ):
        assert http.get("/mail").status_code == 200
        assert http.get("/").status_code == 200
        assert http.get("/apps").status_code == 404
        assert http.get("/v2/users/me").status_code == 404


def test_only_zoom() -> None:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"zoom"}))) as sandbox,
        httpx2.Client(base_url=sandbox.http_url) as http,
    ):
        assert sandbox.smtp_port == 0
        assert http.get("/mail").status_code == 404
        assert http.get("/_control/mailbox/mails").status_code == 404
        assert http.get("/").status_code == 200


def test_unknown_parts() -> None:
    with pytest.raises(SandboxError, match="yahoo"):
        SandboxConfig(parts=frozenset({"yahoo"}))


@pytest.mark.parametrize(
    "environ",
    [
        {"ZOOM_CLIENT_ID": "a-real-one"},
        {"ZOOM_OAUTH_URL": "https://zoom.us"},
        {"ZOOM_OAUTH_URL": "https://ZOOM.us./oauth"},
        {"ZOOM_API_URL": "https://api.zoom.us/v2"},
    ],
)
def test_it_does_not_start_beside_the_real_zoom(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["--http-port", "0", "--smtp-port", "0"]) == 2
    assert "does not start beside" in capsys.readouterr().err


def test_it_starts_beside_its_own_keys(tmp_path: Path) -> None:
    secret = tmp_path / "id"
    mine = {"part": "zoom", "client_id": "x", "hosts": ("zoom.us",)}
    refuse_real({"ZOOM_CLIENT_ID": "x", "ZOOM_API_URL": "http://localhost:8001"}, **mine)
    secret.write_text("real\n", encoding="utf-8")
    with pytest.raises(SandboxError):
        refuse_real({"ZOOM_CLIENT_ID_FILE": str(secret)}, **mine)


def test_a_taken_port_is_said_so(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    port = sandbox.http_url.rsplit(":", 1)[1]
    assert main(["--http-port", port, "--smtp-port", "0"]) == 2
    assert "cannot listen" in capsys.readouterr().err


def test_the_process_says_when_it_is_ready_and_ends_on_sigterm(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ZOOM_")}
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--http-port",
        "0",
        "--smtp-port",
        "0",
        "--state",
        str(tmp_path),
    ]
    with subprocess.Popen(  # our own module
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        line = process.stdout.readline()
        url = line.split(" at ")[1].split(" ")[0]
        with httpx2.Client(base_url=url) as http:
            assert http.get("/").status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=5) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"501"),
        (b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"413"),
        (b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (
            b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"411",
        ),
        (b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n\xff\xfe\x00", b"400"),
    ],
)
def test_malformed_requests(sandbox: Sandbox, http: httpx2.Client, sent: bytes, status: bytes) -> None:
    port = int(sandbox.http_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        assert status in connection.recv(4096).split(b"\r\n")[0]
    assert http.get("/").status_code == 200


def test_connections_are_kept_alive(sandbox: Sandbox) -> None:
    port = int(sandbox.http_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(
                b"GET /v2/users/me HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
