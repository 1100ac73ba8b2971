"""A browser that looks at every page like a careful person: pictures, accessibility, no errors on the console."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright

from tests.sampling import share_within

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "test-output" / "screenshots"
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Start headless Chromium: Debian's where it is installed, else the one Playwright brought."""
    path = next((name for name in CHROMIUM if Path(name).exists()), None)
    browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class Eyes:
    """Somebody with a browser window of their own."""

    context: BrowserContext
    folder: Path
    page: Page = field(init=False)
    problems: list[str] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))

    def look(self, name: str, *, accessible: bool = True) -> None:
        """Take a picture, where somebody will look at it, and ask axe whether everybody can use what is shown."""
        self.taken += 1
        if os.environ.get("TESTS_PICTURES") != "none":
            self.folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.folder / f"{self.taken:02}-{name}.png", full_page=True)
        part, of = share_within()
        if accessible and (of == 1 or (self.taken + part) % 2):  # else with the next commit
            # What a bar that sticks to the window covers is not too small: it can be scrolled away.
            self.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            self.problems += [f"{name}: {problem}" for problem in violations(self.page)]

    def _console(self, message: Any) -> None:
        # A refused form answers 4xx on purpose; the browser notes it on the console.
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(f"console: {message.text}")


@contextmanager
def eyes(browser: Browser, name: str, **options: Any) -> Iterator[Eyes]:
    """Open a private window; whatever looked wrong in it fails the test at the end."""
    engine = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    usual = {"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
    context = browser.new_context(**usual | options)
    try:
        somebody = Eyes(context, PICTURES / engine / name)
        yield somebody
        if somebody.problems:
            raise AssertionError("\n".join(somebody.problems))
    finally:
        context.close()


def violations(page: Page | Frame, within: str = "html") -> list[str]:
    """Return what axe finds against WCAG 2.2 AA and best practices, one line each; within what a selector finds."""
    page.evaluate(AXE)
    found = page.evaluate(
        # Of what is well it then collects nothing, which takes half of the time.
        "within => axe.run(within, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})",
        within,
    )
    return [
        f"{problem['id']} ({problem['help']}) at {problem['nodes'][0]['target']}"
        for problem in found["violations"]
    ]


@contextmanager
def wire(sam: Eyes) -> Iterator[list[tuple[str, int]]]:
    """Collect the addresses that are asked for, and how many bytes came; nothing of data: addresses and memory."""
    urls: dict[str, str] = {}
    weights: dict[str, int] = {}
    session = sam.context.new_cdp_session(sam.page)
    session.on(
        "Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}),
    )
    session.send("Network.enable")
    asked: list[tuple[str, int]] = []
    yield asked
    session.detach()
    asked += [(url, weights.get(request, 0)) for request, url in urls.items() if not url.startswith("data:")]


def write_down(name: str, lines: Iterable[str]) -> None:
    """Keep a measurement beside the pictures."""
    PICTURES.parent.mkdir(parents=True, exist_ok=True)
    (PICTURES.parent / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
