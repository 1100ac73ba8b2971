"""Who takes the meetings of a booking page: in which part each, who is asked, and who goes."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Router

from timetuna.api.filling import fill_in, ticked, typed, wrong
from timetuna.api.inviting import invitation_resource, invited, take_invitation_back
from timetuna.api.operations import (
    DELETES,
    Needs,
    answers,
    change,
    changes,
    delete,
    done_once,
    invalid,
    makes,
    one_of,
    respond,
    tagged,
    who,
)
from timetuna.api.page_changes import row_of
from timetuna.api.schemas.staffing import AskedOut, HostIn, StaffingChange, StaffingOut
from timetuna.api.scopes import ApiScope
from timetuna.api.views.bookings import refusing
from timetuna.api.views.pages import page_of_key
from timetuna.bookings.actions.leave import leave_page
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.forms.cohosts import CohostForm
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost
from timetuna.pages.permissions import Action
from timetuna.pages.queries import taking_part
from timetuna.pages.slugs import lock_addresses

router = Router(tags=["Who hosts"])
_FIELDS = {"staffing": "staffing", "hosts_per_meeting": "rotating_count", "on_move": "on_move"}
_SWITCHES = ("guests_choose", "undo_no_shows")
_OF_HOST = {"part": "part", "weight": "weight", "priority": "tier", "order": "position"}
_RULES = {"fair": BookingPage.ShareRule.LEDGER, "fewest": BookingPage.ShareRule.FEWEST}


@router.get(
    "/pages/{page_id}/staffing",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=answers(StaffingOut),
    summary="Who hosts a page",
)
def get_staffing(request: HttpRequest, page_id: str) -> HttpResponse:
    """With each host’s part, and who is asked. For who may change it."""
    return tagged(request, _read(page_of_key(who(request), page_id, Action.STAFF).pk))


@router.patch(
    "/pages/{page_id}/staffing",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=changes(StaffingOut),
    summary="Change who hosts a page",
)
@done_once
def update_staffing(request: HttpRequest, page_id: str, body: StaffingChange | None = None) -> HttpResponse:
    """Who takes the meeting, and the part of each host. What is left out stays; what is booked stays booked."""
    body = body or StaffingChange()
    row = page_of_key(who(request), page_id, Action.STAFF)
    lock_addresses(row.host_id, row.team_id)
    return change(request, lambda: _read(row.pk), lambda: _fill(request, row, body), about=row.public_id)


@router.post(
    "/pages/{page_id}/hosts",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=makes(AskedOut),
    summary="Ask somebody to host a page",
)
@done_once
def ask_host(request: HttpRequest, page_id: str, body: HostIn) -> HttpResponse:
    """They host it once they have said yes by the link in the mail. Who is asked already gets another mail."""
    principal = who(request)
    page = page_of_key(principal, page_id, Action.STAFF)
    sent = QueryDict(mutable=True)
    sent["email"] = body.email
    form = CohostForm(page, [], sent)
    if not form.is_valid():
        raise wrong([form], pointers=lambda _field: "/email")
    email = form.address()
    row = invited(email, lambda: invite_cohost(page, email=email, by=principal.user))
    return respond(invitation_resource(row), status=201, about=row.public_id)


@router.delete(
    "/pages/{page_id}/hosts/{member_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=DELETES,
    summary="Take a host off a page",
)
@done_once
def remove_host(request: HttpRequest, page_id: str, member_id: str) -> HttpResponse:
    """Or leave it, by your own id. Their meetings stay theirs: hand them over by `reassign`."""
    principal = who(request)
    own = member_id == principal.user.public_id
    page = page_of_key(principal, page_id, (Action.STAFF, Action.LEAVE) if own else Action.STAFF)
    row = one_of(taking_part(page), host__public_id=member_id)
    return delete(
        request,
        lambda: _read(page.pk),
        lambda: refusing(lambda: leave_page(page.pk, row.user_id, choices={}, now=timezone.now())),
    )


@router.delete(
    "/pages/{page_id}/invitations/{invitation_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=DELETES,
    summary="No longer ask somebody",
)
@done_once
def stop_asking(request: HttpRequest, page_id: str, invitation_id: str) -> HttpResponse:
    """Takes back what nobody has answered. The link in its mail ends."""
    page = page_of_key(who(request), page_id, Action.STAFF)
    row = one_of(_asked(page.pk).select_related("page"), public_id=invitation_id)
    return delete(request, lambda: _read(page.pk), lambda: take_invitation_back(row))


def _fill(request: HttpRequest, page: BookingPage, body: StaffingChange) -> None:
    """Raises Problem."""
    values = {
        field: typed(value) for name, field in _FIELDS.items() if (value := getattr(body, name)) is not None
    }
    values |= {name: ticked(value) for name in _SWITCHES if (value := getattr(body, name)) is not None}
    if body.share_rule is not None:
        values["share_rule"] = [_RULES[body.share_rule]]
    pointers = {field: f"/{name}" for name, field in _FIELDS.items()} | {"share_rule": "/share_rule"}
    hosts = {row.host.public_id: row for row in taking_part(page)}
    for place, one in enumerate(body.hosts):
        if one.id not in hosts:
            raise invalid(f"/hosts/{place}/id", gettext("Nobody of that id hosts the page."))
        for name, field in _OF_HOST.items():
            full = f"host{hosts[one.id].pk}-{field}"
            pointers[full] = f"/hosts/{place}/{name}"
            if (value := getattr(one, name)) is not None:
                values[full] = typed(value)
    fill_in(
        request,
        lambda data, files: BookingTabForm(row_of(page.pk), data, files),
        values,
        pointers=lambda field: pointers.get(field, ""),
    )


def _read(page_id: int) -> dict[str, Any]:
    """Raises Problem 404 where it is gone by now."""
    page = row_of(page_id)
    rules = {rule: name for name, rule in _RULES.items()}
    return {
        "staffing": page.staffing,
        "hosts_per_meeting": page.rotating_count,
        "share_rule": rules[BookingPage.ShareRule(page.share_rule)],
        "on_move": page.on_move,
        "guests_choose": page.guests_choose,
        "undo_no_shows": page.undo_no_shows,
        "hosts": [_host(place, row) for place, row in enumerate(taking_part(page), start=1)],
        "invitations": [invitation_resource(one) for one in _asked(page_id)],
    }


def _host(place: int, row: PageHost) -> dict[str, Any]:
    return {
        "id": row.host.public_id,
        "name": row.host.name,
        "part": row.part,
        "weight": row.weight,
        "priority": row.tier,
        "order": place,
        "paused": row.is_paused(timezone.now(), zone=row.host.time_zone),
    }


def _asked(page_id: int) -> QuerySet[CohostInvitation]:
    """Who has not answered."""
    return CohostInvitation.objects.filter(page=page_id, answered_at=None)
