"""The part of Share that puts a page on another website: what to paste there, how it looks, who may show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csp.constants import SELF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.forms.website import EmbedForm, WebsiteForm
from timetuna.bookings.views.guest.slots import slots
from timetuna.bookings.views.host.sharing import ShareScreen, parts_of
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, page_or_404, rights_on
from timetuna.web.csp import also, instead
from timetuna.web.forms import in_full, private, show
from timetuna.web.framing import ANYBODY, EMBED, enter
from timetuna.web.saving import opened, save

_OUR_ACCENT = "#0b6e99"


@dataclass(frozen=True, slots=True)
class WebsiteScreen(ShareScreen):
    """snippet: what to paste.  preview: where the page is as the frame shows it.  origins: who may show it.

    anybody: every website may.  add: None for who may not change the page.  server: ours, for their policies.
    """

    template = "bookings/share_website.html"
    form: EmbedForm
    snippet: str
    preview: str
    origins: Sequence[str]
    anybody: bool
    add: WebsiteForm | None
    server: str


@login_required
@also({"frame-src": [SELF]})
def website(request: HttpRequest, page_id: int) -> HttpResponse:
    """On POST add a website to those that may show the page."""
    row = page_or_404(request, page_id, to=Action.EDIT if request.method == "POST" else Action.SEE)

    def build(data: Any, _files: Any) -> WebsiteForm:
        return WebsiteForm(row, data)

    may_edit = Action.EDIT in rights_on(row, signed_in(request))
    add = save(request, build) if request.method == "POST" else opened(request, build) if may_edit else None
    if add and add.saved:
        messages.success(
            request, gettext("%(website)s may show the page now.") % {"website": add.cleaned_data["website"]}
        )
        return HttpResponseRedirect(request.get_full_path())
    accent = row.brand_color or _OUR_ACCENT
    form = EmbedForm(request.GET, accent=accent)
    origins = row.embed_origins.split()
    screen = WebsiteScreen(
        **parts_of(request, row, current="share_website"),
        form=form,
        snippet=_snippet(row, form.given, accent),
        preview=reverse("share_website_preview", args=[row.pk], query=_look(form.given, accent)),
        origins=[one for one in origins if one != ANYBODY],
        anybody=ANYBODY in origins,
        add=add,
        server=settings.BASE_URL,
    )
    return show(request, screen, status=add.status() if add else 200)


@require_safe
@login_required
@xframe_options_sameorigin
@instead({"frame-ancestors": [SELF]})
def website_preview(request: HttpRequest, page_id: int) -> HttpResponse:
    """The page as its frame shows it, to who is signed in: nobody else's website may show this."""
    row = page_or_404(request, page_id, to=Action.SEE)
    words = {name: request.GET[name] for name in ("theme", "accent") if name in request.GET}
    request.META["QUERY_STRING"] = urlencode({EMBED: "1"} | words)
    request.GET = QueryDict(request.META["QUERY_STRING"])
    enter(request, settings.BASE_URL, page=f"{row.handle()}/{row.slug}")
    answer: HttpResponse = slots(request, row.handle(), row.slug)
    return private(answer)


def _look(given: dict[str, str], accent: str) -> dict[str, str]:
    chosen = {"theme": given["theme"]}
    return chosen | ({"accent": given["accent"][1:]} if given["accent"] != accent else {})


def _snippet(row: BookingPage, given: dict[str, str], accent: str) -> str:
    said = {"data-timetuna": given["mode"]}
    if given["mode"] == "button":
        said |= {"data-corner": given["corner"], "data-color": given["accent"]}
    if given["theme"] != "auto":
        said["data-theme"] = given["theme"]
    if given["accent"] != accent:
        said["data-accent"] = given["accent"]
    attributes = format_html_join("", ' {}="{}"', said.items())
    link = format_html('<a href="{}"{}>{}</a>', row.address(), attributes, given["text"])
    return format_html('{}\n<script src="{}" async></script>', link, in_full("/embed.js"))
