"""A booking page inside another website, as its answers say: who may frame it, without cookies, and what it tells."""

import gzip
import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from tests.forms import main_form
from timetuna.bookings.models import Booking, BookingOrigin, Hold
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.settings import PACKAGE_DIR
from timetuna.web.framing import LONGEST_FORM

pytestmark = [pytest.mark.django_db, pytest.mark.either]
SITE = "https://ada.example"
IN_FRAME = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe", "Origin": "http://testserver"}


@pytest.fixture
def page(alice):
    page = make_page(alice, kinds=(("phone", ""),))
    page.embed_origins = SITE
    page.save()
    return page


@pytest.fixture
def guest():
    return Client(enforce_csrf_checks=True)


def framed_by(answer):
    policy = dict(one.partition(" ")[::2] for one in answer["Content-Security-Policy"].split("; "))
    assert ("X-Frame-Options" in answer) == (policy["frame-ancestors"] == "'none'")
    return policy["frame-ancestors"]


def told(answer):
    return json.loads(answer.context["frame"].told())


def opened(guest, query="embed=1&zone=Europe/Berlin"):
    """Go by links from the month to the form, as in a frame; return its address, and what a browser would send."""
    month = guest.get(f"/alice/intro?{query}", headers=IN_FRAME)
    path = month.context["slots"].times[0].url
    form = guest.get(path, headers=IN_FRAME)
    assert framed_by(month) == framed_by(form) == SITE
    return path, dict(main_form(form.content.decode()).fields) | {
        "name": "Sam Guest", "email": "sam@guest.example", "phone": "+49 30 123456"}  # fmt: skip


def test_a_guest_books_moves_and_cancels_without_a_cookie(guest, page):
    path, sent = opened(guest, "embed=1&zone=Europe/Berlin&theme=dark&accent=aa0055&utm_source=ada&lang=de")
    assert Hold.objects.count() == 1, "the time is kept for a guest in a frame, too"

    answer = guest.post(path, sent, headers=IN_FRAME)

    booking = Booking.objects.get()
    assert BookingOrigin.objects.get().utm_source == "ada"
    assert booking.booker.language == "de"
    booked = guest.get(answer["Location"], headers=IN_FRAME)
    assert framed_by(booked) == SITE
    assert "color-scheme:dark" in booked.content.decode()
    assert ":root{--accent:#aa0055}" in booked.content.decode()
    data = told(booked)["data"]
    assert (told(booked)["event"], data["id"], data["status"]) == ("booked", booking.public_id, "confirmed")
    assert "Sam" not in json.dumps(data)
    assert "guest.example" not in json.dumps(data)

    day = f"&day={tomorrow() + timedelta(days=3):%Y-%m-%d}"  # the day of now may have no other time
    moving = guest.get(booked.context["changes"].move_url + day, headers=IN_FRAME)
    to = moving.context["slots"].times[-1].url
    form = main_form(guest.get(to, headers=IN_FRAME).content.decode())
    moved = guest.get(guest.post(to, dict(form.fields), headers=IN_FRAME)["Location"], headers=IN_FRAME)
    assert (told(moved)["event"], told(moved)["data"]["old_start"]) == ("moved", data["start"])

    cancel = moved.context["changes"].cancel_url
    form = main_form(guest.get(cancel, headers=IN_FRAME).content.decode())
    off = guest.get(guest.post(cancel, dict(form.fields), headers=IN_FRAME)["Location"], headers=IN_FRAME)
    assert (told(off)["event"], told(off)["data"]["status"]) == ("cancelled", "cancelled")
    assert told(guest.get(f"{answer['Location']}&made=moved"))["event"] == "moved"
    assert "embed=1" in off.context["again_url"]
    assert guest.cookies == {}


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Origin": SITE}, None),
        ({"Origin": "null"}, None),
        ({}, ""),
        ({}, "form:1:forged"),
    ],
)
def test_a_form_that_is_not_ours_books_nothing(guest, page, headers, token):
    path, sent = opened(guest)
    if token is not None:
        sent["embed_token"] = token

    assert guest.post(path, sent, headers=IN_FRAME | headers).status_code == 403
    assert not Booking.objects.exists()


