"""What a guest's first look at a month costs, before and after: `python benchmarks/first_look.py [--before 5ce69ce]`.

Both versions run beside each other on SQLite, each from a checkout of its own, and are looked at in turn by browsers
that know nothing of them: on a line as DevTools' "Slow 4G" has it (562.5 ms to each answer, 1.44 Mbit/s), with the
processor as it is and four times slower. The page is Berlin's; a browser in Berlin and one in Tokyo look. "right times"
is the moment from which a time of the browser's own zone can be clicked. Warm is the second look of the same browser.
"""

import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright
from serving import ROOT, markdown, write_table

from tests.e2e.browser import chromium

SERVE = """
import sys, tempfile
from pathlib import Path
from tests.running import running_timetuna
with tempfile.TemporaryDirectory() as folder, running_timetuna(Path(folder)) as live:
    print(live.new_host(zone="Europe/Berlin").page_url, flush=True)
    sys.stdin.read()
"""
LINE = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
SPEEDS = {"": 1, ", slow processor": 4}
ZONES = {"same zone": "Europe/Berlin", "Tokyo": "Asia/Tokyo"}
NOTE = """
(() => {
  const look = () => {
    const zone = document.querySelector(".times-zone");
    const time = document.querySelector("a.time");
    const right = time && zone?.textContent.includes("PLACE") && getComputedStyle(time).visibility === "visible";
    if (right) window.rightAt = performance.now();
    else requestAnimationFrame(look);
  };
  look();
})();
"""
HEAD = "version, browser | requests, cold | kB, cold | requests, warm | kB, warm | first paint, s | right times, s"
next_month = datetime.now(UTC).date().replace(day=1) + timedelta(days=32)
DAY = next_month.replace(day=8) + timedelta(days=(1 - next_month.replace(day=8).weekday()) % 7)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run the version in a folder; yield the address of a page."""
    command = [sys.executable, "-c", SERVE]
    server = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait()


@contextmanager
def checkout(version: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(path), version], check=True)  # noqa: S603
        try:
            yield path
        finally:
            subprocess.run([*git, "remove", "--force", str(path)], check=True)  # noqa: S603


def look(browser: Any, address: str, zone: str, slower: int) -> list[float]:
    """Return the figures of HEAD for one browser that has never been there."""
    place = zone.rpartition("/")[2]
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, timezone_id=zone, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    page.add_init_script(NOTE.replace("PLACE", place))
    wire, asked = context.new_cdp_session(page), []
    weights: list[float] = []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.requestServedFromCache", lambda _: asked.pop())
    wire.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    figures: list[float] = []
    times: list[float] = []
    for _ in ("cold", "warm"):
        asked.clear()
        weights.clear()
        page.goto(f"{address}?day={DAY}", wait_until="networkidle")
        page.wait_for_function("window.rightAt")
        sent = [url for url in asked if not url.startswith("data:")]
        figures += [len(sent), sum(weights) / 1000]
        times = times or [
            page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000,
            page.evaluate("window.rightAt") / 1000,
        ]
    context.close()
    return [*figures, *times]


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--before", default="5ce69ce")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        before = stack.enter_context(checkout(wanted.before))
        pages = {
            f"before ({wanted.before})": stack.enter_context(served(before)),
            "after": stack.enter_context(served(ROOT)),
        }
        browser = stack.enter_context(chromium(stack.enter_context(sync_playwright())))
        found: dict[str, list[list[float]]] = {}
        for _ in range(wanted.rounds):
            for version, address in pages.items():
                for (name, zone), (speed, slower) in product(ZONES.items(), SPEEDS.items()):
                    figures = look(browser, address, zone, slower)
                    found.setdefault(f"{version}, {name}{speed}", []).append(figures)
    rows = []
    for name, looks in found.items():
        middle = [median(column) for column in zip(*looks, strict=True)]
        formats = (".0f", ".1f", ".0f", ".1f", ".2f", ".2f")
        rows.append([name, *(f"{figure:{how}}" for figure, how in zip(middle, formats, strict=True))])
    write_table("A first look at a month on a slow line", markdown(HEAD, rows))


if __name__ == "__main__":
    main()
