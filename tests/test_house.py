"""The rules of STYLE.md that a machine can check. Each test looks at every file and names all that break its rule."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
    "l10n",
    "encryption",
    "mail_delivery",
    "logs",
    "environment",
}
PACKAGES = {  # what a room may use beside Python itself
    "availability": set(),
    "sandbox": {"aiosmtpd", "httpx", "django"},
}
CLOCKS = {
    *(("timezone", name) for name in ("now", "localtime", "localdate")),
    *(("datetime", name) for name in ("now", "today", "utcnow")),
    ("date", "today"),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
}
FILES = sorted(
    path
    for room in ("timetuna", "tests", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
SOURCES = [path for path in FILES if path.is_relative_to(ROOT / "timetuna") and "tests" not in path.parts]
TESTS = [ROOT / "conftest.py", *(path for path in FILES if "tests" in path.relative_to(ROOT).parts)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path) -> list[list[str]]:
    """Return the dotted name of everything the file imports, split at the dots."""
    found: list[list[str]] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [[*node.module.split("."), alias.name] for alias in node.names]
    return found


def ours(path: Path) -> Iterator[list[str]]:
    yield from (parts[1:] for parts in imports(path) if parts[0] == "timetuna" and len(parts) > 1)


def room(path: Path) -> str:
    return path.relative_to(ROOT / "timetuna").with_suffix("").parts[0]


def layer(parts: list[str], *, unknown: int) -> int:
    """Return how far right a module of an app stands; files with other names have their say in `unknown`."""
    return RANKS.get(parts[0].removesuffix(".py"), unknown) if parts else unknown


def report(offences: Iterator[str]) -> None:
    found = list(offences)
    assert not found, "\n".join(["", *found])


def test_the_rules_see_the_whole_tree() -> None:
    assert {room(path) for path in SOURCES} >= {*APPS, *GROUND}
    assert len(SOURCES) > 300
    assert len(TESTS) > 200


def test_imports_are_absolute_and_go_leftwards() -> None:
    report(offence for path in SOURCES for offence in _wrong_ways(path))


def _wrong_ways(path: Path) -> Iterator[str]:
    yield from (
        f"{name_of(path)}:{node.lineno}: imports are absolute"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.level
    )
    here = room(path)
    mine = layer(list(path.relative_to(ROOT / "timetuna" / here).parts), unknown=2) if here in APPS else 0
    for target in ours(path):
        there, line = target[0], f"{name_of(path)} imports timetuna.{'.'.join(target)}"
        if here in APPS and there in APPS and APPS.index(there) > APPS.index(here):
            yield f"{line}: apps import leftwards only"
        if here in GROUND and there in APPS:
            yield f"{line}: what apps stand on knows no app"
        if here == there and here in APPS and layer(target[1:], unknown=0) > mine:
            yield f"{line}: layers import leftwards only"


def test_the_ground_floor_knows_nothing_above_it() -> None:
    report(offence for path in SOURCES if room(path) in BELOW for offence in _reaching_up(path))


def _reaching_up(path: Path) -> Iterator[str]:
    here = room(path)
    allowed = sys.stdlib_module_names | PACKAGES[here] if here in PACKAGES else None
    for parts in imports(path):
        line = f"{name_of(path)} imports {'.'.join(parts)}"
        if parts[0] == "timetuna" and parts[1:2] and parts[1] not in {here} | BELOW[here]:
            yield f"{line}: {here} stands on {BELOW[here] or 'nothing'}"
        if allowed is not None and parts[0] not in allowed | {"timetuna"}:
            yield f"{line}: no package of others here"
        # The sandbox's pages are rendered by Django's templates, which need no settings.
        if parts[0] == "django" and (here != "sandbox" or parts[1] not in {"template", "utils"}):
            yield f"{line}: this room does not know Django"


def test_nothing_gets_long() -> None:
    report(offence for path in FILES for offence in _too_long(path))


def _too_long(path: Path) -> Iterator[str]:
    if DRAWERS & {path.stem, *path.relative_to(ROOT).parts}:
        yield f"{name_of(path)}: a drawer is no room"
    length = len(path.read_text(encoding="utf-8").splitlines())
    if length > LONGEST_FILE:
        yield f"{name_of(path)} has {length} lines"
    for node in nodes(path):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        where = f"{name_of(path)}:{node.lineno} {node.name}"
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
            yield f"{where} is longer than {LONGEST_FUNCTION}"
        if path in SOURCES and (count := _parameters(node)) > MOST_PARAMETERS:
            yield f"{where} has {count} parameters"


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return sum(one.arg not in {"self", "cls"} for one in given)


def test_tests_have_the_time_from_one_place() -> None:
    report(
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}: tests say `present()`, from tests.clock"
        for path in TESTS
        if path.name not in {"clock.py", "sitecustomize.py"}
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute)
        if (ast.unparse(node.value).rpartition(".")[2], node.attr) in CLOCKS
    )


def test_tests_ask_for_the_time_when_they_run() -> None:
    """What is asked when a file is loaded is hours old when its test runs, or of the day before."""
    report(
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)} is asked when the file is loaded"
        for path in TESTS
        for node in _at_loading(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"present", "tomorrow", "now"}
    )


def _at_loading(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all that is worked out when a file is loaded: all but what stands inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for outside in (
                *child.decorator_list,
                *child.args.defaults,
                *filter(None, child.args.kw_defaults),
            ):
                yield outside
                yield from _at_loading(outside)
            continue
        yield child
        yield from _at_loading(child)
