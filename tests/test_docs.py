"""The documentation says what the code does."""

import re
import subprocess
from pathlib import Path

import pytest

from timetuna.bookings.tests import drawing
from timetuna.cli import COMMANDS
from timetuna.environment import OUR_PREFIXES, SETTINGS

ROOT = Path(__file__).resolve().parent.parent
SELF_HOSTING = (ROOT / "docs/self-hosting.md").read_text(encoding="utf-8")
PROVIDERS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/providers").glob("*.md"))]
SETTINGS_PAGES = "\n".join([SELF_HOSTING, *PROVIDERS])
DEPENDENCIES = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
NAME = re.compile(r"^[a-z0-9][a-z0-9._-]*", re.IGNORECASE)


def pages() -> list[Path]:
    """Return the written pages that belong to the product, wherever they are."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = listed.stdout.split() or [str(path) for path in (ROOT / "docs").rglob("*.md")]
    return sorted(ROOT / name for name in found if (ROOT / name).exists())


def dependencies() -> list[str]:
    lines = [
        line
        for file in ("base", "test")
        for line in (ROOT / f"requirements/{file}.in").read_text().splitlines()
    ]
    return [found.group() for line in lines if (found := NAME.match(line))]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting) -> None:
    row = next(
        (
            line
            for line in SETTINGS_PAGES.splitlines()
            if line.startswith("|") and f"`{setting.name}`" in line
        ),
        "",
    )

    assert row, f"neither docs/self-hosting.md nor a page in docs/providers has a row for {setting.name}"
    if setting.default:
        assert f"`{setting.default}`" in row


def test_no_setting_is_documented_that_is_none() -> None:
    named = set(re.findall(rf"`((?:{'|'.join(OUR_PREFIXES)})[A-Z_]+)`", SETTINGS_PAGES))

    assert named - {setting.name for setting in SETTINGS} == set()


def test_every_command_is_documented_and_no_other() -> None:
    named = set(re.findall(r"^\| `timetuna ([a-z]+)` \|", SELF_HOSTING, flags=re.MULTILINE))

    assert named == {command.name for command in COMMANDS}


def test_every_dependency_has_its_reason_and_no_other() -> None:
    named = re.findall(r"^\| ([a-z][a-z0-9-]+) \|", DEPENDENCIES, flags=re.MULTILINE)

    assert sorted(set(named) - {"package"}) == sorted(set(dependencies()))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    broken = [
        target
        for target in targets
        if not target.startswith("mailto:") and not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_drawing_of_states_and_events_is_of_their_tables() -> None:
    assert (ROOT / "docs/booking-states.md").read_text(encoding="utf-8") == drawing.page()
