"""Booking pages are made, changed and deleted, as in their editor."""

from django.http import HttpRequest, HttpResponse

from timetuna.api.operations import (
    DELETES,
    Needs,
    account,
    change,
    changes,
    delete,
    done_once,
    made,
    makes,
    who,
)
from timetuna.api.page_changes import change_page
from timetuna.api.schemas.page_changes import PageChange, PageIn
from timetuna.api.schemas.pages import PageOut
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import page_of_key, page_resource, router
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.permissions import Action
from timetuna.pages.slugs import lock_addresses, well_formed

__all__ = ["router"]


@router.post(
    "/pages",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=makes(PageOut),
    summary="Create a booking page",
    operation_id="create_page",
)
@done_once
def create_booking_page(request: HttpRequest, body: PageIn) -> HttpResponse:
    """It can be booked at once. What is left out is as the editor begins it: 30 minutes, in your default hours."""
    user = account(request)
    slug = (body.slug or "").lower()
    # Its address is the one that was asked for from the beginning: no other is left behind that leads to it.
    row = create_page(user, title=slug if well_formed(slug) else body.title)
    change_page(request, row.pk, body, by=user)
    return made(page_resource(row.pk), f"/pages/{row.public_id}")


@router.patch(
    "/pages/{page_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=changes(PageOut),
    summary="Change a booking page",
    operation_id="update_page",
)
@done_once
def update_booking_page(request: HttpRequest, page_id: str, body: PageChange | None = None) -> HttpResponse:
    """What is left out stays as it is. Where one part cannot be as it is asked for, nothing is changed."""
    body = body or PageChange()
    principal = who(request)
    row = page_of_key(principal, page_id, Action.EDIT)
    lock_addresses(row.host_id, row.team_id)
    return change(
        request,
        lambda: page_resource(row.pk),
        lambda: change_page(request, row.pk, body, by=principal.user),
    )


@router.delete(
    "/pages/{page_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=DELETES,
    summary="Delete a booking page",
    operation_id="delete_page",
)
@done_once
def delete_booking_page(request: HttpRequest, page_id: str) -> HttpResponse:
    """Its bookings stay, without a page. Its address is given to no other page."""
    row = page_of_key(who(request), page_id, Action.DELETE)
    lock_addresses(row.host_id, row.team_id)
    return delete(request, lambda: page_resource(row.pk), lambda: delete_page(row))
