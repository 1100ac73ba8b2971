"""The rules of STYLE.md that a machine can check. Each test looks at every file and names all that break its rule."""

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAWERS = {"utils", "helpers", "common", "core", "services", "managers"}
LONGEST_FUNCTION, LONGEST_FILE, MOST_PARAMETERS, MOST_IN_A_FOLDER = 40, 400, 6, 22
HOUSE = """
    availability < lib < ical < providers < environment logs < db l10n encryption rate_limits < jobs < mail texts stripe
    < web < accounts < calendars < pages < bookings < payments < insights drafts imports < webhooks < api < oauth
    < mcp documentation
    < settings urls wsgi < processes < commands < cli __main__
"""
"""Who may import whom: what stands to the left, and what stands beside it. The apps' own rooms follow."""
ROOMS = {
    "accounts": """
        models < queries permissions activity handles notices emails passwords rate_limits
        < invitations < actions < adapter social < jobs < forms < views templatetags < urls apps
    """,
    "calendars": """
        models < hooks busy_cache
        < queries < permissions incidents account_status < emails < reconnecting
        < access_tokens < actions < jobs < forms < views templatetags < urls
    """,
    "pages": """
        models < prices hooks meeting_types prefetch holidays < calendar_use calendar_impact < missing_hosts public
        < queries schedule_lines date_calendar first_steps < coming_up < permissions slugs links
        < actions < forms < views < urls apps
    """,
    "bookings": """
        models < events < listing < hooks looks queries permissions policies proofs consents visitor
        < said_to_hosts charge < errors < guests < slots
        < integrations < notifications < actions < fulfilment < status < jobs < forms < views < urls apps
    """,
    "payments": """
        models < secrets queries < permissions connection emails < actions < jobs < forms < views < urls apps
    """,
    "insights": """
        models < figures < queries < actions < jobs < permissions < period < report < views < urls
    """,
    "imports": """
        models < products digests permissions < facts < planning < actions
        < queries status < jobs < forms < views < urls apps
    """,
    "webhooks": """
        models < signing body makers < queries permissions < emails sending < actions < jobs < forms < views < urls apps
    """,
    "api": """
        models scopes tokens < problems notices permissions < faults principal < idempotency < actions < gate < jobs
        < schemas < operations < openapi ordering filling inviting < page_changes < forms < views < urls apps
    """,
    "oauth": """
        configuration models secrets addresses < queries permissions token_requests < notices < bearer < actions
        < server < asking < jobs < views < urls apps
    """,
    "drafts": """
        models < plan < permissions < forms < actions < jobs < views < urls
    """,
}
BELOW = {  # what the ground floor's rooms may stand on
    "availability": set(),
    "lib": set(),
    "ical": {"lib", "availability"},
    "providers": {"lib", "availability", "ical"},
}
PACKAGES = {  # what a room may use beside Python itself
    "availability": set(),
}
SANDBOX_PACKAGES = {"aiosmtpd", "httpx2", "django", "sandbox"}
SANDBOX_DJANGO = {"template", "utils"}  # its pages are rendered by Django's templates, which need no settings
ASKS_FOR_THE_SANDBOX = ROOT / "timetuna/commands/sandbox.py"
CLOCKS = {
    *(("timezone", name) for name in ("now", "localtime", "localdate")),
    *(("datetime", name) for name in ("now", "today", "utcnow")),
    ("date", "today"),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
}
FILES = sorted(
    path
    for room in ("timetuna", "sandbox", "tests", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
SOURCES = [path for path in FILES if path.is_relative_to(ROOT / "timetuna") and "tests" not in path.parts]
SANDBOX = [path for path in FILES if path.is_relative_to(ROOT / "sandbox") and "tests" not in path.parts]
SHIPPED = {*SOURCES, *SANDBOX}
SERVICES = {path.parent.name for path in SANDBOX if path.name == "standin.py"}
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


def floors() -> Iterator[list[str]]:
    """Yield the rooms from left to right, those that stand beside each other together."""
    for floor in HOUSE.split("<"):
        if (app := floor.strip()) in ROOMS:
            yield from ([f"{app}.{name}" for name in inner.split()] for inner in ROOMS[app].split("<"))
        else:
            yield floor.split()


RANKS = {name: rank for rank, floor in enumerate(floors()) for name in floor}
PACKAGES_THEMSELVES = {"__init__", "__version__", *(f"{app}.__init__" for app in ROOMS)}


def rank_of(parts: Sequence[str]) -> int | None:
    """Return how far right a module of ours stands, or what is imported from it; None where nobody has said it."""
    names = [parts[0], ".".join(parts[:2])]
    return (
        -1 if PACKAGES_THEMSELVES & {*names} else next((RANKS[name] for name in names if name in RANKS), None)
    )


def module(path: Path) -> tuple[str, ...]:
    """Return the module's whole name, split at the dots."""
    return path.relative_to(ROOT).with_suffix("").parts


def inside(path: Path) -> tuple[str, ...]:
    """Return the module's name below `timetuna`, split at the dots."""
    return path.relative_to(ROOT / "timetuna").with_suffix("").parts


def room(path: Path) -> str:
    return inside(path)[0]


def report(offences: Iterator[str]) -> None:
    found = list(offences)
    assert not found, "\n".join(["", *found])


def test_the_rules_see_the_whole_tree() -> None:
    rooms = {name for path in SOURCES for name in (inside(path)[0], ".".join(inside(path)[:2]))}
    assert RANKS.keys() - rooms == set(), "a room that is not there"
    assert len(SOURCES) > 300
    assert len(TESTS) > 200


def test_every_module_has_a_rank() -> None:
    report(
        f"{name_of(path)} has no rank: say in HOUSE or ROOMS where it stands"
        for path in SOURCES
        if rank_of(inside(path)) is None
    )


def test_imports_are_absolute_and_go_leftwards() -> None:
    report(offence for path in SOURCES for offence in _wrong_ways(path))


def _wrong_ways(path: Path) -> Iterator[str]:
    yield from (
        f"{name_of(path)}:{node.lineno}: imports are absolute"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.level
    )
    mine = rank_of(inside(path))
    for target in ours(path):
        theirs = rank_of(target)
        if mine is not None and (theirs is None or theirs > mine):
            yield f"{name_of(path)} imports timetuna.{'.'.join(target)}: imports go leftwards only"


def test_no_files_need_each_other() -> None:
    modules = {module(path) for path in SOURCES + SANDBOX}
    needs = {
        module(path): modules
        & {name for parts in imports(path) for name in (tuple(parts), tuple(parts[:-1]))}
        for path in SOURCES + SANDBOX
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(".".join(name) for name in error.args[1])) from None


def test_all_work_is_known_to_the_worker() -> None:
    """What declares work, or listens to another app, is loaded by its app's `jobs.py` and nothing else."""
    report(
        f"{name_of(path)} declares work or listens: say so in {inside(path)[0]}/jobs.py"
        for path in SOURCES
        if any(isinstance(node, ast.FunctionDef) and _is_loaded_by_name(node) for node in nodes(path))
        if ["timetuna", *inside(path)] not in imports(ROOT / "timetuna" / inside(path)[0] / "jobs.py")
    )


def _is_loaded_by_name(function: ast.FunctionDef) -> bool:
    called = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    names = {ast.unparse(one) for one in called}
    return any(name == "job" or name.startswith("on_") for name in names)


def test_no_folder_is_full() -> None:
    folders = Counter(path.parent for path in SOURCES + SANDBOX if path.stem != "__init__")
    report(
        f"{name_of(folder)} holds {count} modules: these are two rooms"
        for folder, count in folders.items()
        if count > MOST_IN_A_FOLDER
    )


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
        if parts[0] == "django":
            yield f"{line}: this room does not know Django"


def test_the_sandbox_and_the_product_know_nothing_of_each_other() -> None:
    """They meet over sockets, as the product meets the real services; one command starts it."""
    report(
        f"{name_of(path)} imports {'.'.join(parts)}: the sandbox stands on its own"
        for path in SANDBOX
        for parts in imports(path)
        if parts[0] not in sys.stdlib_module_names | SANDBOX_PACKAGES
        or (parts[0] == "django" and parts[1] not in SANDBOX_DJANGO)
    )
    report(
        f"{name_of(path)} imports {'.'.join(parts)}: only {name_of(ASKS_FOR_THE_SANDBOX)} starts the sandbox"
        for path in SOURCES
        for parts in imports(path)
        if parts[0] == "sandbox" and path != ASKS_FOR_THE_SANDBOX
    )


def test_a_stand_in_is_its_folder_and_stands_on_the_base() -> None:
    """Whoever adds one writes a folder: the base names none of them, and none needs another."""
    report(
        f"{name_of(path)} imports {'.'.join(parts)}: a service's stand-in is its own folder's business"
        for path in SANDBOX
        for parts in imports(path)
        if parts[0] == "sandbox" and parts[1:] and parts[1] in SERVICES and parts[1] != module(path)[1]
    )


def test_what_is_installed_holds_no_tests() -> None:
    """The wheel holds both packages without their folders of tests; what only those need has no place beside them."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert wheel == {
        "packages": ["timetuna", "sandbox"],
        "exclude": ["tests", "*.mo"],
        "hooks": {"custom": {"path": "requirements/contents.py"}},
    }
    report(
        f"{name_of(path)} imports {'.'.join(parts)}: it belongs into a folder of tests"
        for path in SOURCES + SANDBOX
        for parts in imports(path)
        if parts[0] in {"pytest", "hypothesis", "playwright", "time_machine", "tests"} or "tests" in parts
    )


def test_a_class_says_of_what_it_is() -> None:
    report(offence for paths in (SOURCES, SANDBOX) for offence in _said_twice(paths))


def _said_twice(paths: Sequence[Path]) -> Iterator[str]:
    homes: dict[str, list[str]] = {}
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name_of(path))
    yield from (f"{name} stands twice: {', '.join(found)}" for name, found in homes.items() if len(found) > 1)


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
        if path in SHIPPED and (count := _parameters(node)) > MOST_PARAMETERS:
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
