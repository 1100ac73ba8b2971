"""The same request again gets the same answer (Idempotency-Key, IETF draft-07), also across processes and deaths.

Whoever comes first writes a row; who comes with the same key meanwhile waits for its answer. A row whose process has
died is free after half a minute. Only what was done is kept: who was refused may try again with the same key.
What is made `together` with its answer is made once even where its process dies in the middle.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.api.models import StoredAnswer
from timetuna.api.principal import Principal
from timetuna.api.problems import Problem, ProblemCode
from timetuna.encryption import box
from timetuna.lib.crypto import SecretBoxError, equal, fingerprint, random_token

if TYPE_CHECKING:
    from django.db.models import QuerySet

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LONGEST_KEY = 255
LONGEST_WAIT, SHORT_WAIT, PAUSE = 10.0, 1.5, 0.05
"""Seconds. So shortly everybody may wait; longer only a quarter of the threads."""
DEAD_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=7)
_WORK = "work_with_key"
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 4))


@dataclass(frozen=True, slots=True)
class _Asked:
    principal: str
    key: str
    request: str

    def context(self) -> str:
        return f"api.answer:{self.principal}:{self.key}"


@dataclass(slots=True)
class _Work:
    """A request that is being worked on. stored: whether its answer is kept already."""

    asked: _Asked
    row: StoredAnswer
    stored: bool = False

    def own(self) -> "QuerySet[StoredAnswer]":
        """The row, unless another process has taken it over."""
        return StoredAnswer.objects.filter(pk=self.row.pk, token=self.row.token)


def key_of(request: HttpRequest) -> str:
    """The header's value, quoted or not; "" for none. Raises Problem 400 for what is no key."""
    value = request.headers.get(HEADER, "").strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if len(value) > LONGEST_KEY or not value.isprintable() or (HEADER in request.headers and not value):
        sentence = gettext("The Idempotency-Key has to be 1 to 255 printable characters.")
        raise Problem(ProblemCode.MALFORMED, sentence)
    return value


def once(
    request: HttpRequest, principal: Principal, key: str, do: Callable[[], HttpResponse]
) -> HttpResponse:
    """Do it, or return what was answered to the same request before. Raises Problem 409 or 422.

    Where the answer is an error nothing is kept, and `do` has undone what it did.
    """
    asked = _Asked(principal.name, fingerprint(key), _fingerprint(request))
    began = time.monotonic()
    while True:
        row, mine = _begin(asked)
        if mine:
            return _work(request, _Work(asked, row), do)
        if not equal(row.request, asked.request):
            raise Problem(
                ProblemCode.IDEMPOTENCY_MISMATCH,
                gettext("This Idempotency-Key was used for another request. Make a new one for each."),
            )
        if row.status is not None and (kept := _kept(asked, row)):
            return kept
        _wait_a_moment(began)


def together(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it and keep its answer in one transaction, so that no death comes between. Raises Problem 409.

    The problem is raised where another process has taken the same request over meanwhile: that one does it.
    """
    work: _Work | None = getattr(request, _WORK, None)
    with transaction.atomic():
        response = do()
        if work is not None and response.status_code < HTTP_ERROR:
            if not work.own().update(**_sealed(work.asked, response)):
                raise _in_progress()
            work.stored = True
    return response


def _work(request: HttpRequest, work: _Work, do: Callable[[], HttpResponse]) -> HttpResponse:
    setattr(request, _WORK, work)
    try:
        response = do()
    except BaseException:
        work.own().delete()
        raise
    if work.stored:
        return response
    if response.status_code >= HTTP_ERROR:
        work.own().delete()
    else:
        work.own().update(**_sealed(work.asked, response))
    return response


HTTP_ERROR = 400


def _begin(asked: _Asked) -> tuple[StoredAnswer, bool]:
    """The row of this key, and whether it is this request's to work on."""
    now, token = timezone.now(), random_token(16)
    values = {"principal": asked.principal, "key": asked.key}
    found = StoredAnswer.objects.filter(**values).first()
    if found is None:
        try:
            with transaction.atomic():
                new = {"request": asked.request, "token": token, "began_at": now}
                return StoredAnswer.objects.create(**values, **new), True
        except IntegrityError:  # somebody was first; who was refused meanwhile has taken the row away again
            return _begin(asked)
    if found.status is None and found.began_at < now - DEAD_AFTER and equal(found.request, asked.request):
        taken = StoredAnswer.objects.filter(pk=found.pk, token=found.token, status=None)
        if taken.update(token=token, began_at=now):
            found.token = token
            return found, True
    return found, False


def _wait_a_moment(began: float) -> None:
    """Raises Problem where it has taken too long, or too many threads wait already."""
    spent = time.monotonic() - began
    if spent > LONGEST_WAIT:
        raise _in_progress()
    if spent <= SHORT_WAIT:
        time.sleep(PAUSE)
        return
    with _one_of_few():
        time.sleep(2 * PAUSE)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise _in_progress()
    try:
        yield
    finally:
        _waiting.release()


def _in_progress() -> Problem:
    sentence = gettext("The same request is still worked on. Send it again in a moment: it is done once.")
    return Problem(ProblemCode.IDEMPOTENCY_IN_PROGRESS, sentence, headers={"Retry-After": "1"})


def _fingerprint(request: HttpRequest) -> str:
    """Of what is asked: method, address and body, however the body's JSON is written."""
    body = request.body
    with suppress(orjson.JSONDecodeError):  # which is refused anyway
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS) if body else b""
    return fingerprint(f"{request.method} {request.get_full_path()}\n".encode() + body)


def _sealed(asked: _Asked, response: HttpResponse) -> dict[str, object]:
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    whole = orjson.dumps([headers, response.content.decode()]).decode()
    return {
        "status": response.status_code,
        "body": box().seal(whole, context=asked.context()),
        "about": getattr(response, "about", ""),
    }


def _kept(asked: _Asked, row: StoredAnswer) -> HttpResponse | None:
    """None where it was erased meanwhile, or sealed with a key that is gone: the row goes, and it is done again."""
    try:
        headers, body = orjson.loads(box().open(row.body, context=asked.context()))
    except SecretBoxError:
        StoredAnswer.objects.filter(pk=row.pk).delete()
        return None
    return HttpResponse(body, status=row.status or 200, headers=headers | {REPLAYED: "true"})
