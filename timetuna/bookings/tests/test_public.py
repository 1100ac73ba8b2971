"""A guest's way without JavaScript, and what hostile or broken input gets."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.pages.models import MeetingType

pytestmark = pytest.mark.django_db


def details(client, page, *, start=None, visit="a-first-look", **changes):
    """Open the form as a guest does, and return what a browser would send back."""
    start = start or write_start(tomorrow())
    query = f"start={start}&duration=30&zone=America/New_York&visit={visit}"
    answer = client.get(f"/alice/{page.slug}/book?{query}")
    form = answer.context["form"]
    blank = {field.name: "" for field in form.visible_fields() if field.name != "kind"}
    hidden = {field.name: field.value() for field in form.hidden_fields()} | {"visit": visit}
    return blank | hidden | {"name": "Sam Guest", "email": "sam@guest.example", "notes": "Hello"} | changes


def test_the_page_shows_times_in_the_guests_zone(client, page):
    noon = tomorrow(10) + timedelta(days=1)  # in Kathmandu tomorrow may have begun already

    answer = client.get(f"/alice/intro?zone=Asia/Kathmandu&day={noon.date()}")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Nepal, Kathmandu (UTC+5:45), now" in text
    assert f"start={write_start(noon).replace(':', '%3A')}" in text
    assert answer.context["slots"].times[0].label == "00:00"


def test_a_guest_books_without_javascript(client, page):
    answer = client.post("/alice/intro/book", details(client, page))

    assert answer.status_code == 302
    shown = client.get(answer["Location"])
    assert "Your booking is confirmed" in shown.content.decode()
    assert "Room 1" in shown.content.decode()
    assert shown["Cache-Control"] == "private, no-store"
    assert shown["Referrer-Policy"] == "same-origin"
    assert Booking.objects.get().booker.notes == "Hello"
    assert re.fullmatch(r"/b/[\w-]{40,}", answer["Location"])


def test_a_page_that_is_off_says_so_before_it_asks_for_anything(client, alice):
    page = make_page(alice, lengths=(15, 30))
    data = details(client, page)
    page.switched_off, page.off_note = True, "Back in May."
    page.save()
    says = "No times are offered here at the moment."

    for headers in ({}, {"HX-Request": "true"}):
        text = client.get("/alice/intro", headers=headers).content.decode()
        assert says in text
        assert "Back in May." in text
        assert "How long do you need?" not in text
    form = client.get("/alice/intro/book", data, follow=True).content.decode()
    sent = client.post("/alice/intro/book", data).content.decode()
    for text in (form, sent):
        assert says in text
        assert "not free any more" not in text
    assert 'value="Sam Guest"' in sent
    alices = client.get("/alice")
    assert alices.status_code == 404
    assert "Alice Host takes no bookings at the moment." in alices.content.decode()


def test_the_second_guest_gets_the_remaining_times_and_keeps_what_was_typed(client, page):
    data = details(client, page)
    client.post("/alice/intro/book", details(client, page))

    answer = client.post("/alice/intro/book", data | {"name": "Second Guest", "notes": "Long story"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "is not free any more" in text
    assert "Second Guest" in text
    assert "Long story" in text
    left = [time.value for time in answer.context["nearest"]]
    assert write_start(tomorrow()) not in left
    assert len(left) == 3
    again = client.post("/alice/intro/book", data | {"name": "Second Guest", "start": left[0]})
    assert again.status_code == 302
    assert Booking.objects.count() == 2


def test_a_double_click_is_one_booking(client, page):
    data = details(client, page)

    first, second = (client.post("/alice/intro/book", data) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "sam@guest.example\r\nBcc: x@y.example"),
        ("email", '"<script>"@x.test'),
        ("email", "a@[127.0.0.1]"),
        ("email", "a@b.example,c@d.example"),
        ("email", ""),
        ("name", ""),
        ("name", "x" * 101),
        ("name", "\u202e\r\n"),
        ("notes", "x" * 2_001),
        ("start", "yesterday"),
        ("start", "2026-02-30T10:00Z"),
        ("duration", "-5"),
        ("zone", "../../etc/passwd"),
        ("kind", "zoom"),
        ("kind", ""),
        ("key", "short"),
    ],
)
def test_bad_details_get_a_sentence_and_lose_nothing(client, page, field, value):
    answer = client.post("/alice/intro/book", details(client, page) | {field: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Booking.objects.exists()
    assert "Hello" in answer.content.decode() or field == "notes"


def test_control_characters_in_a_name_do_not_survive(client, page):
    client.post("/alice/intro/book", details(client, page, name="Sam\r\nBcc: evil\u202e <b>x</b>"))

    assert Booking.objects.get().booker.name == "Sam Bcc: evil <b>x</b>"


@pytest.mark.parametrize(
    "query",
    [
        "zone=Mars/Olympus",
        "month=2026-99",
        "day=2026-02-30",
        "day=99999-01-01",
        "month=0000-00",
        "duration=abc",
        "duration=" + "9" * 500,
        "zone=" + "A" * 500,
        "zone=%00",
        "month=1999-01",
        "day=2099-12-31",
    ],
)
def test_a_damaged_address_still_shows_the_page(client, page, query):
    assert client.get(f"/alice/intro?{query}").status_code == 200


@pytest.mark.parametrize("query", ["month=9999-12", "month=0000-00", "day=2027-02-30", "month=\u0662\u0660"])
@pytest.mark.parametrize("lengths", [(30,), (30, 60)], ids=["one length", "several lengths"])
def test_a_date_that_cannot_be_is_said(client, alice, query, lengths):
    make_page(alice, lengths=lengths)

    assert "That date cannot be read" in client.get(f"/alice/intro?{query}").content.decode()


@pytest.mark.parametrize("start", ["", "x", "2026-13-01T00:00Z", "%00", "9" * 300])
def test_a_damaged_start_leads_back_to_the_times(client, page, start):
    answer = client.get(f"/alice/intro/book?start={start}&duration=30&zone=UTC")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/alice/intro?")


def test_a_form_without_anything_in_it_says_which_parts_are_missing(client, page):
    answer = client.post("/alice/intro/book", {})

    assert answer.status_code == 422
    assert "Fill this in" not in answer.content.decode()
    for part in ("The length", "The time zone", "The key of this form"):
        assert f"{part} did not arrive. Pick your time again." in answer.content.decode()


def test_unknown_pages_and_links_are_404(client, page):
    for path in (
        "/alice/nothing",
        "/nobody/intro",
        "/b/" + "x" * 43,
        "/b/x/cancel",
        "/b/x/move",
        "/b/x/invite.ics",
    ):
        assert client.get(path).status_code == 404


def test_a_page_without_a_usable_type_offers_no_times(client, page):
    MeetingType.objects.all().delete()
    MeetingType.objects.create(page=page, kind="zoom", enabled=True)

    answer = client.get("/alice/intro")

    assert answer.status_code == 200
    assert "No times are offered here at the moment" in answer.content.decode()
    assert answer.context["slots"].times == []


def test_several_lengths_are_asked_first(client, alice):
    make_page(alice, slug="long", lengths=(15, 60))

    first = client.get("/alice/long")
    then = client.get("/alice/long?duration=60")

    assert "How long do you need?" in first.content.decode()
    assert len(then.context["slots"].times) > 0


def test_htmx_gets_the_fragment_only(client, page):
    answer = client.get("/alice/intro", headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert 'id="slots"' in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_looking_costs_the_same_number_of_queries_however_much_is_booked(
    client, page, django_assert_num_queries
):
    client.get("/alice/intro")
    with django_assert_num_queries(4):
        client.get("/alice/intro")
    for hour in (8, 9, 10, 11):
        data = details(client, page, start=write_start(tomorrow(hour)), email=f"g{hour}@guest.example")
        client.post("/alice/intro/book", data)
    with django_assert_num_queries(4):
        client.get("/alice/intro")


def test_opening_the_cancel_link_changes_nothing(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]

    assert client.get(f"{path}/cancel").status_code == 200
    assert client.head(f"{path}/cancel").status_code == 200

    assert Booking.objects.get().status == "confirmed"


def test_the_link_of_a_booking_names_nobody_before_it_is_opened(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]

    head = client.get(path).content.decode().partition("</head>")[0]

    said = re.findall(r'<meta (?:name|property)="[\w:]+"\s+content="(.*?)"', head)
    assert "Your meeting" in said
    assert not [word for word in ("Alice", "Intro", "Sam") if word in " ".join(said)]
    assert '<meta name="robots" content="noindex">' in head
    assert "canonical" not in head


def test_a_guest_cancels(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]

    answer = client.post(f"{path}/cancel", {"note": "I am ill"})

    assert answer["Location"] == path
    assert "This booking is cancelled" in client.get(path).content.decode()
    assert Booking.objects.get().cancel_note == "I am ill"


def test_a_guest_moves(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]
    start = write_start(tomorrow() + timedelta(hours=5))

    assert client.get(f"{path}/move").status_code == 200
    assert client.get(f"{path}/move/confirm?start={start}").status_code == 200
    answer = client.post(f"{path}/move/confirm", {"zone": "", "hold": "", "note": "", "start": start})

    assert answer["Location"] == path
    assert Booking.objects.get().start_at == tomorrow() + timedelta(hours=5)
    assert "Your booking has a new time" in client.get(path).content.decode()


def test_who_moves_a_booking_reads_how_it_is_held_whatever_the_page_offers_by_now(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]
    page.meeting_types.update(kind="phone", detail="")
    start = write_start(tomorrow() + timedelta(hours=5))

    for address in (f"{path}/move", f"{path}/move/confirm?start={start}"):
        assert [fact.text for fact in client.get(address).context["facts"]] == ["In person"]


def test_a_guest_cannot_move_to_a_time_that_is_not_offered(client, page):
    path = client.post("/alice/intro/book", details(client, page))["Location"]

    answer = client.post(
        f"{path}/move/confirm", {"zone": "", "hold": "", "note": "", "start": write_start(tomorrow(10, 7))}
    )

    assert answer.status_code == 409
    assert Booking.objects.get().start_at == tomorrow()


def test_cross_site_posts_are_refused(page):

    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/alice/intro/book", {}).status_code == 403


def test_the_host_sees_the_booking_and_strangers_do_not(client, page, alice, charlie):
    client.post("/alice/intro/book", details(client, page))
    booking = Booking.objects.get()
    path = f"/bookings/{booking.pk}"

    assert client.get(path).status_code == 302
    client.force_login(charlie)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/cancel").status_code == 404
    assert client.post(f"{path}/retry").status_code == 404
    assert "Sam Guest" not in client.get("/bookings").content.decode()
    client.force_login(alice)
    assert "sam@guest.example" in client.get(path).content.decode()
    assert "Sam Guest" in client.get("/bookings").content.decode()


def test_the_host_sees_mail_that_waits_and_can_retry(client, page, alice):
    client.post("/alice/intro/book", details(client, page))
    work_off()

    client.force_login(alice)
    text = client.get(f"/bookings/{Booking.objects.get().pk}").content.decode()

    assert "Mail waiting:" in text
    assert "Try again now" in text
    assert Job.objects.filter(name="bookings.mail", state="waiting").count() == 2
    client.post(f"/bookings/{Booking.objects.get().pk}/retry")
    assert Job.objects.filter(name="bookings.mail", state="waiting", attempts=0).count() == 2


def test_html_in_a_name_is_text(client, page, alice):
    client.post("/alice/intro/book", details(client, page, name="<script>alert(1)</script>"))
    client.force_login(alice)

    text = client.get(f"/bookings/{Booking.objects.get().pk}").content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_slash_at_the_end_of_the_address_leads_to_the_page(client, page):
    answer = client.get("/alice/intro/?zone=UTC")

    assert (answer.status_code, answer["Location"]) == (302, "/alice/intro?zone=UTC")
