"""Settings, Import: from where something can be brought along, and what was."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.account_status import calendar_line
from timetuna.calendars.hooks import wants_of
from timetuna.imports.actions.keep_ics import MOST_BYTES, keep_ics, remove_ics
from timetuna.imports.actions.read_export import read_export
from timetuna.imports.actions.read_product import NotBegun, begin_reading, end_dead_readings
from timetuna.imports.forms import TokenForm, UploadForm
from timetuna.imports.models import BusyShadow, Import
from timetuna.imports.permissions import imports_for, shadows_for
from timetuna.imports.products import Product, label_of, products
from timetuna.imports.queries import uploaded
from timetuna.l10n.datetimes import short_when, zone_or_utc
from timetuna.l10n.faults import for_now
from timetuna.providers.errors import ProviderError
from timetuna.rate_limits.limits import Limit, spend, wait_in_words
from timetuna.web.forms import Screen, private, show

_OK, _UNUSABLE, _TOO_OFTEN = 200, 422, 429
OFTEN = Limit("imports", (20, 3_600), strict=True)
"""Tries of one host to read something, by a token or out of a file."""


@dataclass(frozen=True, slots=True)
class FileScreen:
    """The calendar file that counts. notes: what is doubtful of it, in sentences."""

    name: str
    busy: int
    notes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportScreen(Screen):
    """earlier: imports of this host, the latest first, each with its product and when it was.

    coming: how many bookings elsewhere take time.
    """

    template = "imports/start.html"
    products: Sequence[Product]
    earlier: Sequence[tuple[Import, str, str]]
    file: FileScreen | None
    upload: UploadForm
    coming: int


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Show them; on POST take a calendar file in the place of the one before."""
    return _upload(request) if request.method == "POST" else _start(request, _upload_form())


def _upload_form(request: HttpRequest | None = None) -> UploadForm:
    posted = request is not None
    return UploadForm(
        label=gettext("Calendar file"),
        help_text=gettext(
            "An .ics file of up to 2 MB. Its times stay blocked until you replace or remove it."
        ),
        accept=".ics,text/calendar",
        most=MOST_BYTES,
        data=request.POST if request and posted else None,
        files=request.FILES if request and posted else None,
    )


def _start(request: HttpRequest, form: UploadForm, *, status: int = _OK) -> HttpResponse:
    host, now = signed_in(request), timezone.now()
    end_dead_readings(now=now)
    earlier = imports_for(host).defer("draft", "report")[:5]
    coming = shadows_for(host).filter(state=BusyShadow.State.BUSY)
    screen = ImportScreen(
        products=tuple(products().values()),
        earlier=[
            (row, label_of(row.product), short_when(row.started_at, zone=zone_or_utc(host.time_zone)))
            for row in earlier
        ],
        file=_file(host.pk),
        upload=form,
        coming=coming.count(),
    )
    return show(request, screen, status=status)


def _file(host_id: int) -> FileScreen | None:
    row = uploaded(host_id)
    if row is None:
        return None
    line = calendar_line(row, wants=wants_of(host_id), now=timezone.now())
    return FileScreen(row.name, row.busy_count, line.notes())


def _upload(request: HttpRequest) -> HttpResponse:
    """What cannot be read leaves the file before."""
    form, host = _upload_form(request), signed_in(request)
    if not form.is_valid():
        return _start(request, form, status=_UNUSABLE)
    if refused := _too_often(request):
        form.add_error("file", refused)
        return _start(request, form, status=_TOO_OFTEN)
    name, content = form.content()
    try:
        row = keep_ics(host, content, name=name.removesuffix(".ics"), now=timezone.now())
    except ProviderError as error:
        form.add_error("file", for_now(error))
        return _start(request, form, status=_UNUSABLE)
    messages.success(
        request, gettext("The busy times of “%(name)s” take your time from now on.") % {"name": row.name}
    )
    return redirect("imports")


@require_POST
@login_required
def remove_calendar(request: HttpRequest) -> HttpResponse:
    if remove_ics(signed_in(request).pk):
        messages.success(request, gettext("The calendar file is removed, and its times are free."))
    return redirect("imports")


@dataclass(frozen=True, slots=True)
class ProductScreen(Screen):
    """upload: None where the product gives no files."""

    template = "imports/product.html"
    product: Product
    form: TokenForm
    upload: UploadForm | None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def from_product(request: HttpRequest, product: str) -> HttpResponse:
    """Ask for the token, or a file; on POST begin to read. The token is in no page, session or log."""
    found = products().get(product)
    if found is None:
        raise Http404
    posted, with_file = request.method == "POST", "upload" in request.POST
    form = TokenForm(found.source.credential(), request.POST if posted and not with_file else None)
    upload = _export_form(found, request if posted and with_file else None)
    status = _OK
    if posted:
        status = _UNUSABLE
        chosen = upload if with_file and upload else form
        if chosen.is_valid():
            if refused := _too_often(request):
                chosen.add_error(None, refused)
                status = _TOO_OFTEN
            elif row := _begin(request, found, form, upload, with_file=with_file):
                return redirect("import", row.pk)
    return private(show(request, ProductScreen(found, form, upload), status=status))


def _begin(
    request: HttpRequest, found: Product, form: TokenForm, upload: UploadForm | None, *, with_file: bool
) -> Import | None:
    """None, and the form says why."""
    host = signed_in(request)
    if with_file and upload is not None and found.files is not None:
        try:
            return read_export(host, found.slug, found.files, upload.content()[1], now=timezone.now())
        except ProviderError as error:
            upload.add_error("file", for_now(error))
            return None
    try:
        return begin_reading(host, found, form.cleaned_data["token"])
    except NotBegun as error:
        form.add_error(None, str(error))
        return None


def _export_form(found: Product, request: HttpRequest | None) -> UploadForm | None:
    if found.files is None:
        return None
    return UploadForm(
        label=gettext("Exported file"),
        help_text=gettext("JSON as %(label)s’s API answers, or the CSV of your bookings; of 2 MB at most.")
        % {"label": found.label},
        accept=".json,.csv,application/json,text/csv",
        most=MOST_BYTES,
        data=request.POST if request else None,
        files=request.FILES if request else None,
    )


def _too_often(request: HttpRequest) -> str:
    seconds = spend(OFTEN, str(signed_in(request).pk))
    if not seconds:
        return ""
    return gettext("Too many attempts. Nothing was read; wait %(wait)s and try again.") % {
        "wait": wait_in_words(seconds)
    }
