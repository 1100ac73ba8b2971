"""What operations of the API have in common: who may, what they answer, cursors, and whether something has changed."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext
from ninja.security import HttpBearer

from timetuna.accounts.models import User
from timetuna.api.gate import principal_in
from timetuna.api.idempotency import together
from timetuna.api.principal import Principal, required
from timetuna.api.problems import Fault, Problem, ProblemCode, not_found
from timetuna.api.schemas import base
from timetuna.api.scopes import ApiScope

MOST, USUAL = 100, 25
RowT = TypeVar("RowT", bound=Model)
_LARGEST = 2**63


class Sort(NamedTuple):
    """An order by one column and the row's own key.

    largest_first: in both.  number: whether the column is none of the row's own; it is a number.
    """

    column: str
    largest_first: bool = False
    number: bool = False


class Needs(HttpBearer):
    """A key or token with this scope; None is any."""

    def __init__(self, scope: ApiScope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Principal:
        """Raises Problem."""
        return required(principal_in(request), self.scope)

    def authenticate(self, request: HttpRequest, token: str) -> Principal:  # noqa: ARG002
        """As its base wants it; the gate has read the token."""
        return self(request)


def problems(*statuses: int) -> dict[int, Any]:
    """The answers of an operation that are problems."""
    return dict.fromkeys((400, 401, 403, 404, 422, 429, *statuses), base.ProblemOut)


def answers(out: Any) -> dict[int, Any]:
    """Of an operation that reads one thing."""
    return {200: out, 304: None} | problems()


def makes(out: Any) -> dict[int, Any]:
    """Of an operation that makes something."""
    return {201: out} | problems(409, 412, 415)


def changes(out: Any) -> dict[int, Any]:
    """Of an operation that changes something, and tells it as it is then."""
    return {200: out} | problems(409, 412, 415)


DELETES: dict[int, Any] = {204: None} | problems(409, 412)
"""Of an operation after which something is gone."""


def done_once(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the operation stores and what it answers are one transaction: see `idempotency.together`."""

    @wraps(operation)
    def done(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        return together(request, lambda: operation(request, *args, **named))

    return done


def whole(principal: Principal) -> Principal:
    """For what is of the whole account. Raises Problem 403 for a key that is good for some pages alone."""
    if principal.pages is not None:
        raise Problem(
            ProblemCode.SCOPE, gettext("This needs a key that is good for all booking pages of its owner.")
        )
    return principal


def who(request: HttpRequest) -> Principal:
    """Behind `Needs`."""
    return required(principal_in(request), None)


def account(request: HttpRequest, *, locked: bool = False) -> User:
    """Of whoever asks for what is of the whole account. locked: nobody changes it until the transaction ends.

    Raises Problem 403 for a key that is good for some pages alone.
    """
    user = whole(who(request)).user
    if locked:
        User.objects.select_for_update().get(pk=user.pk)
    return user


def respond(
    data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, about: str = ""
) -> HttpResponse:
    """As JSON. about: see `StoredAnswer`."""
    response = HttpResponse(
        orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS),
        status=status,
        content_type="application/json",
        headers=dict(headers or {}),
    )
    response.about = about  # type: ignore[attr-defined]
    return response


def tag_of(data: Any) -> str:
    """Changes with what is answered."""
    return f'"{hashlib.sha256(orjson.dumps(data)).hexdigest()[:32]}"'


def tagged(request: HttpRequest, data: Any, *, about: str = "", status: int = 200) -> HttpResponse:
    """With an ETag, by which it need not be read again, and changes do not overwrite each other."""
    tag = tag_of(data)
    if request.method == "GET" and tag in _tags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": tag})
    return respond(data, status=status, headers={"ETag": tag}, about=about)


def refuse_if_changed(request: HttpRequest, read: Callable[[], Any]) -> None:
    """Raises Problem 412 where If-Match names another state than there is now."""
    wanted = request.headers.get("If-Match", "")
    if not wanted or wanted.strip() == "*":
        return
    if tag_of(read()) not in _tags(wanted):
        raise Problem(
            ProblemCode.CHANGED_MEANWHILE,
            gettext("It has changed since you read it. Read it again, and look."),
        )


def made(data: Any, path: str, *, about: str = "") -> HttpResponse:
    """What is new. path: where it is from now on, below `/api/v1`."""
    headers = {"ETag": tag_of(data), "Location": f"/api/v1{path}"}
    return respond(data, status=201, headers=headers, about=about)


