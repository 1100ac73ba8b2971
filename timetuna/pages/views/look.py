"""Pictures and videos of pages and hosts, each at an address that changes with it, and the cards beside links."""

import re
from http import HTTPStatus

from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Length, Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from timetuna.accounts.models import Photo
from timetuna.lib.card import draw
from timetuna.lib.videos import ending
from timetuna.pages.models import PageBackground, PageLogo, PageVideo
from timetuna.pages.public import card_of
from timetuna.pages.queries import listed_page, look_of
from timetuna.web.csp import NOTHING, policy

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.IGNORECASE)
_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@policy(NOTHING)
def logo(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    return _kept(PageLogo.objects.filter(page=page_id, page__logo_version=version).first(), "image/png")


@require_safe
@policy(NOTHING)
def background(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    row = PageBackground.objects.filter(page=page_id, page__background_version=version).first()
    return _kept(row, "image/jpeg")


@require_safe
@policy(NOTHING)
def photo(_request: HttpRequest, host_id: int, version: str) -> HttpResponse:
    return _kept(Photo.objects.filter(user=host_id, user__photo_version=version).first(), "image/jpeg")


@require_safe
@policy(NOTHING)
def video(request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    """Whole, or the one part of it that is asked for (RFC 9110, section 14): browsers play no video without."""
    rows = PageVideo.objects.filter(page=page_id, page__video_version=version)
    length = rows.values_list(Length("content"), flat=True).first()
    if length is None:
        raise Http404
    wanted = request.headers.get("Range", "") if "If-Range" not in request.headers else ""
    part = part_of(length, wanted)
    if part is None:
        nothing = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        nothing["Content-Range"] = f"bytes */{length}"
        return nothing
    response = _immutable(_octets(rows, part), f"video/{ending(_octets(rows, range(16)))}")
    response["Accept-Ranges"] = "bytes"
    if len(part) < length:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{length}"
    return response


def part_of(length: int, wanted: str) -> range | None:
    """The bytes that a header asks for: all of them where it asks for several parts; None where there are none."""
    found = _RANGE.fullmatch(wanted.strip())
    first, last = (found[1], found[2]) if found else ("", "")
    if not first and not last:
        return range(length)
    if not first:
        return range(max(0, length - int(last)), length) if int(last) else None
    if last and int(last) < int(first):
        return range(length)
    stop = min(length, int(last) + 1) if last else length
    return range(int(first), stop) if int(first) < length else None


def _octets(rows: QuerySet[PageVideo], part: range) -> bytes:
    """Read by the database, so that nobody holds the rest."""
    piece = Substr("content", part.start + 1, len(part), output_field=BinaryField())
    return bytes(rows.values_list(piece, flat=True).get())


def _kept(row: PageLogo | PageBackground | Photo | None, kind: str) -> HttpResponse:
    if row is None:
        raise Http404
    return _immutable(bytes(row.image), kind)


@require_safe
@policy(NOTHING)
def card(_request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    """Of listed pages only, and only as they are now: whoever knows no address draws nothing."""
    page = listed_page(page_id)
    if page is None:
        raise Http404
    who, of_host = (page.team.name, "") if page.team else (page.host.name, page.host.photo_version)
    found = card_of(page.title, who, look_of(page), of_host)
    if found.version() != version:
        raise Http404
    photo = Photo.objects.filter(user=page.host_id).first() if of_host else None
    picture = draw(
        found.title,
        found.name,
        color=found.color,
        text_color=found.text_color,
        photo=bytes(photo.image) if photo else b"",
    )
    return _immutable(picture, "image/png")


def _immutable(picture: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(picture, content_type=kind)
    response["Cache-Control"] = _FOR_EVER
    return response
