"""Schedules and absences by programs."""

import pytest

from timetuna.api.tests.conftest import program_of
from timetuna.pages.models import OutOfOffice, Schedule

pytestmark = pytest.mark.django_db
WEEK = [
    {"weekday": "monday", "start": "09:00", "end": "12:00"},
    {"weekday": "monday", "start": "13:00", "end": "24:00"},
    {"weekday": "sunday", "start": "00:00", "end": "24:00"},
]


def test_a_schedule_is_made_read_changed_and_deleted(program, page):
    made = program.post(
        "/schedules",
        {
            "name": "Summer",
            "time_zone": "Europe/Lisbon",
            "hours": WEEK,
            "dates": [
                {"date": "2030-08-01", "hours": [{"start": "10:00", "end": "11:30"}]},
                {"date": "2030-08-02", "hours": []},
            ],
        },
    )
    assert made.status_code == 201, made.content
    data, path = made.json(), f"/schedules/{made.json()['id']}"
    assert made["Location"] == f"/api/v1{path}"
    assert (data["name"], data["time_zone"], data["default"], data["pages"]) == (
        "Summer",
        "Europe/Lisbon",
        False,
        [],
    )
    assert [{**one} for one in data["hours"]] == WEEK
    assert data["dates"] == [
        {"date": "2030-08-01", "hours": [{"start": "10:00", "end": "11:30"}]},
        {"date": "2030-08-02", "hours": []},
    ]
    assert program.get(path).json() == data
    seen = program.get(path)["ETag"]

    changed = program.patch(path, {"dates": [{"date": "2030-08-01", "hours": None}]}, If_Match=seen).json()

    assert changed == data | {"dates": [{"date": "2030-08-02", "hours": []}]}
    assert program.patch(path, {"name": "Late"}, If_Match=seen).status_code == 412
    assert program.delete(path, If_Match=seen).status_code == 412
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"hours": [*WEEK, {"weekday": "monday", "start": "11:00", "end": "14:00"}]}, "/hours"),
        ({"hours": [{"weekday": "monday", "start": "9", "end": "14:00"}]}, "/hours/0/start"),
        ({"hours": [{"weekday": "monday", "start": "24:00", "end": "24:00"}]}, "/hours"),
        ({"hours": [{"weekday": "noday", "start": "09:00", "end": "14:00"}]}, "/hours/0/weekday"),
        ({"dates": [{"date": "2030-02-30", "hours": []}]}, "/dates/0/date"),
        (
            {"dates": [{"date": "1066-10-14", "hours": [{"start": "20:00", "end": "02:00"}]}]},
            "/dates/0/hours",
        ),
        ({"default": False}, "/default"),
    ],
)
def test_hours_that_cannot_be_are_named_and_nothing_is_stored(program, page, change, pointer):
    path = f"/schedules/{page.schedule.public_id}"
    before = program.get(path).json()

    refused = program.patch(path, change)

    assert refused.status_code == 422, refused.content
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert program.get(path).json() == before


def test_the_default_one_and_one_that_is_used_stay(program, page):
    page.schedule.is_default = True
    page.schedule.save()
    path = f"/schedules/{page.schedule.public_id}"
    assert program.get(path).json()["pages"] == [page.public_id]

    used = program.delete(path)
    assert (used.status_code, used.json()["code"]) == (409, "not-possible")
    other = program.post("/schedules", {"name": "Other", "default": True}).json()

    assert other["default"] is True
    assert program.get(path).json()["default"] is False
    assert program.delete(f"/schedules/{other['id']}").status_code == 409


def test_there_are_only_so_many_schedules(alice, program, page):
    for number in range(60):
        Schedule.objects.create(host=alice, name=f"No. {number}", time_zone="UTC")

    refused = program.post("/schedules", {"name": "One too many"})

    assert refused.status_code == 422
    listed = program.get("/schedules", {"limit": 50}).json()
    rest = program.get("/schedules", {"limit": 50, "cursor": listed["next_cursor"]}).json()
    assert (len(listed["data"]), len(rest["data"]), rest["next_cursor"]) == (50, 11, None)


def test_an_absence_is_made_once_changed_and_taken_back(alice, program, page):
    wanted = {"first": "2030-08-05", "last": "2030-08-09", "start": "12:00", "note": "At sea"}
    made = program.post("/away", wanted)
    assert made.status_code == 201, made.content
    again = program.post("/away", wanted)
    data, path = made.json(), f"/away/{made.json()['id']}"
    assert data == {"id": data["id"], "end": None, **wanted}
    assert again.json() == data
    assert program.get("/away").json() == {"data": [data], "next_cursor": None}

    changed = program.patch(path, {"start": None, "end": "17:30"}, If_Match=program.get(path)["ETag"]).json()

    assert changed == data | {"start": None, "end": "17:30"}
    assert program.patch(path, {"note": ""}, If_Match=made["ETag"]).status_code == 412
    assert program.delete(path).status_code == 204
    assert not OutOfOffice.objects.filter(host=alice).exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/first"),
        ({"first": "2030-08-09", "last": "2030-08-05"}, "/last"),
        ({"first": "2030-08-09", "start": "12:00", "end": "11:00"}, "/end"),
        ({"first": "1999-08-09"}, "/first"),
        ({"first": 0}, "/first"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(program, page, body, pointer):
    refused = program.post("/away", body)

    assert refused.status_code == 422, refused.content
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]


def test_a_repeated_request_makes_one(alice, page):
    program = program_of(alice)
    first = program.post("/schedules", {"name": "Once"}, Idempotency_Key="s-1")
    again = program.post("/schedules", {"name": "Once"}, Idempotency_Key="s-1")

    assert again.content == first.content
    assert Schedule.objects.filter(name="Once").count() == 1
