"""A host allows an app in a real browser, and the app leads on to another website of its makers."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import expect

from timetuna.oauth.tests.conftest import make_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]


@contextmanager
def website(leads_to: str = "") -> Iterator[str]:
    """One that leads on with all that it was told, or says what that was."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = self.path.partition("?")[2]
            self.send_response(302 if leads_to else 200)
            if leads_to:
                self.send_header("Location", f"{leads_to}?{told}")
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"" if leads_to else b"<h1>Arrived</h1>")

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("button", "told"), [("Allow", "code="), ("Not now", "error=access_denied")])
def test_an_app_leads_on_to_another_website(windows: Any, *, scripts: bool, button: str, told: str) -> None:
    """Chromium takes each address behind a form's answer for its target: by a redirect nobody would arrive."""
    with website() as beyond, website(leads_to=f"{beyond}home") as back:
        app = make_app(redirect_uri=back)
        page = windows(java_script_enabled=scripts)
        page.goto(app.address())

        page.get_by_role("button", name=button).click()

        expect(page.get_by_role("heading", name="Arrived")).to_be_visible()
        assert page.url.startswith(f"{beyond}home?")
        assert told in page.url
