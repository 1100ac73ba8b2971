"""What pages show and what they send back: screens, forms that are taken whole, and what waits for a sign-in.

A field that did not arrive is never taken for empty, off or removed.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from allauth.account.signals import user_logged_in as signed_in_with_allauth
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.views import csrf

from timetuna.web.middleware import Middleware

if TYPE_CHECKING:
    Rows = forms.BaseFormSet[Any]
else:
    Rows = forms.BaseFormSet
INCOMPLETE = gettext_lazy(
    "A part of this form did not arrive, so nothing is saved. Look through it and send it again."
)
REMOVED = "DELETE"


class Switch(forms.CheckboxInput):
    """A checkbox that can be off: the hidden field before it arrives in any case, as browsers leave out what is off."""

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="">{}', name, super().render(name, value, *args, **kwargs)
        )


class Ticks(forms.SelectMultiple):
    """Several values of one name, of which none may be ticked; the template sends an empty one in any case."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [value for value in super().value_from_datadict(data, files, name) or [] if value]


class WholeForm(forms.Form):
    """A form that is refused unless every field of it has arrived; what has not is shown as it is stored."""

    def full_clean(self) -> None:
        absent = self.absent() if self.is_bound else []
        if absent:
            self.data = _with(self.data, {self.add_prefix(name): self._stored(name) for name in absent})
        super().full_clean()
        if absent:
            self.add_error(None, INCOMPLETE)

    def absent(self) -> list[str]:
        """A required one that did not arrive is refused, a file is kept."""
        return [
            name
            for name, field in self.fields.items()
            if not (field.required or field.disabled or name == REMOVED or field.widget.needs_multipart_form)
            and self.add_prefix(name) not in self.data
        ]

    def _stored(self, name: str) -> list[str]:
        field = self.fields[name]
        return written(field, field.prepare_value(self.get_initial_for_field(field, name)))


