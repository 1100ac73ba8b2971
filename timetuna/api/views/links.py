"""One-off links to a booking page: which there are, a new one, taking one back, and restoring it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router

from timetuna.accounts.models import User
from timetuna.api.filling import fill_in, ticked, typed
from timetuna.api.operations import (
    DELETES,
    Needs,
    Sort,
    answers,
    change,
    changes,
    delete,
    done_once,
    invalid,
    made,
    makes,
    one_of,
    page_in_order,
    problems,
    tagged,
    who,
)
from timetuna.api.schemas.page_changes import LinkIn, LinkList, LinkOut
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import PageFilter, page_of_key, settings_of
from timetuna.bookings.forms.link import ANY, ONCE, TIMES, LinkForm
from timetuna.bookings.status.resource import utc
from timetuna.bookings.visitor import ANSWER
from timetuna.lib.crypto import SecretBoxError
from timetuna.pages.actions.end_link import end_link, restore_link
from timetuna.pages.links import address_of, booked_by, links_of, state_of
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.permissions import Action
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import questions_of

router = Router(tags=["One-off links"])
_POINTERS = {
    "times": "/uses",
    "expires": "/good_until",
    "other_length": "/lengths",
    "person": "/host",
}
_SAME = {"uses", "gives_back", "first", "last", "lengths", "label", "name", "email", "notes"}


@router.get(
    "/pages/{page_id}/links",
    auth=Needs(ApiScope.PAGES_WRITE),
    response={200: LinkList} | problems(),
    summary="One-off links of a page",
)
def list_links(request: HttpRequest, page_id: str, query: Query[PageFilter]) -> HttpResponse:
    """The latest first. By its address anybody can book: so this needs the right to make them."""
    page = page_of_key(who(request), page_id, Action.EDIT)
    rows, sort = links_of(page), Sort("made_at", largest_first=True)
    return page_in_order(
        request,
        rows,
        lambda row: link_resource(row, page),
        sort=sort,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/pages/{page_id}/links/{link_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=answers(LinkOut),
    summary="A one-off link",
)
def get_link(request: HttpRequest, page_id: str, link_id: str) -> HttpResponse:
    """Also one that is used up or taken back."""
    row, page = _link_of(request, page_id, link_id)
    return tagged(request, link_resource(row, page))


@router.post(
    "/pages/{page_id}/links",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=makes(LinkOut),
    summary="Make a one-off link",
)
@done_once
def create_link(request: HttpRequest, page_id: str, body: LinkIn | None = None) -> HttpResponse:
    """Opens the page with its form filled in, for so many bookings, and with lengths and dates of its own."""
    body = body or LinkIn()
    user = who(request).user
    row = page_of_key(who(request), page_id, Action.EDIT)
    public, questions = settings_of(row), questions_of(row.pk)

    def build(data: Any, _files: Any) -> LinkForm:
        return LinkForm(row, public, user, data, questions=questions)

    form = fill_in(request, build, _values(body, public, build(None, None)), pointers=_pointer)
    new = links_of(row).get(pk=form.made[0].pk)
    where = f"/pages/{row.public_id}/links/{new.public_id}"
    return made(link_resource(new, row), where, about=new.public_id)


@router.delete(
    "/pages/{page_id}/links/{link_id}",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=DELETES,
    summary="Take a one-off link back",
)
@done_once
def delete_link(request: HttpRequest, page_id: str, link_id: str) -> HttpResponse:
    """It opens nothing until it is restored, and stays in the list; what was booked by it stays booked."""
    row, page = _link_of(request, page_id, link_id)
    return delete(request, lambda: link_resource(row, page), lambda: end_link(row, now=timezone.now()))


@router.post(
    "/pages/{page_id}/links/{link_id}/restore",
    auth=Needs(ApiScope.PAGES_WRITE),
    response=changes(LinkOut),
    summary="Restore a one-off link",
)
@done_once
def restore_one_off_link(request: HttpRequest, page_id: str, link_id: str) -> HttpResponse:
    """One that was taken back books again, as often and as long as it could. Any other is answered as it is."""
    row, _ = _link_of(request, page_id, link_id)
    return change(
        request,
        lambda: link_resource(*_link_of(request, page_id, link_id)),
        lambda: restore_link(row, now=timezone.now()),
        about=row.public_id,
    )


def _link_of(request: HttpRequest, page_id: str, link_id: str) -> tuple[BookingLink, BookingPage]:
    """With its page. Raises Problem 404."""
    page = page_of_key(who(request), page_id, Action.EDIT)
    return one_of(links_of(page), public_id=link_id), page


def link_resource(row: BookingLink, page: BookingPage) -> dict[str, Any]:
    """As who may make links of the page reads it."""
    person = row.person.host if row.person else None
    return {
        "id": row.public_id,
        "label": row.label,
        "url": _address(row, page),
        "state": str(state_of(row, now=timezone.now())),
        "uses": row.uses,
        "used": row.used,
        "bookings": booked_by(row),
        "gives_back": row.gives_back,
        "expires_at": utc(row.expires_at) if row.expires_at else None,
        "first": row.first.isoformat() if row.first else None,
        "last": row.last.isoformat() if row.last else None,
        "lengths": row.lengths,
        "host": person.public_id if person else None,
        "created_at": utc(row.made_at),
    }


def _address(row: BookingLink, page: BookingPage) -> str:
    try:
        return address_of(row, page)
    except SecretBoxError:
        return ""


def _values(body: LinkIn, page: PublicPage, form: LinkForm) -> dict[str, list[str]]:
    """By the fields of the form. Raises Problem for what it has no field for."""
    usual = {one.minutes for one in page.durations}
    others = sorted(set(body.lengths) - usual)
    if len(others) > 1:
        raise invalid("/lengths", gettext("One length can be another than the page’s, and no more."))
    uses = ANY if body.uses is None else ONCE if body.uses == 1 else TIMES
    values = {
        "label": typed(body.label),
        "name": typed(body.name),
        "email": typed(body.email),
        "notes": typed(body.notes),
        "uses": [uses],
        "times": typed(body.uses if uses == TIMES else None),
        "gives_back": ticked(body.gives_back),
        "expires": typed(body.good_until),
        "first": typed(body.first),
        "last": typed(body.last),
        "lengths": [str(one) for one in sorted(usual & set(body.lengths))] or [""],
        "other_length": typed(others[0] if others else None),
    }
    if (person := body.host) is not None:
        values["person"] = [_person(person, page, form)]
    for key, text in body.answers.items():
        if f"{ANSWER}{key}" not in form.fields:
            raise invalid(
                f"/answers/{key}", gettext("The page asks no question that a link could fill in so.")
            )
        values[f"{ANSWER}{key}"] = typed(text)
    return values


def _person(public_id: str, page: PublicPage, form: LinkForm) -> str:
    """Raises Problem for who takes no turns on the page."""
    user = User.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    row = next((str(one.row.pk) for one in page.hosts if one.id == user), None)
    if row is None or "person" not in form.fields:
        raise invalid("/host", gettext("They take no turns on this page."))
    return row


def _pointer(field: str) -> str:
    if field.startswith(ANSWER):
        return f"/answers/{field.removeprefix(ANSWER)}"
    return f"/{field}" if field in _SAME else _POINTERS.get(field, "")
