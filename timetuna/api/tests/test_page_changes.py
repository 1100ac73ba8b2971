"""Pages made, changed and deleted by programs: the editor's rules, all or nothing."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.accounts.models import ActivityEntry
from timetuna.api import page_changes
from timetuna.api.models import StoredAnswer
from timetuna.api.tests.conftest import program_of
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.pages.models import BookingPage, FormerSlug, PageHost, Question, Schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(page) -> str:
    return f"/pages/{page.public_id}"


WHOLE = {
    "title": "Consultation",
    "slug": "consulting",
    "description": "An hour\nwith me.",
    "buffer_before": 5,
    "buffer_after": 10,
    "increment": 15,
    "notice": 90,
    "approval": True,
    "approval_hours": 12,
    "most_guests": 0,
    "phone": "required",
    "listed": False,
    "on": False,
    "off_note": "Back in May.",
}


def test_a_page_is_made_with_all_that_was_said_of_it(alice, program, page):
    made = program.post(
        "/pages",
        WHOLE
        | {
            "durations": [{"minutes": 60, "title": "Long"}, {"minutes": 20}],
            "meeting_types": [{"kind": "in_person", "detail": "Room 5"}],
            "questions": [
                {"label": "Are you a client?", "kind": "one", "options": ["Yes", "Not yet"]},
                {"label": "Client number", "when": {"question": "are-you-a-client", "option": "Yes"}},
            ],
            "horizon": {"kind": "rolling", "days": 30},
            "caps": {"day": 3},
        },
    )

    assert made.status_code == 201, made.content
    data = made.json()
    assert {name: data[name] for name in WHOLE} == WHOLE
    assert [one["minutes"] for one in data["durations"]] == [20, 60]
    assert [(one["kind"], one["detail"]) for one in data["meeting_types"]] == [("in_person", "Room 5")]
    assert [one["key"] for one in data["questions"]] == ["are-you-a-client", "client-number"]
    client = data["questions"][0]["options"][0]
    assert data["questions"][1]["when"] == {"question": "are-you-a-client", "option": client["id"]}
    assert data["horizon"] == {"kind": "rolling", "days": 30, "date": None}
    assert data["caps"] == {"day": 3, "week": None, "month": None}


def test_a_new_page_has_its_address_alone(alice, program, page):
    made = program.post("/pages", {"title": "Consultation", "slug": "consulting"})
    data = made.json()

    assert made["Location"] == f"/api/v1/pages/{data['id']}"
    assert made["ETag"] == program.get(f"/pages/{data['id']}")["ETag"]
    assert not FormerSlug.objects.exists()
    assert BookingPage.objects.get(public_id=data["id"]).host == alice


def test_what_is_left_out_stays(program, page, path):
    before = program.get(path).json()

    after = program.patch(path, {"title": "Another title"}).json()

    assert after["title"] == "Another title"
    differ = {name for name in after if after[name] != before[name]}
    assert differ - {"updated_at"} == {"title"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"slug": "No Slug"}, "/slug"),
        ({"durations": []}, "/durations"),
        ({"durations": [{"minutes": 30}, {"minutes": 30}]}, "/durations/1/minutes"),
        ({"meeting_types": []}, ""),
        ({"meeting_types": [{"kind": "pigeon"}]}, "/meeting_types/0/kind"),
        ({"meeting_types": [{"kind": "in_person"}]}, "/meeting_types"),
        ({"buffer_before": 241}, "/buffer_before"),
        ({"increment": 1}, "/increment"),
        ({"notice": 90 * 1440 + 1}, "/notice"),
        ({"horizon": {"kind": "rolling", "days": 999}}, "/horizon/days"),
        ({"horizon": {"kind": "date"}}, "/horizon/date"),
        ({"caps": {"week": 0}}, "/caps/week"),
        ({"schedule": "sc_none"}, "/schedule"),
        ({"approval_hours": 0}, "/approval_hours"),
        ({"most_guests": 21}, "/most_guests"),
        ({"questions": [{"label": "Which?", "kind": "one", "options": ["A"]}]}, "/questions/0/options"),
        ({"questions": [{"key": "nothing", "label": "What?"}]}, "/questions/0/key"),
        ({"questions": [{"label": "So?", "when": {"question": "no", "option": "yes"}}]}, "/questions/0/when"),
        ({"title": ""}, "/title"),
        ({"title": None, "unknown": 1}, "/unknown"),
        ({"horizon": {"kind": "date", "date": 0}}, "/horizon/date"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_stored(program, page, path, change, pointer):
    before = program.get(path).json()

    refused = program.patch(path, {"title": "Another"} | change)

    assert (refused.status_code, refused.json()["code"]) == (422, "validation"), refused.content
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert program.get(path).json() == before


def test_questions_are_kept_by_key_put_in_order_and_deleted(program, page, path):
    first = program.patch(path, {"questions": [{"label": "One"}, {"label": "Two"}, {"label": "Three"}]})
    assert [one["key"] for one in first.json()["questions"]] == ["one", "two", "three"]
    kept = Question.objects.get(key="three").pk

    after = program.patch(
        path,
        {
            "questions": [
                {"key": "three", "label": "3", "required": True},
                {"label": "New"},
                {"key": "one", "label": "One"},
            ]
        },
    ).json()

    assert [(one["key"], one["label"], one["required"]) for one in after["questions"]] == [
        ("three", "3", True),
        ("new", "New", False),
        ("one", "One", False),
    ]
    assert Question.objects.get(key="three").pk == kept
    assert not Question.objects.filter(key="two").exists()


def test_a_change_that_has_not_seen_the_latest_is_refused(program, page, path):
    seen = program.get(path)["ETag"]
    program.patch(path, {"title": "By somebody else"})

    refused = program.patch(path, {"title": "Mine"}, If_Match=seen)
    gone = program.delete(path, If_Match=seen)

    assert (refused.status_code, refused.json()["code"]) == (412, "changed-meanwhile")
    assert gone.status_code == 412
    fresh = program.get(path)["ETag"]
    assert program.patch(path, {"title": "Mine"}, If_Match=fresh).status_code == 200


def test_hours_are_one_of_its_owners(alice, bob, program, page, path):
    own = Schedule.objects.create(host=alice, name="Evenings", time_zone="UTC")
    theirs = Schedule.objects.create(host=bob, name="His", time_zone="UTC")

    assert program.patch(path, {"schedule": own.public_id}).json()["schedule"] == own.public_id
    assert program.patch(path, {"schedule": theirs.public_id}).status_code == 422


def test_who_only_hosts_it_reads_it_and_changes_nothing(bob, page, path):
    PageHost.objects.create(page=page, host=bob)
    theirs = program_of(bob)

    assert theirs.get(path).status_code == 200
    for answer in (theirs.patch(path, {"title": "Mine"}), theirs.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_deleted_page_is_gone_and_a_repeated_request_is_told_so(program, page, path):
    first = program.delete(path, Idempotency_Key="gone-1")
    again = program.delete(path, Idempotency_Key="gone-1")

    assert (first.status_code, again.status_code) == (204, 204)
    assert again["Idempotency-Replayed"] == "true"
    assert program.get(path).status_code == 404


def test_history_says_through_which_key(program, page, path):
    program.patch(path, {"title": "Another"})

    entry = ActivityEntry.objects.filter(page=page).latest("pk")
    assert (entry.deed, entry.via) == ("page_changed", "key “CRM”")


def test_what_died_before_its_answer_was_kept_has_made_nothing(program, page, monkeypatch):
    def dies(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("timetuna.api.idempotency._sealed", dies)
        with pytest.raises(SystemExit):
            program.post("/pages", {"title": "Once"}, Idempotency_Key="make-1")

    assert not BookingPage.objects.filter(title="Once").exists()
    assert program.post("/pages", {"title": "Once"}, Idempotency_Key="make-1").status_code == 201
    assert BookingPage.objects.filter(title="Once").count() == 1


def test_who_was_taken_over_undoes_what_they_did(program, page, monkeypatch):
    change = page_changes.fill_in

    def slow(*args, **named):
        StoredAnswer.objects.update(token="another", began_at=present() + timedelta(seconds=40))
        return change(*args, **named)

    monkeypatch.setattr(page_changes, "fill_in", slow)
    late = program.post("/pages", {"title": "Twice"}, Idempotency_Key="make-2")

    assert (late.status_code, late.json()["code"]) == (409, "idempotency-in-progress")
    assert not BookingPage.objects.filter(title="Twice").exists()


def test_one_off_links_are_made_used_and_taken_back(program, page, path):
    made = program.post(
        f"{path}/links",
        {
            "name": "Kim",
            "email": "kim@guest.example",
            "good_until": (tomorrow() + timedelta(days=9)).date().isoformat(),
        },
    )
    assert made.status_code == 201, made.content
    link = made.json()
    assert (link["state"], link["uses"], link["label"]) == ("good", 1, "Kim, kim@guest.example")
    start = tomorrow().isoformat()
    guest = {"name": "Kim", "email": "kim@guest.example"}
    token = link["url"].partition("link=")[2]
    program.patch(path, {"link_only": True})
    booked = program.post(
        "/bookings", {"page": page.public_id, "start": start, "guest": guest, "link": token}
    )
    assert booked.status_code == 201, booked.content

    (row,) = program.get(f"{path}/links").json()["data"]
    assert (row["state"], row["used"], row["bookings"]) == ("used", 1, 1)
    one = f"{path}/links/{link['id']}"
    assert made["Location"] == f"/api/v1{one}"
    seen = program.get(one)
    assert seen.json() == row
    assert program.delete(one, If_Match=seen["ETag"]).status_code == 204
    assert program.get(f"{path}/links").json()["data"][0]["state"] == "ended"
    assert program.delete(one).status_code == 204
    assert program.post(f"{one}/restore", If_Match=seen["ETag"]).status_code == 412
    assert program.post(f"{one}/restore").json() == program.post(f"{one}/restore").json() == row


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"lengths": [7, 8]}, "/lengths"),
        ({"lengths": [999]}, "/lengths"),
        ({"good_until": "2001-01-01"}, "/good_until"),
        ({"first": "2031-01-01"}, "/last"),
        ({"host": "us_none"}, "/host"),
        ({"answers": {"nothing": "x"}}, "/answers/nothing"),
        ({"uses": 0}, "/uses"),
    ],
)
def test_a_link_that_cannot_be_is_refused(program, path, body, pointer):
    refused = program.post(f"{path}/links", body)

    assert refused.status_code == 422, refused.content
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]


def test_a_link_for_any_number_and_a_length_of_its_own(program, path):
    link = program.post(f"{path}/links", {"uses": None, "lengths": [45], "gives_back": False}).json()

    assert (link["uses"], link["lengths"], link["gives_back"], link["expires_at"]) == (
        None,
        [45],
        False,
        None,
    )
    with time_machine.travel(present() + timedelta(days=400)):
        assert (
            program_of(BookingPage.objects.get().host).get(f"{path}/links").json()["data"][0]["state"]
            == "good"
        )
