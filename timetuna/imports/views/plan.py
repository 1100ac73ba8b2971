"""One import: how far its reading is, what it would make, and what it has made."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.imports.actions.read_product import YOUR_ACCOUNT, end_dead_readings
from timetuna.imports.actions.take_over import PlanChanged, take_over
from timetuna.imports.facts import facts_for
from timetuna.imports.models import BusyShadow, Import
from timetuna.imports.permissions import import_or_404, pages_to_move_to, shadows_for
from timetuna.imports.planning.plan import left_over, make_plan
from timetuna.imports.products import label_of
from timetuna.imports.status import MovedPage, RowGroup, bookings_taken, groups, moved_pages, reported
from timetuna.l10n.lists import in_words
from timetuna.l10n.retold import retold
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.providers.bundle import Bundle
from timetuna.web.forms import Screen, show

_CONFLICT = 409
CHANGED = gettext_lazy(
    "Something has changed here since you looked, so nothing was taken over. Look through the list again; your "
    "ticks are as you left them."
)


@dataclass(frozen=True, slots=True)
class ReadingScreen(Screen):
    template = "imports/reading.html"
    fragment = "imports/_progress.html"
    row: Import
    step: str
    label: str


@dataclass(frozen=True, slots=True)
class FailedScreen(Screen):
    template = "imports/failed.html"
    row: Import
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScreen(Screen):
    """lost: what the product tells nobody.  waiting: ways to meet that are to be connected first.

    left: bookings beyond what one form can have.  changed: why it has to be looked at again.
    nothing: there is nothing to tick.
    """

    template = "imports/plan.html"
    row: Import
    label: str
    owner: str
    groups: Sequence[RowGroup]
    lost: Sequence[str]
    waiting: str
    left: int
    version: str
    changed: str
    nothing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportScreen(Screen):
    """taken: how many bookings take time now; coming: how many from there still do.  moved: pages that are here now."""

    template = "imports/report.html"
    row: Import
    label: str
    groups: Sequence[RowGroup]
    taken: int
    coming: int
    moved: Sequence[MovedPage]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show how it stands; on POST take over what is ticked."""
    end_dead_readings(now=timezone.now())
    row = import_or_404(request, import_id)
    if request.method == "POST":
        return _take_over(request, row)
    if row.state == Import.State.READING:
        return _progress(request, row, part=False)
    if row.state == Import.State.READ:
        return _plan(request, row)
    return _report(request, row) if row.state == Import.State.MADE else _failed(request, row)


@require_safe
@login_required
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """The part of the page that says how far it is; once it is over the page is to be loaded anew."""
    end_dead_readings(now=timezone.now())
    row = import_or_404(request, import_id)
    if row.state == Import.State.READING:
        return _progress(request, row, part=True)
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response if "HX-Request" in request.headers else redirect("import", row.pk)


@require_POST
@login_required
def drop(request: HttpRequest, import_id: int) -> HttpResponse:
    """Forget what was read, or stop reading. What was taken over stays."""
    row = import_or_404(request, import_id)
    label = label_of(row.product)
    row.delete()
    messages.success(
        request,
        gettext("What was read from %(label)s is forgotten. What is on your pages stays.") % {"label": label},
    )
    return redirect("imports")


def _progress(request: HttpRequest, row: Import, *, part: bool) -> HttpResponse:
    return show(
        request, ReadingScreen(row, gettext(row.step or YOUR_ACCOUNT), label_of(row.product)), part=part
    )


def _failed(request: HttpRequest, row: Import) -> HttpResponse:
    return show(request, FailedScreen(row, label_of(row.product)))


def _plan(
    request: HttpRequest, row: Import, *, ticked: frozenset[str] | None = None, changed: str = ""
) -> HttpResponse:
    bundle, label = Bundle.read(row.draft), label_of(row.product)
    facts = facts_for(signed_in(request), bundle, now=timezone.now())
    plan = make_plan(bundle, facts, label=label)
    screen = PlanScreen(
        row=row,
        label=label,
        owner=bundle.owner.email or bundle.owner.name,
        groups=groups(plan.rows, ticked),
        lost=[retold(one) for one in bundle.lost],
        waiting=in_words(sorted(meeting_kind(kind).title for kind in plan.waiting)),
        left=left_over(plan, bundle, facts),
        version=plan.version(),
        changed=changed,
        nothing=not any(one.takes for one in plan.rows),
    )
    return show(request, screen, status=_CONFLICT if changed else 200)


def _take_over(request: HttpRequest, row: Import) -> HttpResponse:
    ticked = frozenset(request.POST.getlist("take"))
    try:
        take_over(row, ticked, version=request.POST.get("plan", ""), now=timezone.now())
    except PlanChanged:
        return _plan(request, row, ticked=ticked, changed=str(CHANGED))
    return redirect("import", row.pk)


def _report(request: HttpRequest, row: Import) -> HttpResponse:
    host, label = signed_in(request), label_of(row.product)
    pages = {page.pk: page for page in pages_to_move_to(host).select_related("host", "team")}
    shadows = shadows_for(host).filter(product=row.product, state=BusyShadow.State.BUSY)
    screen = ReportScreen(
        row=row,
        label=label,
        groups=reported(row, pages),
        taken=bookings_taken(row),
        coming=shadows.count(),
        moved=moved_pages(row, pages),
    )
    return show(request, screen)
