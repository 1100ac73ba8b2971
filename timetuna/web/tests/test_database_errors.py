import json
import logging
import re

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, resolve

from timetuna.logs import LineFormatter
from timetuna.web.middleware import DatabaseAway

pytestmark = pytest.mark.vendor


def answer_for(path: str, error: Exception):
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    return DatabaseAway(lambda _: None).process_exception(request, error)


@pytest.mark.parametrize("error", [OperationalError("locked\nline"), InterfaceError("closed")])
def test_a_page_in_words_and_one_line_in_the_log(error, caplog):
    with caplog.at_level(logging.ERROR):
        answer = answer_for("/alice/intro", error)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Try again in a moment" in answer.content.decode()
    assert len(caplog.messages) == 1
    assert "\n" not in caplog.messages[0]


def test_programs_get_a_sentence_as_json():
    answer = answer_for("/api/pages/alice/intro/times", OperationalError("locked"))

    assert answer.status_code == 503
    assert json.loads(answer.content) == {
        "error": "The server is very busy. Try again in a moment.",
        "request_id": "-",
    }


def test_programs_of_the_api_get_a_problem():
    answer = answer_for("/api/v1/bookings", OperationalError("locked"))

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    told = json.loads(answer.content)
    assert (told["code"], told["detail"]) == ("busy", "The server is very busy. Try again in a moment.")


@pytest.mark.parametrize("error", [ProgrammingError("no such column"), ValueError("x")])
def test_what_is_our_fault_stays_our_fault(error):
    assert answer_for("/alice/intro", error) is None


def broken(request, kind="value"):
    errors = {
        "value": ValueError("sam@guest.example"),
        "code": AttributeError("'NoneType' object has no attribute 'host'"),
        "database": OperationalError("database is locked"),
    }
    raise errors[kind] from KeyError("Sam's note")


urlpatterns = [
    path("", lambda *_: HttpResponse(), name="root"),  # where pages of errors lead
    path("api/broken/<str:kind>", broken),
    path("b/<str:kind>", broken),
    path("b/<str:kind>/ended", lambda *_, **__: HttpResponse(status=400)),
]
handler500 = "timetuna.web.middleware.server_error"


@pytest.fixture
def guest(settings):
    """A guest of a server on which everything breaks."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def lines(caplog, name):
    return [LineFormatter().format(record) for record in caplog.records if record.name == name]


def test_an_error_is_one_line_with_what_broke_where_and_the_number_on_the_page(guest, caplog):
    answer = guest.get("/b/code?email=sam@guest.example")
    error = next(record for record in caplog.records if record.levelname == "ERROR")
    line = LineFormatter().format(error)

    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.content.decode()
    assert "GET /b/<str:kind> failed" in line
    assert (
        "builtins.AttributeError ('NoneType' object has no attribute 'host') at tests/test_database_errors.py:"
        in line
    )
    assert "builtins.KeyError" in line
    assert "\n" not in line


def test_what_somebody_typed_is_in_no_line(guest, caplog):
    answer = guest.get("/b/value?email=sam@guest.example")
    text = "".join(LineFormatter().format(record) for record in caplog.records)

    assert answer.status_code == 500
    assert "ValueError" in text
    assert "guest.example" not in text
    assert "note" not in text


def test_programs_get_the_number_too(guest):
    answer = guest.get("/api/broken/value")

    assert (answer.status_code, answer.json()["request_id"]) == (500, answer["X-Request-Id"])


def test_the_database_may_be_away_outside_views(guest, settings, caplog):
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0]
    ]  # nothing is there but the request's number, so no view answers

    answer = guest.get("/b/database")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "the database did not answer" in caplog.text


def test_a_refusal_is_an_event_without_who_it_was(guest, caplog):
    guest.get("/b/x/ended", REMOTE_ADDR="192.0.2.7")

    (line,) = lines(caplog, "timetuna.security")
    assert re.search(r"refused status=400 method=GET route=/b/<str:kind>/ended client=[0-9a-f]{16}", line)
    assert "192.0.2.7" not in line


def test_a_wrong_host_is_an_event(guest, caplog):
    assert guest.get("/b/x", headers={"host": "evil.example"}).status_code == 400
    assert len(lines(caplog, "timetuna.security")) == 1
