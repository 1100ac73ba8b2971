"""Which documents are told by the server, in their order, and their texts: those of docs/ for who uses or runs it.

Also read by what builds the package, which knows no Django.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PACKED = Path(__file__).resolve().parent / "pages"
_CHECKOUT = Path(__file__).resolve().parents[2] / "docs"
FOLDER = _PACKED if _PACKED.is_dir() else _CHECKOUT
"""Where the package has them, and a checkout."""
_OPENAPI = "openapi.json"
OPENAPI = FOLDER / _OPENAPI
REFERENCE = "reference"
"""The API's, made out of that; its pages are below this name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Documents of one kind. documents: by name, as their file is called below docs/, with what each is about."""

    title: str
    documents: Mapping[str, str]


SHELVES = (
    Shelf(
        "For programs",
        {
            "api": "The REST API: keys, the first call, times, lists, repeats, limits and problems.",
            "oauth": "Apps that hosts connect: finding the addresses, registering, consent, tokens, scopes.",
            "webhooks": "What webhooks are sent, how to verify it, retries, order, and what switches one off.",
            "automation": "Zapier, n8n and Make: what an operator and a host do, and the requests for any other tool.",
            "mcp": "Assistants that speak MCP: how to connect one, its tools, and what keeps it harmless.",
            "embedding": "A booking page on a website, and what that website hears.",
            "links-to-pages": "Links that open a booking page with values filled in.",
        },
    ),
    Shelf(
        "For hosts",
        {
            "availability": "Hours, time away, rules of a page, and why a time is missing.",
            "teams": "Teams, cohosts, whose turn it is, and handing a meeting over.",
            "payments": "What guests pay by Stripe: connecting it, prices, refunds.",
            "phones": "Phone numbers of guests: asking for them, and what is kept.",
            "insights": "What is counted of bookings, how, and who sees it.",
            "import": "Bringing along pages and bookings from Calendly, Cal.com or a calendar file.",
            "page-from-a-sentence": "Booking pages made out of a sentence, and what is sent where.",
            "booking-states": "The states of a booking, who may change them, and what follows.",
            "time": "Zones, clocks that change, and how a time is told.",
            "accessibility": "What guests' and hosts' pages do for everybody, point by point.",
        },
    ),
    Shelf(
        "For whoever runs the server",
        {
            "self-hosting": "Installing, settings, commands, proxies, backups and upgrades.",
            "providers/zoom": "The Zoom app: its scopes, what is asked of Zoom and when, what is stored.",
            "providers/google": "The Google client: its scopes, verification, what is stored.",
            "providers/microsoft": "The Microsoft Entra app: permissions, consent, what is stored.",
            "providers/caldav": "CalDAV servers such as iCloud, Nextcloud and Fastmail.",
            "providers/icalfeed": "iCal feeds: what counts as busy, and what is doubtful.",
            "zoom-test-plan": "The Zoom integration step by step, as a reviewer checks it.",
        },
    ),
)
DOCUMENTS = {name: about for shelf in SHELVES for name, about in shelf.documents.items()}
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
_PICTURE_ALONE = re.compile(r"^!\[[^\]]*\]\([^)\s]+\)\n+", re.MULTILINE)


def file_of(name: str) -> Path:
    """name: one of DOCUMENTS."""
    return FOLDER / f"{name}.md"


def text_of(name: str) -> str:
    """A document as Markdown, with links to what is told here and no pictures. name: one of DOCUMENTS."""
    text = _PICTURE_ALONE.sub("", file_of(name).read_text(encoding="utf-8"))
    return _LINK.sub(lambda found: _told(found, name), text)


def title_of(name: str) -> str:
    """As far as a colon: what follows explains it."""
    found = TITLE.search(text_of(name))
    if found is None:
        raise ValueError(f"docs/{name}.md has no title.")
    return found[1].partition(": ")[0]


def target(href: str, name: str) -> tuple[str, str] | None:
    """To which document a relative link in one of them leads, and the fragment with its "#"; None for any other."""
    path, mark, fragment = href.partition("#")
    if "://" in href or path.startswith("/"):
        return None
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else f"{name}.md"
    other = whole.removesuffix(".md")
    is_told = other in DOCUMENTS or other.partition("/")[0] == REFERENCE
    return (other, mark + fragment) if whole.endswith(".md") and is_told else None


def files() -> Iterator[tuple[Path, str]]:
    """Each in a checkout, and where the package has it, relative to this folder."""
    for file in (*(f"{name}.md" for name in DOCUMENTS), _OPENAPI):
        yield _CHECKOUT / file, f"pages/{file}"


def _told(found: re.Match[str], name: str) -> str:
    """A link as it is; only its words where it leads to a file that is not told here."""
    words, href = found.groups()
    if found[0].startswith("!"):
        return ""
    if href.partition("#")[0].endswith(_OPENAPI):
        return f"[{words}](/{_OPENAPI})"
    leads = "://" in href or href.startswith(("/", "mailto:")) or target(href, name)
    return found[0] if leads else words
