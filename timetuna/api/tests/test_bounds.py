"""Each bound of a number in the document that programs read is where the product refuses."""

import json
import re
from typing import Any

import pytest
from django.db import transaction

from timetuna.api.tests.conftest import wish
from timetuna.api.tests.test_gate import names
from timetuna.api.tests.test_openapi import KEPT
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.pages.models import PageHost

__all__ = ["names"]
pytestmark = [pytest.mark.django_db, pytest.mark.whole]
DOCUMENT = json.loads(
    KEPT.read_text(encoding="utf-8")
)  # to make it takes every process of the tests a second
BOOKING, LINK = "/bookings", "/pages/{page}/links"
RULED = {
    ("StaffIn", "weight"),
    ("StaffingChange", "hosts_per_meeting"),
    ("PriceIn", "amount"),
    ("DurationIn", "price"),
}
"""Refused by a rule of more than the number.

Somebody has to take turns, no more can come than do, and nothing has a price before its owner can be paid.
"""
PAGE, STAFFING = "/pages/{page}", "/pages/{page}/staffing"


def bounded() -> list[tuple[str, str, int, int]]:
    """Of every object that is sent: its name, the field, the least and the most."""
    schemas = DOCUMENT["components"]["schemas"]
    return [
        (name, field, one["minimum"], one["maximum"])
        for name, schema in schemas.items()
        for field, told in schema.get("properties", {}).items()
        for one in [told, *told.get("anyOf", [])]
        if one.get("type") == "integer" and "maximum" in one
    ]


def parameters() -> list[tuple[str, str, int, int]]:
    """Of every operation: its address, the parameter, the least and the most."""
    return [
        (path, one["name"], bound["minimum"], bound["maximum"])
        for path, told in DOCUMENT["paths"].items()
        for operation in told.values()
        for one in operation["parameters"]
        if "schema" in one
        for bound in [one["schema"], *one["schema"].get("anyOf", [])]
        if bound.get("type") == "integer"
    ]


def request_with(schema: str, field: str, value: int, page: Any) -> tuple[str, str, dict[str, Any]]:
    """One that is good but for this value, perhaps."""
    host, own = {"id": page.host.public_id, field: value}, {field: value}
    known = {
        "PageChange": ("PATCH", PAGE, own),
        "PageIn": ("POST", "/pages", {"title": "Another"} | own),
        "HorizonIn": ("PATCH", PAGE, {"horizon": {"kind": "rolling"} | own}),
        "CapsIn": ("PATCH", PAGE, {"caps": own}),
        "DurationIn": ("PATCH", PAGE, {"durations": [{"minutes": 30} | own]}),
        "PriceIn": ("PATCH", PAGE, {"price": {"currency": "eur"} | own}),
        "StaffingChange": ("PATCH", STAFFING, own),
        "StaffIn": ("PATCH", STAFFING, {"hosts": [host]}),
        "LinkIn": ("POST", LINK, own),
        "BookingIn": ("POST", BOOKING, wish(page, tomorrow(10)) | own),
    }
    assert schema in known, f"{schema}.{field}: say here by which request it is tried."
    return known[schema]


@pytest.mark.parametrize(("schema", "field", "least", "most"), bounded())
def test_what_is_in_bounds_is_taken_and_what_is_not_is_refused(program, page, schema, field, least, most):
    page.staffing = "any"
    page.save()
    PageHost.objects.filter(page=page).update(part="rotating")
    for value, good in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        if schema == "BookingIn" and good:
            continue  # a booking is of one of its page's lengths, which are in `DurationIn`
        method, path, body = request_with(schema, field, value, page)
        with transaction.atomic():
            answer = program.ask(method, path.format(page=page.public_id), json.dumps(body))
            transaction.set_rollback(True)
        if good and (schema, field) in RULED and answer.status_code == 422:
            assert "whole number" not in answer.json()["detail"]
            continue
        assert (answer.status_code < 300) == good, (value, answer.content)
        if not good:
            codes = {one["code"] for one in answer.json()["errors"]}
            assert (answer.status_code, codes) == (422, {"range"}), answer.content


@pytest.mark.parametrize(("path", "name", "least", "most"), parameters())
def test_parameters_are_bounded_as_it_says(program, names, path, name, least, most):
    where = re.sub(r"\{([a-z]+)_id\}", lambda found: "{" + found[1] + "}", path).format(**names)
    span = {"start": "2030-01-01T10:00:00Z", "end": "2030-01-02T10:00:00Z"} if "/times" in path else {}
    span |= {"start": "2030-01-01T10:00:00Z"} if "/why" in path else {}
    for value in (least - 1, most + 1):
        answer = program.get(where, span | {name: value})
        assert answer.status_code == 422, answer.content
        assert [one["code"] for one in answer.json()["errors"]] == ["range"]
    if name == "limit":
        assert program.get(where, span | {name: least}).status_code == 200
        assert program.get(where, span | {name: most}).status_code == 200
