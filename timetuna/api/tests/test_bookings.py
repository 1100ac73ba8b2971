"""A program books, moves, cancels, and reads what a host reads."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from timetuna.api.scopes import ApiScope
from timetuna.api.tests.conftest import Program, later, program_of, wish
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.jobs.models import Job
from timetuna.pages.models import BookingPage, WeeklyHours

pytestmark = pytest.mark.django_db


def test_a_booking_from_times_to_cancellation(program, page):
    found = program.get(
        f"/pages/{page.public_id}/times", {"start": tomorrow().isoformat(), "end": later(tomorrow(), days=1)}
    )
    assert found.status_code == 200, found.content
    start = datetime.fromisoformat(found.json()["data"][0]["start"])

    made = program.post("/bookings", wish(page, start))
    assert made.status_code == 201, made.content
    told = made.json()
    row = Booking.objects.get(public_id=told["id"])
    assert told["start"] == start.isoformat().replace("+00:00", "Z")
    assert (told["status"], told["revision"], told["guest"]["email"]) == ("confirmed", 0, "kim@guest.example")
    assert told["guest"]["time_zone"] == "Asia/Tokyo"
    assert Job.objects.filter(concurrency=row.concurrency_key()).exists()
    entry = row.history.get(event="booked")
    assert (entry.source, entry.via) == ("api", "key “CRM”")

    moved = program.post(
        f"/bookings/{told['id']}/move", {"start": later(start, minutes=30), "reason": "A train"}
    )
    assert moved.status_code == 200, moved.content
    assert (moved.json()["id"], moved.json()["uid"], moved.json()["revision"]) == (told["id"], told["uid"], 1)

    off = program.post(f"/bookings/{told['id']}/cancel", {"reason": "Ill"})
    again = program.post(f"/bookings/{told['id']}/cancel", {})
    assert off.json()["status"] == "cancelled_by_host"
    assert off.json()["cancellation"] == {"by": "host", "reason": "Ill"}
    assert again.status_code == 200
    assert again.content == off.content
    history = program.get(f"/bookings/{told['id']}/history").json()["data"]
    assert [entry["event"] for entry in history] == ["booked", "moved", "cancelled"]
    assert {entry["via"] for entry in history} == {"key “CRM”"}


def test_a_time_that_is_taken_says_why(program, page):
    program.post("/bookings", wish(page, tomorrow()))

    refused = program.post("/bookings", wish(page, tomorrow()))

    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["code"], problem["detail"]) == ("slot-taken", "The time is not free any more.")
    assert problem["reasons"][0]["code"] == "own_booking"
    assert problem["type"].endswith("/problems/slot-taken")


@pytest.mark.parametrize(
    ("start", "code", "detail"),
    [
        (timedelta(minutes=7), "not-offered", "The page does not offer this time."),
        (timedelta(days=-30), "too-soon", "The time is too soon."),
        (timedelta(days=900), "too-late", "The time is too far ahead."),
    ],
)
def test_what_no_rule_lets_through(program, page, start, code, detail):
    refused = program.post("/bookings", wish(page, tomorrow() + start))

    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["detail"]) == (409, code, detail)


def test_the_owner_passes_over_notice_and_hours_but_over_no_booking(alice, program):
    page = make_page(alice, slug="late")
    BookingPage.objects.update(notice_minutes=7 * 24 * 60)
    WeeklyHours.objects.update(start_minute=9 * 60, end_minute=17 * 60)
    night = (tomorrow() + timedelta(days=8)).replace(hour=1)

    assert program.post("/bookings", wish(page, tomorrow())).json()["code"] == "too-soon"
    assert program.post("/bookings", wish(page, night)).json()["code"] == "not-offered"
    assert program.post("/bookings", wish(page, tomorrow(), force=["hours"])).json()["code"] == "too-soon"
    made = program.post("/bookings", wish(page, night, force=["notice", "hours"]))
    assert made.status_code == 201, made.content
    other = make_page(alice, slug="other")
    refused = program.post("/bookings", wish(other, night, force=["notice", "hours"]))
    assert refused.json()["code"] == "slot-taken"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"guest": {"name": "", "email": "kim@guest.example"}}, "/guest/name"),
        ({"guest": {"name": "Kim", "email": "no address"}}, "/guest/email"),
        ({"guest": {"name": "Kim", "email": "kim@guest.example", "time_zone": "Mars"}}, "/guest/time_zone"),
        ({"start": "2026-12-01T09:00:00"}, "/start"),
        ({"start": 5}, "/start"),
        ({"duration": "30"}, "/duration"),
        ({"duration": 31}, "/duration"),
        ({"meeting_type": "pigeon"}, "/meeting_type"),
        ({"answers": {"nobody": "asked"}}, "/answers/nobody"),
        ({"nonsense": 1}, "/nonsense"),
        ({"guests": [{"email": "no address"}]}, "/guests"),
    ],
)
def test_bad_input_is_pointed_at_and_nothing_is_booked(program, page, body, pointer):
    refused = program.post("/bookings", wish(page, tomorrow()) | body)

    assert refused.status_code == 422, refused.content
    assert refused.json()["code"] == "validation"
    assert pointer in [one["pointer"] for one in refused.json()["errors"]], refused.content
    assert not Booking.objects.exists()


def test_a_key_of_one_page_is_blind_to_others(alice, page):
    other = make_page(alice, slug="other")
    program = program_of(alice, pages=[page.pk])
    mine = program.post("/bookings", wish(page, tomorrow())).json()

    assert program.get(f"/pages/{other.public_id}").status_code == 404
    assert program.post("/bookings", wish(other, tomorrow() + timedelta(hours=1))).status_code == 404
    whole = program_of(alice)
    theirs = whole.post("/bookings", wish(other, tomorrow() + timedelta(hours=1))).json()
    assert [one["id"] for one in program.get("/bookings").json()["data"]] == [mine["id"]]
    assert {one["id"] for one in whole.get("/bookings").json()["data"]} == {mine["id"], theirs["id"]}
    assert program.post(f"/bookings/{theirs['id']}/cancel", {}).status_code == 404


def test_a_list_is_walked_by_its_cursor_and_filtered(program, page):
    starts = [tomorrow() + timedelta(minutes=30 * place) for place in range(5)]
    ids = [
        program.post(
            "/bookings", wish(page, start, guest={"name": f"G{place}", "email": f"g{place}@guest.example"})
        ).json()["id"]
        for place, start in enumerate(starts)
    ]
    seen, cursor = [], ""
    while True:
        answer = program.get("/bookings", {"limit": 2, "order": "start", "cursor": cursor})
        seen += [one["id"] for one in answer.json()["data"]]
        cursor = answer.json()["next_cursor"]
        assert bool(cursor) == ('rel="next"' in answer.get("Link", ""))
        if not cursor:
            break

    assert seen == ids
    one = program.get("/bookings", {"email": "g3@guest.example"}).json()["data"]
    assert [row["id"] for row in one] == [ids[3]]
    program.post(f"/bookings/{ids[0]}/cancel", {})
    assert len(program.get("/bookings", {"status": "active"}).json()["data"]) == 4
    assert len(program.get("/bookings", {"status": "cancelled_by_host"}).json()["data"]) == 1
    late = program.get("/bookings", {"start_from": starts[3].isoformat(), "order": "start"}).json()["data"]
    assert [row["id"] for row in late] == ids[3:]
    for name, value in (
        ("status", "nonsense"),
        ("cursor", "x"),
        ("limit", "0"),
        ("order", "up"),
        ("unknown", "1"),
    ):
        refused = program.get("/bookings", {name: value})
        assert refused.status_code == 422, (name, refused.content)
        assert refused.json()["errors"][0]["pointer"] == f"?{name}"


def test_a_change_names_the_state_it_was_made_from(program, page):
    made = program.post("/bookings", wish(page, tomorrow())).json()
    path = f"/bookings/{made['id']}"
    tag = program.get(path)["ETag"]

    assert program.get(path, If_None_Match=tag).status_code == 304
    noted = program.patch(path, {"notes": "Bring the contract", "metadata": {"deal": "42"}}, If_Match=tag)
    assert noted.status_code == 200, noted.content
    assert (noted.json()["notes"], noted.json()["metadata"]) == ("Bring the contract", {"deal": "42"})
    stale = program.post(f"{path}/move", {"start": later(tomorrow(), minutes=30)}, If_Match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    assert program.get(path)["ETag"] == noted["ETag"]


def test_guests_come_and_go(program, page):
    made = program.post("/bookings", wish(page, tomorrow())).json()
    path = f"/bookings/{made['id']}/guests"

    more = program.post(path, {"add": [{"name": "Ada", "email": "ada@guest.example"}]})
    assert [one["email"] for one in more.json()["guests"]] == ["ada@guest.example"]
    fewer = program.post(path, {"remove": ["ADA@guest.example", "nobody@guest.example"]})
    assert fewer.json()["guests"] == []


def test_requests_are_answered(alice, program):
    page = make_page(alice, slug="asks")
    BookingPage.objects.update(approval=True)
    one = program.post("/bookings", wish(page, tomorrow())).json()
    two = program.post("/bookings", wish(page, tomorrow() + timedelta(hours=1))).json()

    assert one["status"] == "pending"
    assert one["pending_until"]
    assert (
        program.post(f"/bookings/{one['id']}/move", {"start": later(tomorrow(), hours=2)}).status_code == 409
    )
    assert program.post(f"/bookings/{one['id']}/approve").json()["status"] == "confirmed"
    no = program.post(f"/bookings/{two['id']}/decline", {"reason": "No room"}).json()
    assert (no["status"], no["cancellation"]) == ("declined", {"by": "host", "reason": "No room"})


def test_what_may_be_said_may_be_left_out(alice, program):
    page = make_page(alice, slug="bare")
    BookingPage.objects.update(approval=True)
    starts = [tomorrow() + timedelta(hours=hours) for hours in range(3)]
    one, two, three = (program.post("/bookings", wish(page, start)).json()["id"] for start in starts)

    def bare(path):
        headers = {"Authorization": f"Bearer {program.token}"}
        return program.client.post(
            f"/api/v1/bookings/{path}", "", content_type="application/json", headers=headers
        )

    assert bare(f"{one}/decline").json()["status"] == "declined"
    assert bare(f"{two}/approve").json()["status"] == "confirmed"
    assert bare(f"{two}/cancel").json()["status"] == "cancelled_by_host"
    assert bare(f"{three}/reassign").json()["code"] == "slot-taken"  # nobody else hosts the page
    assert bare(f"{three}/move").json()["code"] == "validation"


def test_a_plus_that_a_query_takes_for_a_blank_is_one(program, page):
    day = f"{tomorrow():%Y-%m-%d}"

    answer = program.client.get(
        f"/api/v1/pages/{page.public_id}/times?start={day}T00:00:00+01:00&end={day}T23:00:00+01:00"
    )
    same = program.client.get(
        f"/api/v1/pages/{page.public_id}/times?start={day}T00:00:00%2B01:00&end={day}T23:00:00%2B01:00"
    )

    assert answer.status_code == 200, answer.content
    assert answer.json() == same.json()


def test_links_of_guests_need_their_own_scope(alice, page):
    few = program_of(alice, [ApiScope.BOOKINGS])
    made = few.post("/bookings", wish(page, tomorrow())).json()
    all_of_them = program_of(alice)

    assert "guest_url" not in made
    assert "guest_url" not in few.get(f"/bookings/{made['id']}").json()
    link = all_of_them.get(f"/bookings/{made['id']}").json()["guest_url"]
    assert Program().client.get(urlsplit(link).path).status_code == 200


def test_nothing_of_others_is_seen(bob, alice, program, page):
    made = program.post("/bookings", wish(page, tomorrow())).json()
    stranger = program_of(bob)

    for path in (f"/bookings/{made['id']}", f"/pages/{page.public_id}", f"/bookings/{made['id']}/history"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/bookings/{made['id']}/cancel", {}).status_code == 404
    assert stranger.get("/bookings").json()["data"] == []
