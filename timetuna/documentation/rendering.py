"""Markdown as pages: escaped, headings with anchors, links to other documents, tables that fit a phone."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from timetuna.documentation.library import target

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_OWN_ANCHOR = re.compile(r" \{#([\w-]+)\}$")
_NO_ANCHOR = re.compile(r"[^\w\- ]")
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """level: 2 or 3."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """html: without the title.  headings: of the second and third level."""

    title: str
    html: SafeString
    headings: Sequence[Heading]


def rendered(text: str, name: str = "") -> Rendered:
    """name: of the document, from which its links lead on."""
    tokens = _markdown().parse(text)
    title = ""
    if tokens and tokens[0].tag == "h1":
        title, tokens = _words(tokens[1]), tokens[3:]
    headings = list(_with_anchors(tokens))
    _label_cells(tokens)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _address(str(child.attrGet("href")), name))
    html: str = _markdown().renderer.render(tokens, _markdown().options, {})
    # Markdown's own HTML is off: what is in a document comes out escaped, and links begin with no script.
    safe = mark_safe(html)  # noqa: S308
    return Rendered(title, safe, [one for one in headings if 1 < one.level <= _DEEPEST])


def sentences(text: str) -> SafeString:
    """A few lines of Markdown as HTML."""
    return rendered(text).html


def anchor_of(text: str) -> str:
    """As GitHub makes it, so that links between documents hold there and here."""
    return _NO_ANCHOR.sub("", text.strip().lower()).replace(" ", "-")


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - half a megabyte, for whoever reads documentation

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _with_anchors(tokens: Sequence["Token"]) -> Iterator[Heading]:
    """Each heading gets an id, the one at its end if it has one: {#like-this}; and leads to itself."""
    seen: Counter[str] = Counter()
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = tokens[at + 1]
        anchor = _own_anchor(words) or anchor_of(_words(words))
        seen[anchor] += 1
        if seen[anchor] > 1:
            anchor = f"{anchor}-{seen[anchor] - 1}"
        token.attrSet("id", anchor)
        if not any(child.type == "link_open" for child in words.children or ()):
            words.children = [
                _link("link_open", 1, {"href": f"#{anchor}"}),
                *(words.children or ()),
                _link("link_close", -1, {}),
            ]
        yield Heading(int(token.tag[1]), anchor, _words(words))


def _own_anchor(words: "Token") -> str:
    last = words.children[-1] if words.children else None
    found = _OWN_ANCHOR.search(last.content) if last and last.type == "text" else None
    if last is None or found is None:
        return ""
    last.content = last.content[: found.start()]
    return found[1]


def _link(kind: str, nesting: Any, attributes: dict[str, str]) -> "Token":
    from markdown_it.token import Token  # noqa: PLC0415 - as above

    return Token(kind, "a", nesting, attrs=dict(attributes))


def _label_cells(tokens: Sequence["Token"]) -> None:
    """On a phone a row is a block, and each cell says of which column it is."""
    labels: list[str] = []
    column = 0
    for at, token in enumerate(tokens):
        if token.type == "table_open":
            labels = []
            token.attrSet("class", "table")
        elif token.type == "th_open":
            labels.append(_words(tokens[at + 1]))
            token.attrs = {"scope": "col"}  # without its alignment, a style that no page of ours may have
            if not labels[-1]:  # it heads nothing
                token.tag, token.attrs, tokens[at + 2].tag = "td", {}, "td"
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            token.attrs = {"data-label": labels[column]} if column and labels[column] else {}
            column += 1


def _words(token: "Token") -> str:
    return "".join(child.content for child in token.children or () if child.type in {"text", "code_inline"})


def _address(href: str, name: str) -> str:
    found = target(href, name)
    return f"/docs/{found[0]}{found[1]}" if found and not href.startswith("#") else href
