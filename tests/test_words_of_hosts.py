"""Hosts' pages say nothing that cannot be said in another language: in their templates, and as they are answered."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from tests.test_personas import path_of, scene
from tests.test_rights import of_hosts
from tests.unspoken import CLOSE, LANGUAGE, OPEN, bracketed, unspoken
from timetuna.web.middleware import GUESTS_ROUTES

__all__ = ["scene"]
ROOT = Path(__file__).resolve().parents[1] / "timetuna"
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*") if path.suffix in {".html", ".txt"})
NOT_READ = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*block (?:wide|body_class)\s*%}.*?{%\s*endblock.*?%}",
    re.DOTALL,
)
"""Remarks, and blocks that hold classes."""
TRANSLATED = re.compile(
    r"{%\s*blocktranslate\b.*?%}.*?{%\s*endblocktranslate\s*%}|{%\s*translate\s.*?%}", re.DOTALL
)
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
GIVEN = re.compile(r"""(?:(?<!keys)=|default:|yesno:|firstof )("[^"]*"|'[^']*')""")
WORDS = re.compile(r".[A-Z].*[a-z]|.\w+ \w")


def as_source(path: Path) -> str:
    """Return a template without tags, with brackets about what it translates, and after it what its tags say."""
    text = TRANSLATED.sub(f"{OPEN}{CLOSE}", NOT_READ.sub("", path.read_text()))
    said = [given for tag in TAGS.findall(text) for given in GIVEN.findall(tag) if WORDS.match(given)]
    return TAGS.sub("", text) + "".join(f"<p>{given[1:-1]}</p>" for given in said)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    assert unspoken(as_source(path)) == []


MAILS = {"Notice", "InvitationMail", "Letter"}
SPEAKS = re.compile(r"(?:n?p?n?gettext|lazy)(?:_\w+)?|_")
IN_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|[A-Z][a-z]+ [^\w\s]*%?[({“]?")


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else ""


def words_outside(node: ast.AST) -> Iterator[str]:
    """Yield what is written below a node and goes through no translation."""
    if SPEAKS.fullmatch(called(node)):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_WORDS.search(node.value):
        yield node.value
    for one in ast.iter_child_nodes(node):
        yield from words_outside(one)


def without_docstring(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) else function.body


def test_what_writes_a_mail_has_no_words_of_its_own() -> None:
    writers = {
        (path, function)
        for path in ROOT.rglob("*.py")
        if not {"tests", "commands"} & {*path.parts}  # an operator's terminal speaks English
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and any(called(one) in MAILS for one in ast.walk(function))
    }
    assert len(writers) > 15
    own = {
        f"{path.relative_to(ROOT)}, {function.name}": words
        for path, function in writers
        if (words := [word for part in without_docstring(function) for word in words_outside(part)])
    }
    assert own == {}


GREEK = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "αβγδεφγηιζκλμνοπϙρστυωωχυζΑΒΓΔΕΦΓΗΙΖΚΛΜΝΟΠΘΡΣΤΥΩΩΧΥΖ",
)
PEOPLES = {
    "accounts.user": ("name",),
    "api.apikey": ("name",),
    "oauth.connectedapp": ("name",),
    "accounts.team": ("name",),
    "calendars.calendar": ("name",),
    "pages.bookingpage": ("title", "description"),
    "pages.question": ("label",),
    "pages.schedule": ("name",),
    "pages.meetingtype": ("detail",),
    "bookings.booking": ("title", "location"),
    "bookings.attendee": ("name",),
    "drafts.pagedraft": ("sentence",),
}
"""What people call things, by model."""


def write_in_greek() -> None:
    for label, names in PEOPLES.items():
        for row in apps.get_model(label)._default_manager.all():
            changed = {name: getattr(row, name).translate(GREEK) for name in names}
            type(row)._default_manager.filter(pk=row.pk).update(**changed)


def is_hosts(path: str) -> bool:
    try:
        return not (resolve(path).url_name or "").startswith(GUESTS_ROUTES)
    except Resolver404:
        return False


def pages(scene: dict[str, Any], person: str) -> Iterator[tuple[str, str]]:
    """Yield an address and the page it leads to, for each route: where it is asked, and where an empty form is sent."""
    browser = Client()
    browser.force_login(scene["people"][person])
    for route in dict.fromkeys(of_hosts()):
        path = path_of(route, scene, person)
        for method in ("get", "post") if is_hosts(path) else ():
            client = Client()
            client.cookies.update(browser.cookies)
            with transaction.atomic():
                answer = getattr(client, method)(path, follow=True)
                transaction.set_rollback(True)
            if is_hosts(answer.request["PATH_INFO"]) and "text/html" in answer.get("Content-Type", ""):
                yield f"{method} /{route}", answer.content.decode()


@pytest.mark.django_db
@pytest.mark.either
@pytest.mark.matrix(of="walk")
@pytest.mark.parametrize("person", ["owner", "admin", "cohost"])
def test_a_hosts_page_is_translated_whole(scene: dict[str, Any], person: str, settings: Any) -> None:
    settings.HOST_LANGUAGES = [LANGUAGE]
    write_in_greek()
    left: dict[str, str] = {}
    with bracketed():
        for address, page in pages(scene, person):
            for text in unspoken(page):
                left.setdefault(text, address)
    if where := os.environ.get("WORDS_LEFT"):
        Path(where).write_text("\n".join(f"{a}\t{t}" for t, a in left.items()))
    assert left == {}
