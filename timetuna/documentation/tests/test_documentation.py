"""Documents are there for people and for programs, and lead to one another."""

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from timetuna.api.problems import PROBLEMS
from timetuna.api.urls import PARTS
from timetuna.documentation import views
from timetuna.documentation.library import DOCUMENTS, TITLE, files, text_of
from timetuna.documentation.problem_pages import problem_pages
from timetuna.documentation.reference import reference_pages
from timetuna.documentation.rendering import rendered

DOCS = Path(__file__).resolve().parents[3] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
NAMES = [*DOCUMENTS, *reference_pages()]
PAGES = ["/docs", *(f"/docs/{name}" for name in NAMES), "/problems", "/problems/flood"]
LARGEST = 100_000
LINK = re.compile(r"\]\(([^)\s]+)\)")
pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """What a page leads to, and where one can be led on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))
        if named.get("id"):
            self.anchors.append(str(named["id"]))


def read(path: str) -> Page:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return Page(answer.content.decode())


@pytest.mark.whole
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_small_and_leads_somewhere(path: str) -> None:
    answer = Client().get(path)
    page = Page(answer.content.decode())

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert len(answer.content) < LARGEST
    assert "script" not in page.tags
    assert b'<th scope="col"></th>' not in answer.content
    assert sorted(set(page.anchors)) == sorted(page.anchors)
    for link in page.links:
        where, _, anchor = link.partition("#")
        if where.startswith("http"):
            continue
        other = page if where in {"", path} else None
        if other is None and where != "/":
            there = Client().get(where)
            assert there.status_code == 200, link
            is_page = there["Content-Type"].startswith("text/html")
            other = Page(there.content.decode()) if is_page else None
        assert not anchor or (other and anchor in other.anchors), link


@pytest.mark.whole
@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_markdown_too_and_leads_to_markdown(name: str) -> None:
    answer = Client().get(f"/docs/{name}.md")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert TITLE.search(text)
    assert "![" not in text
    for link in LINK.findall(text):
        where = link.partition("#")[0]
        if where and not where.startswith(("http", "mailto:")):
            whole = posixpath.normpath(posixpath.join("/docs", posixpath.dirname(name), where))
            assert Client().get(whole).status_code == 200, link


def test_whoever_has_a_page_is_not_sent_it_again() -> None:
    first = Client().get("/docs/api")
    again = Client().get("/docs/api", headers={"If-None-Match": first["ETag"]})
    weak = Client().get("/docs/api", headers={"If-None-Match": f"W/{first['ETag']}"})
    head = Client().head("/docs/api.md")

    assert first["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")
    assert weak.status_code == 304
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nothing",
        "/docs/nothing.md",
        "/docs/../README",
        "/docs/../../etc/passwd",
        "/docs/..%2f..%2fREADME.md",
        "/docs/%2fetc%2fpasswd",
        "/docs/decisions/0001-stack",
        "/docs/api.md.md",
        "/docs/api%00",
        "/docs/reference/nothing",
        "/docs/reference/",
        "/docs/reference/../api",
        "/problems/nothing",
    ],
)
def test_what_is_no_document_is_missing_in_words(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert "/docs/api" in Page(answer.content.decode()).links
    assert "public" not in answer["Cache-Control"]


def test_only_reading_is_possible() -> None:
    assert {
        Client().post(path).status_code for path in ("/docs", "/docs/api", "/problems/flood", "/llms.txt")
    } == {405}


def test_the_reference_has_every_operation_and_object_with_an_anchor() -> None:
    anchors = [anchor for name in reference_pages() for anchor in read(f"/docs/{name}").anchors]
    operations = {
        operation.operation_id or operation.view_func.__name__
        for part in PARTS
        for view in part.router.path_operations.values()
        for operation in view.operations
    }

    assert operations - {*anchors} == set()
    for name in ("booking", "bookingin", "event", "problem"):
        assert anchors.count(f"object-{name}") == 1
    contents = read("/docs/reference").links
    assert {one.partition("#")[2] for one in contents} >= operations


def test_each_problem_has_a_page_in_the_words_of_the_table() -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| \d{3} \| (.+) \|$", API, flags=re.MULTILINE))

    assert {code: one.meaning for code, one in problem_pages().items()} == told
    assert [*problem_pages()] == [str(code) for code in PROBLEMS]
    for code in PROBLEMS:
        assert f"<code>{code}</code>" in Client().get(f"/problems/{code}").content.decode()


def test_a_type_leads_to_its_page() -> None:
    refused = Client().get("/api/v1/me", headers={"Authorization": "Bearer tt_live_no"}).json()

    page = Client().get(refused["type"].removeprefix("http://localhost:8000"))

    assert page.status_code == 200
    assert "No valid key" in page.content.decode()


def test_programs_that_read_find_everything_from_one_address() -> None:
    answer = Client().get("/llms.txt")
    text = answer.content.decode()
    links = LINK.findall(text)

    assert answer["Content-Type"].startswith("text/plain")
    assert re.match(r"# TimeTuna\n\n> .+\n\n", text)
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE)[-1] == "Optional"
    assert {f"http://localhost:8000/docs/{name}.md" for name in NAMES} <= {*links}
    for link in links:
        assert Client().get(link.removeprefix("http://localhost:8000")).status_code == 200, link


def test_examples_are_this_server(settings) -> None:
    settings.BASE_URL = "https://meet.example.net"
    assert "https://meet.example.net/mcp" in views.told("mcp")
    assert "book.example.org" in views.told("self-hosting")


def test_what_a_document_says_is_escaped() -> None:
    hostile = '## <script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror="y">\n\n'
    page = rendered(f"# <b>\n\n{hostile}| a | b |\n|:-:|--:|\n| <i> | 1 |")

    assert Page(page.html).tags <= {"h2", "a", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert "style=" not in page.html
    assert [link for link in Page(page.html).links if not link.startswith("#")] == []


def test_every_document_has_its_shelf() -> None:
    """But why things are as they are, and what is drawn: whoever writes another says where it stands."""
    written = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}

    assert {name for name in written if not name.startswith("decisions/")} == {*DOCUMENTS}


def test_every_document_is_part_of_the_package() -> None:
    packed = {place for _, place in files()}

    assert packed == {f"pages/{name}.md" for name in DOCUMENTS} | {"pages/openapi.json"}
    assert all(path.is_file() for path, _ in files())


def test_documents_name_no_files_of_the_product():
    """Whoever reads them has the product, and not its source."""
    named = re.compile(r"`(?:[\w./]*/)?\w+\.py`|`timetuna/\w|`tests/\w|python -m timetuna\.\w+\.tests")

    assert {name: named.findall(text_of(name)) for name in DOCUMENTS if named.search(text_of(name))} == {}
