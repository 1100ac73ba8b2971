"""Two real CalDAV servers, each started in a process of its own: Radicale over http, Xandikos over https."""

import base64
import hashlib
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.clock import without_clock

USER, PASSWORD = "ada@example.org", "correct horse 7 battery"
_PATIENCE_SECONDS, _ATTEMPTS = 30.0, 3
ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:STANDARD",
    "DTSTART:19701025T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:19700329T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class CalendarServer:
    """A running server. `home` is the path below which the user's calendars are; `ca_file` is "" over http."""

    name: str
    url: str
    home: str
    ca_file: str

    def certificate(self) -> str:
        """What an operator has to trust, "" over http."""
        return Path(self.ca_file).read_text(encoding="ascii") if self.ca_file else ""

    def client(self) -> httpx2.Client:
        """A client that is signed in: the host's other calendar program, for the tests' own doings."""
        trust = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else False
        return httpx2.Client(
            base_url=self.url, auth=(USER, PASSWORD), verify=trust, trust_env=False, timeout=30
        )

    def make_calendar(self, name: str, *, components: str = "VEVENT") -> str:
        """Make a calendar with the color #3366ff, in Berlin, and return its path."""
        path = f"{self.home}{name}/"
        comps = "".join(f'<C:comp name="{one}"/>' for one in components.split())
        body = (
            '<?xml version="1.0" encoding="utf-8"?><C:mkcalendar xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<D:displayname>{name.capitalize()}</D:displayname><A:calendar-color>#3366FFff</A:calendar-color>"
            f"<C:supported-calendar-component-set>{comps}</C:supported-calendar-component-set>"
            f"<C:calendar-timezone>{_object(*ZONE_LINES)}</C:calendar-timezone></D:prop></D:set></C:mkcalendar>"
        )
        with self.client() as http:
            answer = http.request(
                "MKCALENDAR", path, content=body, headers={"Content-Type": "application/xml"}
            )
        assert answer.status_code == 201, answer.text
        return path

    def store(self, path: str, *lines: str) -> None:
        """Put a calendar object of these lines there."""
        body = "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", *lines, "END:VCALENDAR", ""]
        )
        with self.client() as http:
            answer = http.put(path, content=body.encode(), headers={"Content-Type": "text/calendar"})
        assert answer.status_code in {200, 201, 204}, answer.text

    def text(self, path: str) -> str:
        """The calendar object, its folded lines joined, or "" where there is none."""
        with self.client() as http:
            answer = http.get(path)
        assert answer.status_code in {200, 404}, answer.text
        return answer.text.replace("\r\n ", "") if answer.status_code == 200 else ""

    def members(self, path: str) -> list[str]:
        with self.client() as http:
            answer = http.request("PROPFIND", path, headers={"Depth": "1"})
        return [path + name for name in re.findall(r"href>[^<]*/([^</]*\.ics)<", answer.text)]

    def delete(self, path: str) -> None:
        """Take the object or calendar away."""
        with self.client() as http:
            assert http.delete(path).status_code in {200, 204}


@contextmanager
def radicale(folder: Path) -> Iterator[CalendarServer]:
    """Start Radicale with one user, over http."""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")

    def command(port: int) -> list[str]:
        config = folder / "config"
        config.write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\nhtpasswd_encryption = plain\n"
            "delay = 0\n"
            f"[storage]\nfilesystem_folder = {folder / 'data'}\n"
            "[logging]\nlevel = warning\n",
            encoding="utf-8",
        )
        return ["-m", "radicale", "--config", str(config)]

    with _running(command, folder) as port:
        yield CalendarServer("radicale", f"http://localhost:{port}", f"/{USER}/", "")


@contextmanager
def xandikos(folder: Path) -> Iterator[CalendarServer]:
    """Start Xandikos with one user, over https with its own certificate."""
    (folder / "users").write_text(f"{USER}:{_sha1(PASSWORD)}\n", encoding="utf-8")

    def command(port: int) -> list[str]:
        return [
            *("-m", "xandikos", "serve", "--no-detect-systemd", "--autocert", "--autocreate"),
            *("--directory", str(folder / "data"), "--state-dir", str(folder / "state")),
            *("--listen-address", "localhost", "--port", str(port), "--htpasswd", str(folder / "users")),
            *("--current-user-principal", f"/{USER}/"),
        ]

    with _running(command, folder) as port:
        yield CalendarServer(
            "xandikos",
            f"https://localhost:{port}",
            f"/{USER}/calendars/",
            str(folder / "state/certs/selfsigned.crt"),
        )


@contextmanager
def _running(command: Callable[[int], list[str]], folder: Path) -> Iterator[int]:
    """Run a server on a free port until it takes connections; another process may take the port first."""
    for _ in range(_ATTEMPTS):
        port = _free_port()
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command(port)],
                stdout=log,
                stderr=log,
                cwd=folder,
                env=without_clock(),  # the certificate that one of them makes has to be valid for OpenSSL's clock
            )
        try:
            if _answers(process, port):
                yield port
                return
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
    raise RuntimeError(f"The server did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    end = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _object(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", *lines, "END:VCALENDAR", ""])


def _sha1(password: str) -> str:
    return (
        "{SHA}" + base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode()
    )