def test_a_form_of_a_frame_counts_for_its_address_and_for_half_a_day(guest, page):
    path, sent = opened(guest)

    outside = guest.post(path.replace("embed=1", "embed=0"), sent, headers=IN_FRAME)
    with time_machine.travel(present() + timedelta(seconds=LONGEST_FORM + 60), tick=False):
        late = guest.post(path, sent, headers=IN_FRAME)

    assert (outside.status_code, late.status_code) == (403, 403)
    assert not Booking.objects.exists()


def test_nobody_frames_what_is_not_meant_for_it(client, guest, alice, page):
    path, sent = opened(guest)
    mine = guest.post(path, sent, headers=IN_FRAME)["Location"].partition("?")[0]
    client.force_login(alice)

    for path in (
        "/alice/intro",
        "/alice?embed=1",
        mine,
        f"{mine}/cancel",
        f"{mine}/guests?embed=1",
        "/signin?embed=1",
    ):
        assert framed_by(guest.get(path)) == "'none'", path
    assert client.get("/bookings?embed=1").status_code == 302, "no session is read in a frame"
    page.embed_origins = ""
    page.save()
    assert framed_by(guest.get("/alice/intro?embed=1")) == framed_by(guest.get(f"{mine}?embed=1")) == "'none'"


@pytest.mark.parametrize(
    "text", ["<script>", "%22%3E%3Cx", "red;}*{", "javascript:alert(1)", "light dark", "a" * 3000]
)
def test_how_a_frame_looks_is_a_closed_list(guest, page, text):
    query = "&".join(f"{name}={text}" for name in ("theme", "accent", "bg", "layout", "hide", "lang", "made"))

    answer = guest.get(f"/alice/intro?embed=1&{query}")

    assert answer.status_code == 200
    assert answer.context["frame"].words == {"embed": "1"}


def test_parts_of_a_page_are_left_out(guest, page):
    def shown(hide):
        return guest.get(f"/alice/intro?embed=1&bg=transparent&hide={hide}").content.decode()

    assert "see-through" in shown("host")
    assert 'class="colophon"' in shown("host,title")
    assert 'class="colophon"' not in shown("footer")
    assert 'class="sr">' in shown("title,host").partition("<h1")[2][:40]


def test_a_host_lists_websites(client, alice, page):
    client.force_login(alice)
    path = f"/booking-pages/{page.pk}/guests"

    def save(websites):
        form = main_form(client.get(path).content.decode())
        answer = client.post(path, dict(form.with_values(embed_origins=websites)))
        page.refresh_from_db()
        return answer.status_code, page.embed_origins

    assert save("ada.example\nhttps://Ada.example/x http://localhost:3000") == (
        302, "https://ada.example\nhttp://localhost:3000")  # fmt: skip
    assert save("http://ada.example")[0] == 422
    assert save("https://ada.example; script-src *")[0] == 422
    assert save("*") == (302, "*")
    assert framed_by(client.get("/alice/intro?embed=1")) == "*"


def test_the_script_for_other_websites(client, page):
    answer = client.get("/embed.js")

    assert len(gzip.compress(answer.content, 9)) <= 3_000
    assert (answer["Content-Type"], answer["Cross-Origin-Resource-Policy"]) == (
        "text/javascript; charset=utf-8", "cross-origin")  # fmt: skip
    assert answer["Cache-Control"] == "public, max-age=600"
    assert answer.content == (PACKAGE_DIR / "static/js/embed.js").read_bytes()


