"""The document that programs read is the one that is kept, and says something of everything."""

import json
from pathlib import Path

import pytest
from django.test import Client

from timetuna.api.openapi.document import document, written
from timetuna.api.openapi.words import FIELDS, PARAMETERS, TAGS
from timetuna.api.urls import PARTS, api

KEPT = Path(__file__).resolve().parents[3] / "docs/openapi.json"


@pytest.fixture(scope="module")
def made():
    return document(api, PARTS)


def operations(made):
    return [one for path in made["paths"].values() for one in path.values()]


def test_the_kept_document_is_the_one_that_is_made(made):
    assert KEPT.read_text(encoding="utf-8") == written(made), (
        "python -m timetuna.api.openapi > docs/openapi.json writes it anew"
    )


def test_each_operation_has_a_short_name_of_its_own_and_a_tag_that_is_explained(made):
    names = [one["operationId"] for one in operations(made)]

    assert sorted(names) == sorted(set(names))
    assert all(len(name) <= 25 for name in names), names
    assert {tag for one in operations(made) for tag in one["tags"]} == set(TAGS)


def test_everything_has_a_sentence(made):
    silent = [
        f"{name}.{field}"
        for name, schema in made["components"]["schemas"].items()
        for field, one in schema.get("properties", {}).items()
        if not one.get("description")
    ]
    silent += [
        f"{one['operationId']}?{parameter['name']}"
        for one in operations(made)
        for parameter in one["parameters"]
        if "$ref" not in parameter and not parameter["description"]
    ]

    assert silent == []
    assert '"description": ""' not in written(made)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("Event.type", "booking.moved"),
        ("Problem.type", "names the problem"),
        ("Problem.status", "HTTP"),
        ("Delivery.state", "arrived"),
        ("Webhook.source", "product"),
        ("WebhookIn.url", "sent"),
    ],
)
def test_a_name_that_means_something_else_is_told_as_what_it_is_there(made, field, words):
    schema, name = field.split(".")

    assert words in made["components"]["schemas"][schema]["properties"][name]["description"]


def test_no_sentence_is_left_over(made):
    text = json.dumps(made, ensure_ascii=False)

    assert [
        name for name, sentence in FIELDS.items() if json.dumps(sentence, ensure_ascii=False) not in text
    ] == []
    assert [name for name, sentence in PARAMETERS.items() if sentence not in text] == []


def test_writes_can_be_repeated_and_problems_are_problems(made):
    for path in made["paths"].values():
        for method, one in path.items():
            taken = [parameter.get("$ref", "").rpartition("/")[2] for parameter in one["parameters"]]
            assert ("Idempotency-Key" in taken) == (method != "get")
            assert all(
                "$ref" in answer for status, answer in one["responses"].items() if int(status) >= 400
            ), one["operationId"]
    answers = made["components"]["responses"].values()
    assert {kind for answer in answers for kind in answer["content"]} == {"application/problem+json"}


def test_anybody_reads_it_and_once(settings):
    first = Client().get("/openapi.json")
    again = Client().get("/openapi.json", headers={"If-None-Match": first["ETag"]})

    assert first.json()["openapi"] == "3.1.0"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert (again.status_code, again.content) == (304, b"")
    assert Client().get("/api/v1/openapi.json")["Location"] == "/openapi.json"
    assert Client().post("/openapi.json").status_code == 405
