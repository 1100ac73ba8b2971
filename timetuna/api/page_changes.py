"""What a program wants changed of a booking page, put into the forms of its editor's tabs, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.api.filling import Pointers, fill_in, ticked, typed
from timetuna.api.operations import invalid
from timetuna.api.problems import not_found
from timetuna.api.schemas.page_changes import MeetingTypeIn, PageChange, QuestionIn, WhenIn
from timetuna.l10n.money import decimal_of
from timetuna.pages.actions.assign_page import NotAssigned, assign_page
from timetuna.pages.actions.delete_question import delete_question
from timetuna.pages.actions.move_question import QuestionStays, move_question
from timetuna.pages.forms.availability import AvailabilityForm, OthersAvailabilityForm
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.off import OffForm
from timetuna.pages.forms.question import ALWAYS, QuestionForm
from timetuna.pages.meeting_types.base import meeting_kinds
from timetuna.pages.models import BookingPage, Question, Schedule
from timetuna.pages.permissions import Action, owns, rights_on, schedules_for, teams_to_assign
from timetuna.pages.prefetch import row_with

Values = dict[str, list[str]]
_TEXTS = {"title": "title", "description": "description", "slug": "slug", "phone": "phone"}
_SWITCHES = {"listed": "listed", "link_only": "link_only"}
_NUMBERS = {
    "buffer_before": "buffer_before_minutes",
    "buffer_after": "buffer_after_minutes",
    "increment": "increment_minutes",
    "notice": "notice",
}
_OF_ROWS = "durations-"
_SAME = ("off_note", "schedule", "approval", "approval_hours", "most_guests", "charges_tax", "refund_hours")


def change_page(request: HttpRequest, page_id: int, body: PageChange, *, by: User) -> None:
    """Only in a transaction, which has to end where this raises Problem 404, 412 or 422."""
    sent = {name: value for name, value in body if name in body.model_fields_set and value is not None}
    row = row_of(page_id)
    for form, values, instead_of in (
        (BookingTabForm, _booking(row, body, sent), _OF_ROWS if "durations" in sent else ""),
        (OffForm, _off(sent), ""),
        (
            AvailabilityForm if owns(row, by) else OthersAvailabilityForm,
            _availability(request, row, body, sent),
            "",
        ),
        (GuestsTabForm, _guests(sent), ""),
    ):
        if values:
            _fill(request, page_id, form, values, instead_of)
    if body.questions is not None:
        _ask(request, page_id, body.questions)
    if "team" in body.model_fields_set:
        _assign(row_of(page_id), body.team, by=by)


def _assign(page: BookingPage, team_id: str | None, *, by: User) -> None:
    """Below a team's address, or its owner's again. Raises Problem."""
    team = teams_to_assign(page, by).filter(public_id=team_id).first() if team_id else None
    if team_id and team is None:
        raise invalid("/team", gettext("This page can be put into no such team by you."))
    if page.team_id == (team.pk if team else None):
        return
    if Action.ASSIGN not in rights_on(page, by):
        raise invalid("/team", gettext("Only its owner, and who runs its team, put a page into a team."))
    try:
        assign_page(page, team)
    except NotAssigned as error:
        raise invalid("/team", str(error)) from error


def row_of(page_id: int) -> BookingPage:
    """With all its rows, as it is now. Raises Problem 404."""
    found = row_with(page_id)
    if found is None:
        raise not_found()
    return found


def _fill(request: HttpRequest, page_id: int, form: Any, values: Values, instead_of: str) -> None:
    def build(data: Any, files: Any) -> Any:
        return (
            form(row_of(page_id), data, files)
            if form is not OffForm
            else form(data, instance=row_of(page_id))
        )

    fill_in(request, build, values, pointers=_pointer, instead_of=instead_of)


def _booking(row: BookingPage, body: PageChange, sent: Mapping[str, Any]) -> Values:
    values = {field: typed(sent[name]) for name, field in _TEXTS.items() if name in sent}
    values |= {field: ticked(sent[name]) for name, field in _SWITCHES.items() if name in sent}
    values |= _prices(body)
    if body.durations is not None:
        currency = body.price.currency if body.price else row.currency
        values |= {f"{_OF_ROWS}TOTAL_FORMS": [str(len(body.durations))], f"{_OF_ROWS}INITIAL_FORMS": ["0"]}
        for place, one in enumerate(body.durations):
            values |= {f"{_OF_ROWS}{place}-{name}": typed(value) for name, value in one}
            values[f"{_OF_ROWS}{place}-price"] = _amount(one.price, currency)
    if body.meeting_types is not None:
        values |= _types(body.meeting_types)
    return values


def _prices(body: PageChange) -> Values:
    """What is null is none here: no price, no refund."""
    values: Values = {}
    if body.price is not None:
        values = {"price": _amount(body.price.amount, body.price.currency), "currency": [body.price.currency]}
    elif "price" in body.model_fields_set:
        values = {"price": [""]}
    if "refund_hours" in body.model_fields_set:
        values["refund_hours"] = typed(body.refund_hours)
    return values | ({} if body.charges_tax is None else {"charges_tax": ticked(body.charges_tax)})


def _amount(amount: int | None, currency: str) -> list[str]:
    """As somebody would type it. Any currency will do for what is refused because of it."""
    return [""] if amount is None else [decimal_of(amount, currency)]


def _types(wanted: Sequence[MeetingTypeIn]) -> Values:
    """Those are on and no others. Raises Problem for one that nobody knows."""
    kinds = {kind.slug: kind for kind in meeting_kinds()}
    for place, one in enumerate(wanted):
        if one.kind not in kinds:
            known = ", ".join(kinds)
            sentence = gettext("kind should be one of: %(kinds)s.") % {"kinds": known}
            raise invalid(f"/meeting_types/{place}/kind", sentence)
    on = {one.kind: one.detail for one in wanted}
    values = {f"type_{slug}": ticked(slug in on) for slug in kinds}
    details = {slug: kind.detail.name for slug, kind in kinds.items() if kind.detail}
    return values | {name: typed(on[slug]) for slug, name in details.items() if slug in on}


def _off(sent: Mapping[str, Any]) -> Values:
    values = {"switched_off": ticked(not sent["on"])} if "on" in sent else {}
    return values | ({"off_note": typed(sent["off_note"])} if "off_note" in sent else {})


def _availability(
    request: HttpRequest, row: BookingPage, body: PageChange, sent: Mapping[str, Any]
) -> Values:
    values = {field: typed(sent[name]) for name, field in _NUMBERS.items() if name in sent}
    if "notice" in sent:
        values["notice_unit"] = ["minutes"]
    if body.horizon is not None:
        values["horizon_kind"] = [body.horizon.kind]
        if body.horizon.days is not None:
            values["horizon_days"] = typed(body.horizon.days)
        if body.horizon.date is not None:
            values["horizon_date"] = typed(body.horizon.date.isoformat())
    if body.caps is not None:
        values |= {
            f"cap_{name}": typed(value) for name, value in body.caps if name in body.caps.model_fields_set
        }
    if body.schedule is not None and body.schedule != row.schedule.public_id:
        values["schedule"] = [str(_schedule(row, body.schedule, request).pk)]
    return values


def _schedule(row: BookingPage, public_id: str, request: HttpRequest) -> Schedule:
    """Raises Problem for one that is not the owner's, or that whoever asks does not see."""
    found = schedules_for(row.host).filter(public_id=public_id).first()
    if found is None or row.host_id != request.user.pk:
        raise invalid("/schedule", gettext("This is none of your schedules."))
    return found


