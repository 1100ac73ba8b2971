"""What browsers and search engines ask for at the root, whatever a page says."""

from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

KEPT_SECONDS = 24 * 60 * 60
EMBED_SECONDS, A_YEAR = 10 * 60, 365 * 24 * 60 * 60
VERSIONS = ("", "1")
"""Of `embed.js`: the newest, which changes, and those that do not."""
# Opening a form keeps its time from guests, so crawlers stay out of there. Pages that are not listed say so
# themselves: naming them here would give their addresses away.
_ROBOTS = """\
User-agent: *
Disallow: /api/
Disallow: /b/
Disallow: /booking-pages
Disallow: /bookings
Disallow: /settings
Disallow: /*/*/book
Disallow: /*?
Allow: /*?lang=
"""


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Public pages may be searched, not what belongs to one booking or to a host alone."""
    return _kept(HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8"))


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send the icon to those who ask for it without having read the page that names it."""
    return _kept(HttpResponse(_icon(), content_type="image/x-icon"))


@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """Send the script that other websites load to show booking pages: any of them may, also with a hash of it.

    v: a version that stays as it is for ever, for websites that name its hash (0074).
    """
    version = request.GET.get("v", "")
    if version not in VERSIONS:
        raise Http404
    response = HttpResponse(_embed(version), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = (
        f"public, max-age={A_YEAR}, immutable" if version else f"public, max-age={EMBED_SECONDS}"
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@lru_cache(maxsize=4)
def _embed(version: str) -> bytes:
    name = f"embed-{version}.js" if version else "embed.js"
    return (settings.PACKAGE_DIR / "static/js" / name).read_bytes()


@lru_cache(maxsize=1)
def _icon() -> bytes:
    return (settings.PACKAGE_DIR / "static/img/favicon.ico").read_bytes()


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response