def change(
    request: HttpRequest, read: Callable[[], Any], act: Callable[[], object], *, about: str = ""
) -> HttpResponse:
    """Act on it, and answer as it is then. Raises Problem 412 where it is another by now than If-Match says.

    read: tells it, each time anew.
    """
    refuse_if_changed(request, read)
    act()
    data = read()
    return respond(data, headers={"ETag": tag_of(data)}, about=about)


def delete(request: HttpRequest, read: Callable[[], Any], act: Callable[[], object]) -> HttpResponse:
    """Act, after which it is gone. Raises Problem 412 where it is another by now than If-Match says."""
    refuse_if_changed(request, read)
    act()
    return nothing()


def nothing() -> HttpResponse:
    """What was deleted is gone."""
    return HttpResponse(status=204)


def _tags(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header.split(",")}


def invalid(pointer: str, detail: str, *, code: str = "invalid") -> Problem:
    """One thing of what was sent is not as it should be."""
    return Problem(ProblemCode.VALIDATION, detail, [Fault(pointer, code, detail)])


def page_of(rows: "QuerySet[Any]", *, sort: Sort, cursor: str, limit: int) -> tuple[list[Any], str | None]:
    """The next rows in that order, and the cursor behind them, if there are more. Raises Problem."""
    sign = "-" if sort.largest_first else ""
    rows = rows.order_by(f"{sign}{sort.column}", f"{sign}pk")
    if cursor:
        rows = rows.filter(beyond(cursor, rows.model, sort)[0])
    return cut(list(rows[: limit + 1]), limit, lambda last: getattr(last, sort.column))


def beyond(cursor: str, model: Any, sort: Sort) -> tuple[Q, Any]:
    """Of rows behind the cursor; and where in the order it stands. Raises Problem."""
    value, key = _read_cursor(cursor, model, sort)
    column, compare = sort.column, "lt" if sort.largest_first else "gt"
    after = Q(**{f"{column}__{compare}": value}) | Q(**{column: value, f"pk__{compare}": key})
    return Q(**{f"{column}__{compare}e": value}) & after, value


def cut(found: list[Any], limit: int, place: Callable[[Any], Any]) -> tuple[list[Any], str | None]:
    """So many, and the cursor behind them if there are more. place: where in its order a row stands."""
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _write_cursor(place(last), last.pk)


def one_of(rows: "QuerySet[RowT]", **named: Any) -> RowT:
    """The one that is called so. Raises Problem 404."""
    found = rows.filter(**named).first()
    if found is None:
        raise not_found()
    return found


def _write_cursor(value: Any, key: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([value, key])).decode().rstrip("=")


def _read_cursor(cursor: str, model: Any, sort: Sort) -> tuple[Any, int]:
    """Raises Problem for one that is none of ours."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value, key = orjson.loads(raw)
        if not sort.number:
            value = model._meta.get_field(sort.column).to_python(value)  # noqa: SLF001 - documented
    except (ValueError, TypeError, ArithmeticError, ValidationError) as error:
        raise _no_cursor() from error
    numbers = (key, value) if sort.number else (key,)
    if value is None or any(type(one) is not int or not 0 <= one < _LARGEST for one in numbers):
        raise _no_cursor()
    return value, key


def _no_cursor() -> Problem:
    return invalid("?cursor", gettext("This cursor is none of a list’s."))


def page_in_order(
    request: HttpRequest,
    rows: "QuerySet[RowT]",
    tell: Callable[[RowT], Any],
    *,
    sort: Sort,
    cursor: str,
    limit: int,
) -> HttpResponse:
    """The next of these rows in that order, each as it is told. Raises Problem."""
    found, next_cursor = page_of(rows, sort=sort, cursor=cursor, limit=limit)
    return listed(request, [tell(row) for row in found], next_cursor)


def listed(request: HttpRequest, data: list[Any], next_cursor: str | None) -> HttpResponse:
    """A page of a list, with the address of the next one (RFC 8288)."""
    headers = {}
    if next_cursor:
        query = request.GET.copy()
        query["cursor"] = next_cursor
        headers["Link"] = f'<{request.path}?{query.urlencode()}>; rel="next"'
    return respond({"data": data, "next_cursor": next_cursor}, headers=headers)
