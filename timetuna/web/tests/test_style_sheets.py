"""Style sheets: each class is somebody's, and a page asks for one file."""

import re
from collections.abc import Iterable
from pathlib import Path

from django.core.management import call_command

from timetuna.bookings.views.guest.slots import NEVER
from timetuna.web.style_sheets import JOINED

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static/css"
SHEETS = sorted(CSS.rglob("*.css"))
TEMPLATES = [path for path in ROOT.rglob("templates/**/*.*") if "sandbox" not in path.parts]
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
ATTRIBUTE = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"')
BLOCK = re.compile(r"\{% block (?:wide|body_class) %\}([\w -]+)\{%")
ALONE = {"framed.css"}
"""Asked for beside the other by pages in a frame."""
NEUTRAL = {"notice-info"}
"""Said for the sake of completeness: the tone that a notice has anyway."""


def of_css() -> set[str]:
    return classes_of("".join(path.read_text() for path in SHEETS))


def classes_of(text: str) -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    selectors = re.findall(r"([^{};]+)\{", text)
    return {
        name
        for one in selectors
        if not one.strip().startswith("@")
        for name in re.findall(r"\.([a-z][\w-]*)", one)
    }


def of_templates(paths: Iterable[Path] = TEMPLATES) -> tuple[set[str], set[str]]:
    whole: set[str] = set()
    begun: set[str] = set()
    for path in paths:
        text = re.sub(
            r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL
        )
        for value in ATTRIBUTE.findall(text) + BLOCK.findall(text):
            plain = re.sub(r"\{%.*?%\}", " ", re.sub(r"-(?:\{%.*?%\}|\{\{.*?\}\})", "-* ", value))
            names = set(re.sub(r"\{\{.*?\}\}", " ", plain).split())
            begun |= {name.rstrip("*") for name in names if name.endswith("-*")}
            whole |= {name for name in names if not name.endswith("-*")}
    return whole, begun


def test_every_rule_is_for_something() -> None:
    whole, begun = of_templates()
    scripts = "".join(path.read_text() for path in SCRIPTS)
    unused = {
        name
        for name in of_css() - whole
        if not name.startswith(tuple(begun)) and not re.search(rf'[" .]{name}[" ]', scripts)
    }
    assert unused == set(), "rules for classes that nobody has"


def test_every_class_is_known() -> None:
    whole, _ = of_templates()
    unknown = {name for name in whole - of_css() if not name.startswith("mail-")}  # a mail brings its own
    assert unknown - NEUTRAL == set(), "classes without a rule"


def test_every_file_belongs_to_a_sheet() -> None:
    imported = {
        name for sheet in JOINED for name in re.findall(r'"(.+)"', (ROOT / "static" / sheet).read_text())
    }
    there = {str(path.relative_to(CSS)) for path in SHEETS} - {Path(name).name for name in JOINED}
    assert imported == there - ALONE


def test_the_page_with_the_month_leaves_out_only_what_it_has_none_of() -> None:
    used, _ = of_templates(ROOT / "templates" / name for name in reached("public/booking.html"))

    for name in NEVER.split():
        left_out = classes_of((CSS / f"components/{name}.css").read_text()) - shared(NEVER.split())
        assert left_out & used == set(), f"{name}.css is needed after all"


def reached(name: str) -> set[str]:
    """The template with all that it extends and includes, by name."""
    text = (ROOT / "templates" / name).read_text()
    found = set(re.findall(r'{% (?:include|extends) "(.+?)"', text))
    return {name}.union(*(reached(one) for one in found if one.endswith(".html") and one != name))


def shared(names: list[str]) -> set[str]:
    """Classes for which other files have rules, too."""
    others = [path.read_text() for path in SHEETS if path.stem not in names]
    return classes_of("".join(others))


def test_a_page_asks_for_one_sheet(settings, tmp_path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "timetuna.web.style_sheets.JoinedStyleSheets"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    for sheet in JOINED:
        [hashed] = (tmp_path / "css").glob(f"{Path(sheet).stem}.*.css")
        assert "@import" not in hashed.read_text()
        assert ".button" in hashed.read_text() or sheet not in {"css/guest.css", "css/host.css"}
        assert "@layer" in hashed.read_text()
        assert hashed.with_name(f"{hashed.name}.gz").exists()
