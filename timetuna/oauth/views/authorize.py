"""/oauth/authorize: a host is asked whether an app may act for them."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.oauth.addresses import place_of
from timetuna.oauth.asking import AccessRequest, AppHasToKnow, NobodyToTell, allow, read_request, refuse
from timetuna.oauth.queries import in_sentences, is_verified
from timetuna.web.forms import Screen, private, show

_SIGNER = Signer(salt="timetuna.oauth.consent")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentScreen(Screen):
    """host: where the app is, "" for one on the person's own computer.  may: sentences.  seen: what is answered.

    here: the address of this page, for whoever signs in with another account first.
    """

    template = "oauth/consent.html"
    name: str
    host: str
    verified: bool
    may: list[str]
    account: str
    here: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAppScreen(Screen):
    """detail: for the app's makers.  back: leads to the app, "" where it cannot be believed.  host: where that is."""

    template = "oauth/refused.html"
    text: str
    detail: str
    back: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackToAppScreen(Screen):
    """said: what was answered.  host: where the app is, "" for one on the person's own computer.

    A page and no redirect: Chromium takes each address that a form's answer leads on to for the form's own target
    (CSP, form-action), and an app may lead on to wherever it likes.
    """

    template = "oauth/back.html"
    said: str
    url: str
    host: str


@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Whoever is not signed in does that first and comes back. The answer goes to the app, by an address of its own."""
    try:
        asked = read_request(request)
    except NobodyToTell as error:
        screen = RefusedAppScreen(text=error.text, detail=error.detail)
        return private(show(request, screen, status=HTTPStatus.BAD_REQUEST))
    except AppHasToKnow as error:
        return private(_tell_app(request, error))
    if not request.user.is_authenticated:
        return private(redirect_to_login(request.get_full_path()))
    user = signed_in(request)
    answer = _answer(request, asked, user) if request.method == "POST" else None
    return private(answer or _ask(request, asked, user))


def _tell_app(request: HttpRequest, error: AppHasToKnow) -> HttpResponse:
    """An app that registered itself leads nobody away from here who has not seen where to (RFC 9700, 4.11.2)."""
    if error.trusted and request.user.is_authenticated:
        return _back(request, error.application.name, error.url, yes=False)
    text = gettext("“%(name)s” has asked for something that this server does not know. Nothing was allowed.")
    screen = RefusedAppScreen(
        text=text % {"name": error.application.name},
        detail=error.detail,
        back=error.url,
        host=place_of(error.url),
    )
    return show(request, screen, status=HTTPStatus.BAD_REQUEST)


def _answer(request: HttpRequest, asked: AccessRequest, user: User) -> HttpResponse | None:
    """None where the form says neither, or was shown to somebody else, or of something else."""
    said = request.POST.get("answer")
    if said not in {"yes", "no"}:
        return None
    try:
        seen = _SIGNER.unsign(request.POST.get("seen", ""))
    except BadSignature:
        seen = ""
    if seen != _what_is_seen(request, user):
        messages.error(request, gettext("You are signed in with another account by now. Look at it again."))
        return None
    url = allow(asked, user, request.META["QUERY_STRING"]) if said == "yes" else refuse(asked)
    return _back(request, asked.application.name, url, yes=said == "yes")


def _back(request: HttpRequest, name: str, url: str, *, yes: bool) -> HttpResponse:
    said = gettext("“%(name)s” may act for you now") if yes else gettext("“%(name)s” was allowed nothing")
    return show(request, BackToAppScreen(said=said % {"name": name}, url=url, host=place_of(url)))


def _ask(request: HttpRequest, asked: AccessRequest, user: User) -> HttpResponse:
    screen = ConsentScreen(
        name=asked.application.name,
        host=place_of(asked.redirect_uri),
        verified=is_verified(asked.application),
        may=in_sentences(asked.scopes),
        account=user.email,
        here=request.get_full_path(),
        seen=_SIGNER.sign(_what_is_seen(request, user)),
    )
    return show(request, screen, status=HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK)


def _what_is_seen(request: HttpRequest, user: User) -> str:
    """By whom, and which question."""
    return f"{user.pk}:{hashlib.sha256(request.META['QUERY_STRING'].encode()).hexdigest()}"
