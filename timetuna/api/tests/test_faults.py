"""What is wrong with what was sent: codes of our own list, sentences of our own, wherever it was sent."""

import json
import re
from typing import Any, get_args

import pytest
from django.db import transaction
from django.test import Client
from pydantic_core import core_schema

from timetuna.api.faults import MEANINGS, FaultCode
from timetuna.api.openapi.document import document
from timetuna.api.tests.conftest import Program, program_of, wish
from timetuna.api.tests.test_gate import OPERATIONS, names
from timetuna.api.urls import PARTS, api
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.pages.models import BookingPage

__all__ = ["names"]
pytestmark = pytest.mark.django_db
_THEIRS = {*get_args(core_schema.ErrorType)} - {str(one) for one in FaultCode} - {"timezone_aware"}
_WRONG: list[Any] = [None, True, -1, 10**30, 1.5, "\x00", "x" * 6_000, [], [[]], {"a": {"b": []}}, "☃"]


def faults(answer) -> list[dict[str, str]]:
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "validation"
    found: list[dict[str, str]] = answer.json()["errors"]
    return found


def properties(made: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Of the body that an operation takes; {} for none."""
    route = re.sub(r"\{[a-z_]+\}", "*", path.partition("?")[0])
    found = next(
        told[method.lower()]
        for one, told in made["paths"].items()
        if re.sub(r"\{[a-z_]+\}", "*", one) == route and method.lower() in told
    )
    text = json.dumps(found.get("requestBody", {}))
    names = re.findall(r"#/components/schemas/(\w+)", text)
    return made["components"]["schemas"][names[0]]["properties"] if names else {}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document(api, PARTS)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in OPERATIONS if method in {"POST", "PATCH"}]
)
def test_whatever_is_sent_is_refused_in_words_and_codes_of_ours(program, names, made, method, path):
    tried = [{}, [], "x", {"nobody": 1}]
    tried += [{name: value} for name in properties(made, method, path) for value in _WRONG]
    for body in tried:
        with transaction.atomic():
            answer = program.ask(method, path.format(**names), json.dumps(body))
            transaction.set_rollback(True)
        assert answer.status_code < 500, (body, answer.content)
        text = answer.content.decode()
        assert "pydantic" not in text
        for one in json.loads(text or "{}").get("errors", []) if answer.status_code == 422 else []:
            assert one["code"] in FaultCode.__members__.values(), (body, one)
            assert one["detail"][:1].isupper(), (body, one)
            assert one["code"] == "invalid" or one["detail"].endswith((".", "…Z.")), (body, one)
            assert not [kind for kind in _THEIRS if kind in one["detail"]], (body, one)
            assert "[" not in one["pointer"], (body, one)


@pytest.mark.parametrize(
    ("query", "code", "detail"),
    [
        ("limit=0", "range", "This has to be at least 1."),
        ("limit=101", "range", "This can be at most 100."),
        ("limit=x", "type", "This has to be a whole number."),
        ("cursor=" + "x" * 301, "length", "This can have at most 300 characters."),
        ("created_from=yesterday", "format", "This has to be written like 2026-12-01T09:00:00+01:00."),
        (
            "created_from=2026-12-01T09:00:00",
            "format",
            "This needs an offset, like 2026-12-01T09:00:00+01:00 or …Z.",
        ),
        ("created_from=1999-12-01T09:00:00Z", "range", "This has to be between the years 2000 and 2200."),
        ("order=best", "choice", "This can be: start, -start, created, -created."),
        ("host=a%00b", "format", "This is no text that can be read."),
        ("nobody=1", "unknown", "Nobody knows this parameter."),
        (
            "host=us_nobody",
            "unknown",
            "Nobody who hosts with you has this id. It stands beside each of a page’s hosts.",
        ),
    ],
)
def test_a_parameter_is_named_with_a_code(program, page, query, code, detail):
    (fault,) = faults(program.get(f"/bookings?{query}"))

    assert fault == {"pointer": f"?{query.partition('=')[0]}", "code": code, "detail": detail}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"guest": {"name": "Kim"}}, "/guest/email", "missing"),
        ({"guest": {"name": "", "email": "kim@guest.example"}}, "/guest/name", "length"),
        ({"guest": 5}, "/guest", "type"),
        ({"answers": {"wish": {"a": 1}}}, "/answers/wish", "type"),
        ({"metadata": {"not/good": "x"}}, "/metadata/not~1good", "format"),
        ({"force": ["everything"]}, "/force/0", "choice"),
        ({"duration": "30"}, "/duration", "type"),
        ({"meeting_type": "carrier_pigeon"}, "/meeting_type", "choice"),
        (
            {"guest": {"name": "Kim", "email": "kim@guest.example", "time_zone": "Mars"}},
            "/guest/time_zone",
            "format",
        ),
    ],
)
def test_each_place_in_a_body_is_named_once_with_a_code(program, page, change, pointer, code):
    (fault,) = faults(program.post("/bookings", wish(page, tomorrow(10)) | change))

    assert (fault["pointer"], fault["code"]) == (pointer, code)


def test_who_has_not_said_how_to_meet_reads_what_can_be_said(program, page):
    types = [{"kind": "phone", "detail": "+12125550123"}, {"kind": "in_person", "detail": "Room 5"}]
    assert program.patch(f"/pages/{page.public_id}", {"meeting_types": types}).status_code == 200

    (fault,) = faults(program.post("/bookings", wish(page, tomorrow(10))))

    assert fault["code"] == "choice"
    assert fault["detail"].startswith("Say how you want to meet, in meeting_type. This page has: ")
    assert {"phone", "in_person"} == set(fault["detail"].rstrip(".").partition("has: ")[2].split(", "))


def test_a_page_says_which_way_to_meet_needs_a_number(program, page):
    types = [{"kind": "phone", "detail": ""}, {"kind": "in_person", "detail": "Room 5"}]
    answer = program.patch(f"/pages/{page.public_id}", {"meeting_types": types})

    asks = {one["kind"]: one["asks_phone"] for one in answer.json()["meeting_types"]}
    assert asks == {"phone": True, "in_person": False}


def test_a_title_of_two_lines_is_one(program, page):
    answer = program.patch(f"/pages/{page.public_id}", {"title": "Intro\r\ncall"})

    assert (answer.status_code, answer.json()["title"]) == (200, "Intro call")


@pytest.mark.parametrize("email", ["lee@guest.example", "lee@guest.example\r\n"])
def test_names_of_further_guests_of_two_lines_are_one(program, page, names, email):
    lee = {"name": "Lee\r\nLong", "email": email}

    booked = program.post("/bookings", wish(page, tomorrow(15)) | {"guests": [lee]})
    added = program.post(f"/bookings/{names['booking']}/guests", {"add": [lee]})

    expected = [{"name": "Lee Long", "email": "lee@guest.example"}]
    assert booked.status_code == 201, booked.content
    assert (booked.json()["guests"], added.json()["guests"]) == (expected, expected)


def test_bookings_of_a_colleague_are_listed_and_of_a_stranger_refused(alice, bob, program, page):
    assert program.get("/bookings", {"host": alice.public_id}).json()["data"] == []
    (of_bob,) = faults(program.get("/bookings", {"host": bob.public_id}))
    (of_nobody,) = faults(program.get("/bookings", {"host": "us_111111111111111111"}))

    assert of_bob == of_nobody
    assert program_of(bob).get("/bookings", {"host": bob.public_id}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api", 404, "not-found"),
        ("get", "/api/pages", 404, "not-found"),
        ("get", "/api/v2/pages", 404, "not-found"),
        ("get", "/api/v1/nothing", 404, "not-found"),
        ("post", "/api/v1/openapi.json", 405, "method-not-allowed"),
        ("put", "/api/v1/me", 405, "method-not-allowed"),
        ("get", "/mcp", 405, "method-not-allowed"),
    ],
)
def test_whatever_fails_below_api_is_a_problem(method, path, status, code):
    answer = Client(enforce_csrf_checks=True).generic(method.upper(), path)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/mcp"])
def test_a_name_that_is_not_the_servers_is_a_problem_there(path, settings):
    settings.ALLOWED_HOSTS = ["book.example.org"]

    answer = Client().post(path, "{}", content_type="application/json", headers={"Host": "evil.example"})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "malformed"


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/mcp"])
def test_a_body_that_is_too_large_is_told_how_large_it_may_be(path, settings):
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    answer = Client().post(path, "x" * (most + 1), content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert (answer.json()["code"], answer.json()["limit"]) == ("too-large", most)
    assert str(most) in answer.json()["detail"]


def test_a_body_of_which_nothing_has_to_be_there_need_not_be_there(program, names, made):
    for path, told in made["paths"].items():
        for method, one in told.items():
            body = one.get("requestBody")
            schema = re.findall(r"#/components/schemas/(\w+)", json.dumps(body or {}))
            if schema and not made["components"]["schemas"][schema[0]].get("required"):
                assert not body["required"], (method, path)
    client, empty = Client(), {"Authorization": f"Bearer {program.token}"}
    for method, path, _ in OPERATIONS:
        if method != "PATCH" or path.endswith("/members/{member}"):
            continue
        answer = client.generic("PATCH", f"/api/v1{path.format(**names)}", headers=empty)
        assert answer.status_code == 200, (path, answer.content)
    for path in ("/pages/{page}/links", "/bookings/{booking}/guests", "/bookings/{booking}/cancel"):
        answer = client.generic("POST", f"/api/v1{path.format(**names)}", headers=empty)
        assert answer.status_code < 300, (path, answer.content)
    assert BookingPage.objects.count() == 1


@pytest.mark.vendor
@pytest.mark.parametrize(
    "path", ["/events?after=%00", "/bookings?page=%00", "/bookings?email=%00", "/pages?cursor=%00"]
)
def test_a_sign_that_no_database_holds_is_refused_in_a_query(program, page, path):
    (fault,) = faults(program.get(path))

    assert fault["code"] == "format"


@pytest.mark.vendor
@pytest.mark.parametrize("path", ["/pages/pg_%00", "/bookings/%00", "/webhooks/wh_%00"])
def test_a_sign_that_no_database_holds_names_nothing(program, page, path):
    assert program.get(path).status_code == 404


def test_each_code_has_a_meaning():
    assert [*MEANINGS] == [*FaultCode]


def test_nobody_reads_of_what_it_is_made(page):
    answer = Program().get("/nothing", {"a": "b"})

    assert "ninja" not in answer.content.decode()
