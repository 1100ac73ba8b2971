"""The editor shows the page as it is typed, keeps nothing of it, and books nothing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.forms import main_form
from tests.test_rights import stored
from timetuna.accounts.tests.teams import join, make_team
from timetuna.pages.models import PageHost, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def preview(client, page, tab, query="", **fields):
    return client.post(f"/booking-pages/{page.pk}/preview/{tab}{query}", typed(client, page, tab, **fields))


def typed(client, page, tab, **fields):
    """Return what a browser sends when these are all that was changed."""
    sent = {}
    form = main_form(client.get(f"/booking-pages/{page.pk}/{tab}").content.decode())
    for name, value in form.with_values(**fields):
        sent.setdefault(name, []).append(value)
    return sent


TYPED = [
    ("booking", {"title": "A talk about fish", "durations-0-minutes": "45"}, "A talk about fish"),
    ("booking", {"title": "Fish & <b>ships</b>"}, "Fish &amp; &lt;b&gt;ships&lt;/b&gt;"),
    (
        "availability",
        {"horizon_kind": "rolling", "horizon_days": "1", "notice": "3", "notice_unit": "days"},
        "no free times",
    ),
    ("guests", {"approval": "on"}, "confirms each booking"),
    ("look", {"brand_color": "#8a2be2"}, "8a2be2"),
]


@pytest.mark.parametrize(("tab", "fields", "shown"), TYPED)
def test_it_shows_what_is_typed_and_keeps_nothing(as_alice, page, tab, fields, shown):
    as_alice.get(f"/booking-pages/{page.pk}/{tab}")
    before = stored()

    answer = preview(as_alice, page, tab, **fields)

    assert answer.status_code == 200
    assert shown in answer.content.decode()
    assert stored() == before


def test_a_question_is_shown_in_the_form_before_it_is_saved(as_alice, page):
    asked = page.questions.create(key="firm", label="Your firm")
    new = typed(as_alice, page, "questions/new", label="What is it about?", kind="text")
    changed = typed(as_alice, page, f"questions/{asked.pk}", label="Where you work")

    first = as_alice.post(f"/booking-pages/{page.pk}/preview/question", new).content.decode()
    second = as_alice.post(f"/booking-pages/{page.pk}/preview/question?question={asked.pk}", changed)

    assert "What is it about?" in first
    assert "Your firm" in first
    assert "Where you work" in second.content.decode()
    assert [one.label for one in Question.objects.all()] == ["Your firm"]


def test_a_picture_is_shown_before_it_has_an_address(as_alice, page):
    image = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(image, "PNG")
    sent = typed(as_alice, page, "look")
    sent["logo"] = SimpleUploadedFile("logo.png", image.getvalue(), "image/png")

    answer = as_alice.post(f"/booking-pages/{page.pk}/preview/look", sent)

    assert "data:image/png;base64," in answer.content.decode()
    assert "/looks/" not in answer.content.decode()


def test_what_is_wrong_is_said_and_the_guests_form_is_sent_nowhere(as_alice, page):
    wrong = preview(as_alice, page, "booking", title="")
    sent = as_alice.post(
        f"/booking-pages/{page.pk}/preview/guests", {"name": "Sam", "email": "sam@example.org"}
    )

    assert wrong.status_code == sent.status_code == 422
    assert "once the marked fields are correct" in wrong.content.decode()
    assert "nothing is booked" in sent.content.decode()


def test_a_time_that_is_pressed_shows_the_form_and_keeps_no_time(as_alice, page):
    before = stored()
    path = f"/booking-pages/{page.pk}/preview/booking"
    times = as_alice.get(path, {"duration": page.durations.first().minutes})
    start = times.context["slots"].times[0]

    answer = as_alice.get(start.url)

    assert start.url.startswith(path)
    assert "Your details" in answer.content.decode()
    assert "data-held-minutes" not in answer.content.decode()
    assert stored() == before


def test_only_our_own_pages_may_frame_it_and_it_fetches_nothing_by_itself(as_alice, page):
    answer = as_alice.get(f"/booking-pages/{page.pk}/preview/booking")

    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    assert "month" not in answer.content.decode().partition("</head>")[0].partition("<script")[2]
    assert "set-cookie" not in {name.lower() for name in answer.headers}


def test_who_only_reads_the_page_tries_nothing_on(client, page, bob):
    join(make_team(page.host), bob)
    PageHost.objects.create(page=page, host=bob)
    client.force_login(bob)
    path = f"/booking-pages/{page.pk}/preview"

    assert client.get(f"{path}/booking").status_code == 200
    assert client.post(f"{path}/booking", {"version": "x", "title": "Mine"}).status_code == 404
    assert client.post(f"{path}/question", {"version": "x"}).status_code == 404
    assert client.get(f"{path}/nothing").status_code == 404