def test_a_pasted_address_becomes_a_frame(client, page):
    found = client.get("/alice/intro").content.decode()
    assert "application/json+oembed" in found

    answer = client.get(
        "/oembed", {"url": 'http://testserver/alice/intro?name="><script>', "maxwidth": "500"}
    )

    data = answer.json()
    assert (data["type"], data["width"], data["title"]) == ("rich", 500, f"{page.title} with Alice Host")
    assert "<script" not in data["html"]
    assert "/alice/intro?name=&quot;&gt;&lt;script&gt;&amp;embed=1" in data["html"]
    for url in (
        "",
        "http://evil.example/alice/intro",
        "http://testserver/alice/no",
        "http://[",
        "/alice/intro",
    ):
        assert client.get("/oembed", {"url": url}).status_code == 404
    assert client.get("/oembed", {"url": "http://testserver/alice/intro", "format": "xml"}).status_code == 501
    page.embed_origins = ""
    page.save()
    assert client.get("/oembed", {"url": "http://testserver/alice/intro"}).status_code == 404
    assert "json+oembed" not in client.get("/alice/intro").content.decode()


def test_a_website_hears_who_booked_only_by_name_and_if_the_host_says_so(guest, page):
    page.redirect_url, page.redirect_origins = "https://ada.example/thanks", "https://ada.example"
    page.embed_details = True
    page.save()
    path, sent = opened(guest)
    assert "is told your name" in guest.get(path, headers=IN_FRAME).content.decode()

    answer = guest.post(path, sent, headers=IN_FRAME)
    booking = Booking.objects.get()
    address = answer["Location"].replace("/onward", "")
    data = told(guest.get(address, headers=IN_FRAME))["data"]
    assert (data["name"], data["email"]) == ("Sam Guest", "sam@guest.example")
    assert data["onward"] == f"https://ada.example/thanks?booking={booking.public_id}"

    page.embed_origins = "*"
    page.save()
    data = told(guest.get(address, headers=IN_FRAME))["data"]
    assert {"name", "email", "onward"} & data.keys() == set()
    assert told(guest.get(f"{address.partition('?')[0]}?embed=1"))["data"] == {}


def test_details_need_websites_by_name(client, alice, page):
    client.force_login(alice)
    path = f"/booking-pages/{page.pk}/guests"
    for listed, status in (("*", 422), ("", 422), (SITE, 302)):
        form = dict(main_form(client.get(path).content.decode()).fields)
        answer = client.post(path, form | {"embed_origins": listed, "embed_details": "on"})
        assert answer.status_code == status, listed


def test_a_wrong_address_is_mended_in_the_frame_that_booked_and_in_no_other(guest, page):
    path, sent = opened(guest)
    booked = guest.post(path, sent, headers=IN_FRAME)["Location"]
    mend = guest.get(booked, headers=IN_FRAME).context["address_url"]
    plain = booked.partition("?")[0]
    assert guest.get(f"{plain}?embed=1&made=booked", headers=IN_FRAME).context["address_url"] == ""
    assert guest.get(f"{plain}/address?embed=1&mine=x", headers=IN_FRAME).status_code == 302

    form = main_form(guest.get(mend, headers=IN_FRAME).content.decode())
    answer = guest.post(mend, dict(form.fields) | {"email": "right@guest.example"}, headers=IN_FRAME)

    assert answer.status_code == 302
    booker = Booking.objects.get().booker
    assert booker.email == "right@guest.example"
    shown = guest.get(answer["Location"], headers=IN_FRAME)
    assert (shown.status_code, framed_by(shown)) == (200, SITE)
    assert guest.cookies == {}


def test_days_are_listed_in_place_of_a_month_where_a_frame_asks(guest, page):
    shown = guest.get("/alice/intro?embed=1&layout=list&zone=Europe/Berlin", headers=IN_FRAME)
    slots, html = shown.context["slots"], shown.content.decode()

    assert len(slots.listed) == 5
    assert '<table class="month"' not in html
    assert html.count("<h3") == 5
    assert "data-next" not in html  # one that is opened by itself has no day which pick.js could name
    later = guest.get(slots.more_url, headers=IN_FRAME | {"HX-Request": "true"}).context["slots"]
    assert later.listed[0][0] > slots.listed[-1][0]
    assert "layout=list" in slots.listed[0][2][0].url
    assert guest.get("/alice/intro?layout=list").context["slots"].listed == []
