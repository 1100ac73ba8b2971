"""A guest's pages inside another website: who may frame them, how they look there, and whom their forms come from.

An address with `?embed=1` is meant for a frame. Browsers keep cookies back there, so none counts and none is left: not
the session's, the language's or the zone's. What it needs stands in the address and goes along to the next (0074).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from timetuna.web.middleware import PARAMETER, Middleware, meant

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
EMBED, TOKEN, MADE, MINE, ANYBODY = "embed", "embed_token", "made", "mine", "*"
MINE_SECONDS = 30 * 60
HIDEABLE = ("host", "title", "description", "footer")
LONGEST_FORM = 12 * 60 * 60
"""Seconds for which a form of a frame can be sent."""
_SHAPES = {
    "theme": re.compile(r"light|dark|auto"),
    "accent": re.compile(r"[0-9a-fA-F]{6}"),
    "bg": re.compile(r"transparent"),
    "layout": re.compile(r"month|list"),
    "hide": re.compile(rf"({'|'.join(HIDEABLE)})(,({'|'.join(HIDEABLE)})){{0,3}}"),
}
_KEPT = "_timetuna_frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """words: what the address says of it, by name.  origins: the websites that may frame it; ANYBODY is every one.

    page: its path below the server.  token: what its forms carry in place of a cookie.
    event: what has just happened, "" for nothing, and `data` about it for the website around the frame.
    """

    words: Mapping[str, str]
    origins: tuple[str, ...]
    page: str
    token: str
    event: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def hidden(self) -> list[str]:
        return self.words.get("hide", "").split(",")

    def is_transparent(self) -> bool:
        return "bg" in self.words

    def told(self) -> str:
        """For frame.js."""
        told = {"origins": self.origins, "page": self.page, "event": self.event, "data": self.data}
        return json.dumps(told | {"language": get_language() or settings.LANGUAGE_CODE})


def frame_words(query: QueryDict) -> dict[str, str]:
    """What an address says of its frame, in closed lists; nothing where it is meant for none."""
    if query.get(EMBED) != "1":
        return {}
    found = {name: query.get(name, "") for name in _SHAPES}
    words = {name: value for name, value in found.items() if _SHAPES[name].fullmatch(value)}
    if language := meant(query.get(PARAMETER, "")):
        words[PARAMETER] = language
    return {EMBED: "1"} | words


def is_embedded(request: HttpRequest) -> bool:
    """Whether the address is meant for a frame."""
    return EMBED in request.META.get("QUERY_STRING", "") and request.GET.get(EMBED) == "1"


def enter(
    request: HttpRequest, origins: str, *, page: str, event: str = "", data: Mapping[str, Any] | None = None
) -> None:
    """Let these websites, as a page's `embed_origins` has them, frame the page that is being made."""
    websites = tuple(origins.split())
    if websites and is_embedded(request):
        frame = Embedding(
            words=frame_words(request.GET),
            origins=websites,
            page=page,
            token=_signer(request).sign("form"),
            event=event,
            data=data or {},
        )
        setattr(request, _KEPT, frame)


def frame_of(request: HttpRequest) -> Embedding | None:
    """None where nobody may frame the page that is being made."""
    return getattr(request, _KEPT, None)


def in_frame(request: HttpRequest) -> dict[str, Any]:
    """For all templates."""
    return {"frame": frame_of(request)}


def framed_url(request: HttpRequest, path: str) -> str:
    """A path of ours as the frame goes on with it; the path itself outside of one."""
    frame = frame_of(request)
    return _with(path, frame.words) if frame and path else path


def framable(made: str = "") -> Callable[[View], View]:
    """Let a guest's page be framed by the websites that its view has named (`enter`).

    Its forms then prove by a signed token, and by what browsers say of where they come from, that they are ours: they
    do with no more right than their address gives. made: what it means when one of them leads on.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def decorated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            sent = request.method == "POST"
            if sent and is_embedded(request):
                if not _is_ours(request):
                    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
                answer = view(request, *args, **kwargs)
            else:
                answer = protected(request, *args, **kwargs)
            frame = frame_of(request)
            return _framed(answer, frame, made if sent else "") if frame else answer

        return decorated  # type: ignore[return-value]

    return decorate


def _framed(answer: HttpResponseBase, frame: Embedding, made: str) -> HttpResponseBase:
    setattr(answer, "_csp_replace", {"frame-ancestors": list(frame.origins)})  # noqa: B010 - django-csp's own
    setattr(answer, "xframe_options_exempt", True)  # noqa: B010 - Django's: that header knows no list
    leads_to = answer.get("Location", "")
    if leads_to.startswith("/") and f"{EMBED}=1" not in leads_to:
        told = {MADE: made, MINE: _mine(leads_to.partition("?")[0])} if made else {}
        answer["Location"] = _with(leads_to, {**frame.words, **told})
    return answer


def _mine(path: str) -> str:
    """What a frame's address has in place of the cookie that knows the browser which has just done this."""
    return TimestampSigner(salt=f"timetuna.web.framing.{MINE}").sign(path).removeprefix(f"{path}:")


def has_just_made(request: HttpRequest, path: str) -> str:
    """What the address of a frame says of it, if it was this frame that led there a moment ago; else ""."""
    said = request.GET.get(MINE, "") if is_embedded(request) else ""
    try:
        TimestampSigner(salt=f"timetuna.web.framing.{MINE}").unsign(f"{path}:{said}", max_age=MINE_SECONDS)
    except BadSignature:
        return ""
    return said


def _with(path: str, words: Mapping[str, str]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(words, safe=',')}"


def _signer(request: HttpRequest) -> TimestampSigner:
    """For forms of this address alone."""
    return TimestampSigner(salt=f"timetuna.web.framing {request.path}")


def _is_ours(request: HttpRequest) -> bool:
    """Whether a form was made here, not long ago, and is sent from a page of ours as far as the browser says."""
    own = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    if request.headers.get("Origin", settings.BASE_URL) not in own:
        return False
    try:
        _signer(request).unsign(request.POST.get(TOKEN, ""), max_age=LONGEST_FORM)
    except BadSignature:
        return False
    return True


class NoCookies(Middleware):
    """Takes no cookie from an address that is meant for a frame, and leaves none."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_embedded(request):
            return self.get_response(request)
        request.COOKIES = {}
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        response.cookies.clear()
        return response
