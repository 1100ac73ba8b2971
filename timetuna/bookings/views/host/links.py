"""The links that a host has made to a page: which there are, new ones, and those that are taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.forms.link import LinkForm, LinkRulesForm, ManyLinksForm
from timetuna.bookings.views.host.export import BYTE_ORDER_MARK
from timetuna.bookings.views.host.sharing import ShareScreen, parts_of
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words
from timetuna.lib.crypto import SecretBoxError
from timetuna.lib.text import csv_row
from timetuna.pages.actions.end_link import end_link, restore_link
from timetuna.pages.links import LinkState, address_of, booked_by, last_day_of, links_of, state_of
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.permissions import link_or_404, page_or_404
from timetuna.pages.queries import questions_of, values
from timetuna.web.forms import private, row_number, show
from timetuna.web.saving import opened, save

A_PAGE = 50
_STATES = {
    LinkState.USED: gettext_lazy("Used"),
    LinkState.EXPIRED: gettext_lazy("Expired"),
    LinkState.ENDED: gettext_lazy("Taken back"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """A link as who runs the page reads it. state: what it is if it is no longer good.  address: "" if not readable."""

    id: int
    label: str
    state: str
    text: str
    address: str
    ended: bool


@dataclass(frozen=True, slots=True)
class LinksScreen(ShareScreen):
    """made: those that were just made; made_text: one a line, as they are pasted elsewhere.

    asked: the words that are looked for.  searched: whether there are so many that one wants to.
    """

    template = "bookings/share_links.html"
    lines: Sequence[LinkLine]
    listing: Page[BookingLink]
    made: Sequence[LinkLine]
    made_text: str
    made_query: str
    asked: str
    searched: bool


@dataclass(frozen=True, slots=True)
class NewLinkScreen(ShareScreen):
    template = "bookings/share_link_new.html"
    form: LinkRulesForm
    many: bool


@require_safe
@login_required
def links(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id)
    asked, rows = request.GET.get("q", "").strip()[:100], links_of(page)
    count = rows.count()
    if asked:
        rows = rows.filter(label__icontains=asked)
    listing = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    made = _lines(page, _made(request, page))
    screen = LinksScreen(
        **parts_of(request, page, current="share_links"),
        lines=_lines(page, list(listing.object_list)),
        listing=listing,
        made=made,
        made_text="\n".join(f"{one.label}\t{one.address}" if one.label else one.address for one in made),
        made_query=request.GET.get("made", "") if made else "",
        asked=asked,
        searched=bool(asked) or count >= A_PAGE // 6,
    )
    return private(show(request, screen))


def new_link(request: HttpRequest, page_id: int, *, many: bool = False) -> HttpResponse:
    page = page_or_404(request, page_id)
    by, public = signed_in(request), values(page)

    def build(data: Any, _files: Any) -> LinkRulesForm:
        if many:
            return ManyLinksForm(page, public, by, data)
        return LinkForm(page, public, by, data, questions=questions_of(page.pk))

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        numbers = [one.pk for one in form.made]
        return redirect(reverse("share_links", args=[page.pk], query={"made": f"{numbers[0]}-{numbers[-1]}"}))
    screen = NewLinkScreen(**parts_of(request, page, current="share_links"), form=form, many=many)
    return show(request, screen, status=form.status())


@login_required
def new(request: HttpRequest, page_id: int) -> HttpResponse:
    """One, with what it fills in."""
    return new_link(request, page_id)


@login_required
def many(request: HttpRequest, page_id: int) -> HttpResponse:
    """One for each address."""
    return new_link(request, page_id, many=True)


@login_required
def end(request: HttpRequest, page_id: int, link_id: int) -> HttpResponse:
    """Take a link back, or let one that was taken back book again."""
    link = link_or_404(request, page_id, link_id)
    if request.method == "POST":
        back = request.POST.get("again") == "1"
        if back and restore_link(link, now=timezone.now()):
            messages.success(request, gettext("The link books again, as before."))
        elif not back and end_link(link, now=timezone.now()):
            messages.success(request, gettext("The link is taken back. What was booked by it stays booked."))
    return HttpResponseRedirect(reverse("share_links", args=[page_id]))


@require_safe
@login_required
def links_file(request: HttpRequest, page_id: int) -> HttpResponse:
    """All of them, or those that were just made."""
    page = page_or_404(request, page_id)
    rows = _made(request, page) if "made" in request.GET else links_of(page)[:10_000]
    titles = [
        gettext("For whom"),
        gettext("Link"),
        gettext("Bookings"),
        pgettext("how many", "Uses"),
        gettext("Good until (UTC)"),
        gettext("State"),
    ]
    cells = [csv_row(titles)]
    for row in rows:
        state = _STATES.get(state_of(row, now=timezone.now()), pgettext("a link", "Good"))
        until = f"{row.expires_at:%Y-%m-%d %H:%M}" if row.expires_at else ""
        cells.append(
            csv_row(
                [
                    row.label,
                    _address(row, page),
                    booked_by(row),
                    row.uses or pgettext("uses", "any"),
                    until,
                    state,
                ]
            )
        )
    answer = HttpResponse(BYTE_ORDER_MARK + "".join(cells), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="links-{page.slug}.csv"'
    return private(answer)


def _made(request: HttpRequest, page: BookingPage) -> list[BookingLink]:
    """Those that the address names, in the order they were made."""
    first, _, last = request.GET.get("made", "").partition("-")
    numbers = row_number(first), row_number(last)
    if None in numbers:
        return []
    return list(links_of(page).filter(pk__range=numbers).order_by("pk")[:100])


def _lines(page: BookingPage, rows: Sequence[BookingLink]) -> list[LinkLine]:
    now = timezone.now()
    return [
        LinkLine(
            id=row.pk,
            label=row.label,
            state=str(_STATES.get(state_of(row, now=now), "")),
            text=" · ".join(_said(row, page)),
            address=_address(row, page),
            ended=row.ended_at is not None,
        )
        for row in rows
    ]


def _address(link: BookingLink, page: BookingPage) -> str:
    try:
        return address_of(link, page)
    except SecretBoxError:
        return ""


def _said(row: BookingLink, page: BookingPage) -> Iterator[str]:
    """In a few words each: how often it has booked, and what it lets its holder do."""
    booked = booked_by(row)
    many = row.uses is None or row.uses > 1
    if booked or many:
        yield ngettext("%(count)d booking", "%(count)d bookings", booked) % {"count": booked}
    else:
        yield gettext("No bookings yet")
    if row.uses and many:
        yield gettext("%(used)d of %(uses)d used") % {"used": row.used, "uses": row.uses}
    if last := last_day_of(row, datetimes.zone_or_utc(page.schedule.time_zone)):
        yield gettext("until %(day)s") % {"day": datetimes.short_day(last)}
    if row.lengths:
        yield gettext("%(minutes)s min") % {"minutes": in_words([str(one) for one in row.lengths])}
    if row.first and row.last:
        days = {"first": datetimes.short_day(row.first), "last": datetimes.short_day(row.last)}
        yield gettext("for %(first)s to %(last)s") % days
    elif row.last:
        yield gettext("for up to %(last)s") % {"last": datetimes.short_day(row.last)}
    if row.person and row.person.host:
        yield gettext("with %(hosts)s") % {"hosts": row.person.host.name}
    if page.team_id and row.made_by:
        yield gettext("made by %(name)s") % {"name": row.made_by.name}
