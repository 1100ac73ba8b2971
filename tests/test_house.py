"""The rules of STYLE.md that a machine can check: who imports whom, and how long things get."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "calendars", "pages", "bookings"]
RANKS = {"models": 0, "queries": 1, "actions": 2, "emails": 2, "jobs": 3, "forms": 4, "views": 5, "urls": 6}
DRAWERS = {"utils", "helpers", "common", "core", "services", "managers"}
LONGEST_FUNCTION, LONGEST_FILE, MOST_PARAMETERS = 40, 400, 6
BELOW = {  # what the ground floor's rooms may stand on
    "availability": set(),
    "lib": set(),
    "ical": {"lib", "availability"},
    "providers": {"lib", "availability", "ical"},
    "sandbox": {"lib"},
}
GROUND = {
    "lib",
    "ical",
    "availability",
    "providers",
    "sandbox",
    "jobs",
    "db",
    "rate_limits",
    "web",
    "vault",
    "mailing",
    "logs",
    "environment",
}
FILES = sorted(
    path
    for room in ("timetuna", "tests", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
SOURCES = [path for path in FILES if path.is_relative_to(ROOT / "timetuna") and "tests" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[list[str]]:
    """Yield the dotted name of everything the file imports, split at the dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: imports are absolute"
            yield from ([*node.module.split("."), alias.name] for alias in node.names if node.module)


def ours(path: Path) -> Iterator[list[str]]:
    yield from (parts[1:] for parts in imports(path) if parts[0] == "timetuna" and len(parts) > 1)


def room(path: Path) -> str:
    return path.relative_to(ROOT / "timetuna").with_suffix("").parts[0]


def layer(parts: list[str], *, unknown: int) -> int:
    """Return how far right a module of an app stands; files with other names have their say in `unknown`."""
    return RANKS.get(parts[0].removesuffix(".py"), unknown) if parts else unknown


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_go_leftwards(path: Path) -> None:
    here = room(path)
    for target in ours(path):
        there = target[0]
        line = f"{name_of(path)} imports timetuna.{'.'.join(target)}"
        if here in APPS and there in APPS:
            assert APPS.index(there) <= APPS.index(here), f"{line}: apps import leftwards only"
        if here in GROUND:
            assert there not in APPS, f"{line}: what apps stand on knows no app"
        if here == there and here in APPS:
            mine = layer(list(path.relative_to(ROOT / "timetuna" / here).parts), unknown=2)
            assert layer(target[1:], unknown=0) <= mine, f"{line}: layers import leftwards only"


@pytest.mark.parametrize("path", [p for p in SOURCES if room(p) in BELOW], ids=name_of)
def test_the_ground_floor_knows_nothing_above_it(path: Path) -> None:
    here = room(path)
    assert {target[0] for target in ours(path)} <= {here} | BELOW[here]
    outside = {parts[0] for parts in imports(path)} - {"timetuna"}
    if here == "availability":
        assert outside <= sys.stdlib_module_names
    if here == "sandbox":  # its pages are rendered by Django's templates, which need no settings
        assert outside <= sys.stdlib_module_names | {"aiosmtpd", "httpx", "django"}
    django = {parts[1] for parts in imports(path) if parts[0] == "django"}
    assert django <= ({"template", "utils"} if here == "sandbox" else set())


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_gets_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in DRAWERS
    assert not DRAWERS & set(path.relative_to(ROOT).parts)
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        where = f"{name_of(path)}:{node.lineno} {node.name}"
        assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, (
            f"{where} is longer than {LONGEST_FUNCTION}"
        )
        if path in SOURCES:
            arguments = node.args
            names = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            mine = [name for name in names if name not in {"self", "cls"}]
            assert len(mine) <= MOST_PARAMETERS, f"{where} has {len(mine)} parameters"


CLOCKS = {
    *(("timezone", name) for name in ("now", "localtime", "localdate")),
    *(("datetime", name) for name in ("now", "today", "utcnow")),
    ("date", "today"),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
}
READS_CLOCK = {"clock.py", "sitecustomize.py"}


def test_tests_have_the_time_from_one_place() -> None:
    offenders = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}: tests say `present()`, from tests.clock"
        for path in FILES
        if path.is_relative_to(ROOT / "tests") or "tests" in path.parts
        if path.name not in READS_CLOCK
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute)
        if (ast.unparse(node.value).rpartition(".")[2], node.attr) in CLOCKS
    ]
    assert not offenders, "\n".join(offenders)