def _guests(sent: Mapping[str, Any]) -> Values:
    values = {"approval": ticked(sent["approval"])} if "approval" in sent else {}
    numbers = ("approval_hours", "most_guests")
    return values | {name: typed(sent[name]) for name in numbers if name in sent}


def _pointer(field: str) -> str:
    if field.startswith("type_"):
        return "/meeting_types"
    if field == "durations" or field.startswith(_OF_ROWS):
        return "/" + field.replace("-", "/")
    if any(kind.detail and kind.detail.name == field for kind in meeting_kinds()):
        return "/meeting_types"
    back = {form: name for name, form in (_TEXTS | _SWITCHES | _NUMBERS).items()}
    others = {
        "switched_off": "on",
        "horizon_kind": "horizon/kind",
        "horizon_days": "horizon/days",
        "horizon_date": "horizon/date",
        "cap_day": "caps/day",
        "cap_week": "caps/week",
        "cap_month": "caps/month",
        "price": "price/amount",
        "currency": "price/currency",
    }
    same = {name: name for name in _SAME}
    name = (back | others | same).get(field, "")
    return f"/{name}" if name else ""


def _ask(request: HttpRequest, page_id: int, wanted: Sequence[QuestionIn]) -> None:
    """All of them in this order, and no others. Raises Problem."""
    there = {one.key: one for one in Question.objects.filter(page=page_id).select_related("page__team")}
    kept = [one.key for one in wanted if one.key]
    for place, key in enumerate(kept):
        if key not in there or key in kept[:place]:
            sentence = gettext("The page asks no such question.")
            if key in there:
                sentence = gettext("This question stands here twice.")
            at = next(at for at in range(len(wanted) - 1, -1, -1) if wanted[at].key == key)
            raise invalid(f"/questions/{at}/key", sentence)
    for key, row in there.items():
        if key not in kept:
            delete_question(row)
    for place, one in enumerate(wanted):
        _ask_one(request, page_id, place, one)


def _ask_one(request: HttpRequest, page_id: int, place: int, wanted: QuestionIn) -> None:
    pointer = f"/questions/{place}"
    try:
        if wanted.key:
            move_question(_question(page_id, wanted.key), to=place)
        form = _fill_question(request, page_id, wanted, lambda name: f"{pointer}/{name}")
        if not wanted.key:
            move_question(_question(page_id, form.instance.key), to=place)
    except QuestionStays as error:
        raise invalid(pointer, str(error)) from error


def _fill_question(
    request: HttpRequest, page_id: int, wanted: QuestionIn, pointers: Pointers
) -> QuestionForm:
    def build(data: Any, _files: Any) -> QuestionForm:
        row = _question(page_id, wanted.key) if wanted.key else None
        return QuestionForm(row_of(page_id), row, data)

    return fill_in(request, build, dict(_question_values(page_id, wanted)), pointers=pointers)


def _question_values(page_id: int, wanted: QuestionIn) -> Iterator[tuple[str, list[str]]]:
    yield from ((name, typed(getattr(wanted, name))) for name in ("label", "kind", "help", "terms"))
    yield from ((name, ticked(getattr(wanted, name))) for name in ("required", "hidden"))
    yield "options", ["\n".join(" ".join(one.split()) for one in wanted.options)]
    yield "when", [_condition(page_id, wanted.when) if wanted.when else ALWAYS]


def _condition(page_id: int, when: WhenIn) -> str:
    """An option may be called by its label, as that of a new question has no id yet."""
    earlier = Question.objects.filter(page=page_id, key=when.question).first()
    labels = {label.casefold(): option for option, label in earlier.choices()} if earlier else {}
    return f"{when.question}:{labels.get(when.option.casefold(), when.option)}"


def _question(page_id: int, key: str) -> Question:
    """With its page. Raises Problem 404."""
    found = Question.objects.select_related("page__host", "page__team").filter(page=page_id, key=key).first()
    if found is None:
        raise not_found()
    return found