def rows_arrived(form: type[forms.Form], *, prefix: str, data: Any, most: int) -> bool:
    """Whether the number of rows was sent, and every field of as many; a number that is none is judged later."""
    total = str(data.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")) if data is not None else ""
    if not total.isascii() or not total.isdigit() or len(total) > len(str(most)):
        return bool(total)
    names = (f"{prefix}-{row}-{name}" for row in range(min(int(total), most)) for name in form.base_fields)
    return all(name in data for name in names)


def written(field: forms.Field, value: Any) -> list[str]:
    """As a browser sends it, without space around it."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on" if widget.check_test(value) else ""]
    shown = widget.format_value(value)
    values = shown if isinstance(shown, list | tuple) else [shown]
    return ["\n".join(str("" if one is None else one).split("\r\n")).strip() for one in values]


def fields_written(form: forms.BaseForm) -> dict[str, list[str]]:
    """As a browser sends them, by name; files, and whether a row is removed, stay out."""
    return {
        bound.html_name: written(bound.field, bound.value())
        for bound in form
        if bound.name != REMOVED and not bound.field.widget.needs_multipart_form
    }


def rows_written(rows: Rows) -> dict[str, list[str]]:
    found = {
        f"{rows.prefix}-{TOTAL_FORM_COUNT}": [str(rows.total_form_count())],
        f"{rows.prefix}-{INITIAL_FORM_COUNT}": [str(rows.initial_form_count())],
    }
    for form in rows.forms:
        found |= fields_written(form)
    return found


def rows_kept(rows: Rows) -> Iterator[list[str]]:
    """Of the rows that are neither blank nor marked to be removed."""
    for form in rows.forms:
        values = [" ".join(filter(None, value)) for value in fields_written(form).values()]
        removed = form.is_bound and REMOVED in form.fields and form[REMOVED].value()
        if any(values) and not removed:
            yield values


def with_values(data: Any, values: Iterable[tuple[str, list[str]]], *, but: str = "") -> QueryDict:
    """What was sent with other values in it; fields whose names begin with `but` are left out first."""
    copy = QueryDict(mutable=True)
    for name in data:
        if not but or not name.startswith(but):
            copy.setlist(name, _list(data, name))
    for name, found in values:
        copy.setlist(name, found)
    return copy


def _with(data: Any, values: dict[str, list[str]]) -> QueryDict:
    return with_values(data, values.items())


def _list(data: Any, name: str) -> list[Any]:
    if hasattr(data, "getlist"):
        found: list[Any] = data.getlist(name)
        return found
    return list(data[name]) if isinstance(data[name], list | tuple) else [data[name]]


MOST_DIGITS = 18
"""Of a row's number: all that have no more are numbers of the database, too."""
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")


def is_own_path(url: str) -> bool:
    r"""Whether this is a path on this server: no other host ("//evil", "/\evil"), scheme or control character."""
    return (
        url.startswith("/")
        and not _UNSEEN.search(url)
        and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    )


def in_full(path: str) -> str:
    """The whole address of a path of ours; it begins with TIMETUNA_BASE_URL, never with the request's host."""
    return f"{settings.BASE_URL}{path}"


class RowNumber:
    """`<row:booking_id>` in a route: a row's number. What the database could not hold is no address of ours."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


def row_number(text: str) -> int | None:
    """None for anything that is no row's number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


@dataclass(frozen=True, slots=True)
class Screen:
    """A template with its context. fragment: the part of it that htmx asks for, where there is one."""

    template: ClassVar[str] = ""
    fragment: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class TabLink:
    """One of the parts of a thing, or of the ways to look at it."""

    label: str
    url: str
    current: bool


def show(request: HttpRequest, screen: Screen, *, status: int = 200, part: bool = False) -> HttpResponse:
    context = {field.name: getattr(screen, field.name) for field in fields(screen)}
    return render(request, screen.fragment if part else screen.template, context, status=status)


VERSION, DROP = "version", "saved"
KEPT_FOR_SECONDS = 3_600
MOST_FORMS = 3
MOST_CHARACTERS = 100_000
_KEY = "typed"
_SIGNER = Signer(salt="timetuna.web.typed")
_ARRIVES, _ARRIVES_WITHIN_SECONDS = "arrives", 60
NOT_YOURS = lazy_for_hosts("The page you came for is not in this account. These are your booking pages.")
SIGN_IN_AGAIN = lazy_for_hosts("You were signed out meanwhile. Sign in again and go on with what you typed.")


def private(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a secret out of caches, search engines and the next site's logs."""
    response["Cache-Control"] = "private, no-store"
    # Not "no-referrer": browsers then send "Origin: null" with this page's own forms, which are refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def may_come_back(response: HttpResponse) -> HttpResponse:
    """Let the browser show a page at once that it has in its memory: slots.js asks for what may have changed (0072)."""
    response["Cache-Control"] = "private, no-cache"
    return response


def make_version(host_id: int, digests: Mapping[str, str]) -> str:
    return _SIGNER.sign_object([host_id, digests])


def read_version(version: str) -> tuple[int, Mapping[str, str]] | None:
    """For whom a form was made, and of what state; None where we did not make it."""
    try:
        host_id, digests = _SIGNER.unsign_object(version)
    except (BadSignature, ValueError):
        return None
    return host_id, digests


class KeepTyped(Middleware):
    """Keeps what a host had typed when they turn out to have to sign in again, in their session until it is saved.

    Only forms that we made for a host who was signed in are kept, so that nobody else can fill the table of sessions,
    and only that host gets them back. Passwords are in none of these forms. Another host who signs in there is led to
    their own pages instead.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; where the answer leads to the sign-in, what was sent is kept."""
        response = self.get_response(request)
        if request.method == "POST" and response.get("Location", "").startswith(
            f"{reverse(settings.LOGIN_URL)}?"
        ):
            _keep(request)
        if request.method == "GET" and _arrives_nowhere(request, response):
            messages.info(request, NOT_YOURS)
            return redirect(settings.LOGIN_REDIRECT_URL)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Refuse a form that may be forged. One that we made for the host who is signed in is shown to them again.

    Signing in makes a new token, so a form that was open in another tab has an old one. Nobody else's page can know
    what our form carries, and showing is not saving.
    """
    if request.method == "POST" and _keep(request):
        if request.user.is_authenticated:
            return redirect(request.path)
        return redirect_to_login(request.path)
    return csrf.csrf_failure(request, reason)


def _keep(request: HttpRequest) -> bool:
    """Keep what was sent, if it is a form that we made for whoever is signed in, or was."""
    made_for = read_version(request.POST.get(VERSION, ""))
    if made_for is None or (request.user.is_authenticated and request.user.pk != made_for[0]):
        return False
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    text = sent.urlencode()
    if len(text) > MOST_CHARACTERS:
        return False
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR_SECONDS)
        messages.info(request, SIGN_IN_AGAIN)
    others = {path: kept for path, kept in request.session.get(_KEY, {}).items() if path != request.path}
    latest = list(others.items())[1 - MOST_FORMS :]
    request.session[_KEY] = dict([*latest, (request.path, [made_for[0], time.time(), text])])
    return True


def typed_before(request: HttpRequest, path: str) -> QueryDict | None:
    """What the host who is signed in had sent to `path`, unless that is long ago or they drop it now."""
    found = request.session.get(_KEY, {}).get(path)
    if found is None:
        return None
    host_id, at, text = found
    if host_id != request.user.pk or time.time() - at > KEPT_FOR_SECONDS or DROP in request.GET:
        forget_typed(request, path)
        return None
    return QueryDict(text)


def forget_typed(request: HttpRequest, path: str) -> None:
    if path in request.session.get(_KEY, {}):
        request.session[_KEY] = {key: value for key, value in request.session[_KEY].items() if key != path}


def _signed_in(request: HttpRequest | None, user: Any, **_more: Any) -> None:
    """Let the session of somebody who has signed in last as long as any, with nothing that another host typed."""
    if request is not None and _KEY in request.session:
        request.session.set_expiry(None)
        own = {path: kept for path, kept in request.session[_KEY].items() if kept[0] == user.pk}
        request.session[_KEY] = own


def _leads_on(request: HttpRequest, response: HttpResponseBase, **_more: Any) -> None:
    """Remember where the sign-in leads: it may have been asked for by another host."""
    request.session[_ARRIVES] = [_path_of(response), time.time()]


def _arrives_nowhere(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is where the sign-in led a moment ago, by redirects too, and nothing is there for this host."""
    is_missing, leads_to = response.status_code == HTTPStatus.NOT_FOUND, _path_of(response)
    if not (is_missing or leads_to) or not request.user.is_authenticated:
        return False
    path, at = request.session.get(_ARRIVES, ("", 0.0))
    if path != quote(request.path) or time.time() - at > _ARRIVES_WITHIN_SECONDS:
        return False
    request.session[_ARRIVES] = [leads_to, at]
    return is_missing


def _path_of(response: HttpResponseBase) -> str:
    """Where a redirect leads; "" for any other answer."""
    return urlsplit(response.get("Location", "")).path


user_logged_in.connect(_signed_in)
signed_in_with_allauth.connect(_leads_on)
