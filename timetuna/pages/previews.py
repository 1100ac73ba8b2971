"""A booking page as search engines know it, and as programs show a link to it (Open Graph)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from babel.core import get_global
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext, to_locale

from timetuna.lib.crypto import fingerprint
from timetuna.lib.text import single_line
from timetuna.pages.public import Branding, PublicPage
from timetuna.web.forms import in_full
from timetuna.web.middleware import PARAMETER, meant

_LONGEST = 200
_OUR_COLOR = "#0b6e99"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What search engines, and programs that show links, read of a page (Open Graph). Addresses are in full.

    address: the page, in whatever language its reader prefers.  url: as it was asked for.  image: "" for none.
    indexed: search engines may show it as it was asked for.
    """

    title: str
    description: str
    address: str
    url: str
    locale: str
    indexed: bool
    image: str = ""


def preview_of(page: PublicPage, asked: Mapping[str, object]) -> Preview | None:
    """None of a page that is not for everybody: a preview names the host. asked: the query."""
    if not page.settings.listed or page.settings.link_only:
        return None
    who = page.team or page.host_name
    named = {"title": page.title, "host": who}
    text = single_line(page.description, max_length=_LONGEST)
    found = preview(
        gettext("%(title)s with %(host)s") % named,
        text or gettext("Pick a time with %(host)s. Times are shown in your own time zone.") % named,
        address=page.address(),
        asked=asked,
    )
    photo = "" if page.team else page.settings.host.photo_version
    version = card_of(page.title, who, page.look, photo).version()
    return replace(found, image=in_full(reverse("page_card", args=[page.id, version])))


def preview(title: str, description: str, *, address: str, asked: Mapping[str, object]) -> Preview:
    """In the language that is spoken. asked: the query; more than a language makes a page nobody else's."""
    spoken = to_locale(get_language() or settings.LANGUAGE_CODE)
    likely = str(get_global("likely_subtags").get(spoken, spoken)).split("_")
    language = meant(str(asked.get(PARAMETER, "")))
    return Preview(
        title=title,
        description=description,
        address=address,
        url=f"{address}?{PARAMETER}={language}" if language else address,
        locale=f"{likely[0]}_{likely[-1]}",  # with the region that most who speak it are from
        indexed={*asked} <= {PARAMETER},
    )


@dataclass(frozen=True, slots=True)
class Card:
    """The picture of a preview, see `lib/card.py`. photo: the version of whose photo stands in it."""

    title: str
    name: str
    color: str
    text_color: str
    photo: str = ""

    def version(self) -> str:
        """Its fingerprint, so that it may be kept for ever."""
        return fingerprint(f"2\n{self.title}\n{self.name}\n{self.color}\n{self.photo}")[:16]


def card_of(title: str, name: str, look: Branding, photo: str) -> Card:
    shown = look if look.color else Branding(_OUR_COLOR)
    return Card(title, name, shown.color, shown.text_color(), photo)
