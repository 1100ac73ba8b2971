"""Booking pages for websites that make a frame of an address somebody has pasted (oembed.com, version 1.0)."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.pages.public import PublicPage, met_on
from timetuna.pages.queries import public_page
from timetuna.web.framing import EMBED

WIDTH, HEIGHT = 720, 680
LONGEST_URL = 2_000
KEPT_SECONDS = 60 * 60


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """As JSON alone; of a page that nobody may frame there is nothing to show."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "JSON is the only format."}, status=HTTPStatus.NOT_IMPLEMENTED)
    url = request.GET.get("url", "")
    page = _page_at(request, url)
    if page is None or not page.settings.embed_origins:
        return JsonResponse(
            {"error": "No booking page that may be embedded is there."}, status=HTTPStatus.NOT_FOUND
        )
    named = {"title": page.title, "host": met_on(page, now=timezone.now()).hosts}
    title = gettext("%(title)s with %(host)s") % named
    width, height = _most(request, "maxwidth", WIDTH), _most(request, "maxheight", HEIGHT)
    query = "&".join(filter(None, (urlsplit(url).query, f"{EMBED}=1")))
    answer = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "TimeTuna",
        "provider_url": settings.BASE_URL,
        "cache_age": KEPT_SECONDS,
        "title": title,
        "width": width,
        "height": height,
        "html": format_html(
            '<iframe src="{}?{}" title="{}" width="{}" height="{}" style="border:0" allow="clipboard-write" '
            'referrerpolicy="strict-origin-when-cross-origin" loading="lazy"></iframe>',
            *(page.address(), query, title, width, height),
        ),
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _page_at(request: HttpRequest, url: str) -> PublicPage | None:
    """The booking page of an address of ours."""
    own = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    try:
        parts = urlsplit(url if len(url) <= LONGEST_URL else "")
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if f"{parts.scheme}://{parts.netloc}" not in own or match.url_name != "public_page":
        return None
    return public_page(match.kwargs["handle"], match.kwargs["slug"])


def _most(request: HttpRequest, name: str, usual: int) -> int:
    wish = request.GET.get(name, "")
    return min(int(wish), usual) if wish.isascii() and wish.isdigit() and 0 < len(wish) < 6 else usual  # noqa: PLR2004
