"""Each header that the document promises of an answer is there."""

import re
from typing import Any

import pytest
from django.db import transaction

from timetuna.api.openapi.document import document
from timetuna.api.tests.conftest import program_of, wish
from timetuna.api.tests.test_gate import BODIES, OPERATIONS, names
from timetuna.api.urls import PARTS, api
from timetuna.bookings.tests.conftest import tomorrow

__all__ = ["names"]
pytestmark = [pytest.mark.django_db, pytest.mark.whole]
_AS_IT_COMES = {"Idempotency-Replayed", "Link"}
"""Of an answer that is a repeated one, or has more behind it."""
ANSWERED = {
    **BODIES,
    "/pages": {"title": "Another"},
    "/teams": {"name": "Others"},
    "/schedules": {"name": "Another"},
    "/away": {"first": "2030-01-01"},
    "/webhooks": {"url": "https://receiver.example/", "events": ["booking.created"]},
}


@pytest.fixture(scope="module")
def promised() -> dict[tuple[str, str], Any]:
    paths = document(api, PARTS)["paths"]
    return {
        (method.upper(), re.sub(r"\{[a-z_]+\}", "*", path)): operation["responses"]
        for path, told in paths.items()
        for method, operation in told.items()
    }


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in OPERATIONS])
def test_what_is_promised_is_sent(alice, page, names, promised, method, path):
    body = wish(page, tomorrow(15)) if (method, path) == ("POST", "/bookings") else ANSWERED.get(path)
    with transaction.atomic():
        program = program_of(alice)
        answer = program.ask(method, path.format(**names), body if method != "GET" else None)
        transaction.set_rollback(True)
    told = promised[method, re.sub(r"\{[a-z_]+\}", "*", path.partition("?")[0])][str(answer.status_code)]

    if answer.status_code >= 400:
        assert (answer.status_code, path) in {
            (409, "/schedules/{schedule}"),
            (409, "/bookings/{booking}/approve"),
            (409, "/bookings/{booking}/decline"),
            (409, "/bookings/{booking}/reassign"),
            (409, "/teams/{team}/members/{member}"),
            (409, "/pages/{page}/hosts/{member}"),
            (409, "/bookings/{booking}/move"),
        }, answer.content
        return
    names_told = set(told["headers"]) - _AS_IT_COMES
    assert [name for name in names_told if name not in answer] == []
    assert ("Location" in answer) == ("Location" in names_told)
    if "Location" in names_told:
        assert answer["Location"].startswith("/api/v1/")
