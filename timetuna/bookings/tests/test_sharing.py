"""The tab Share: links are made, listed, copied and taken back; the QR code leads to the page."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.clock import present
from tests.forms import main_form
from timetuna.bookings.tests.asked import ask
from timetuna.bookings.tests.conftest import make_page
from timetuna.lib.qr import qr_png, qr_svg
from timetuna.pages.actions.make_links import LinkFor, LinkRules, make_links
from timetuna.pages.links import address_of
from timetuna.pages.models import BookingLink

pytestmark = [pytest.mark.django_db, pytest.mark.either]


@pytest.fixture
def own(client, alice):
    client.force_login(alice)
    return client


def path(page, rest=""):
    return f"/booking-pages/{page.pk}/share{rest}"


def send(client, url, **values):
    form = main_form(client.get(url).content.decode())
    return client.post(url, dict(form.with_values(**values)))


def test_a_link_for_one_person_is_made_and_shown_to_be_copied(own, page):
    question = ask(page, "line")
    consent = ask(page, "consent")
    day = present().date() + timedelta(days=20)

    made = send(
        own,
        path(page, "/links/new"),
        name="Zoë Acme",
        email="zoe@acme.example",
        **{f"q.{question.key}": "Gold"},
        expires=day.isoformat(),
        other_length="45",
        first=day.isoformat(),
        last=(day + timedelta(days=3)).isoformat(),
    )
    link = BookingLink.objects.get()
    shown = own.get(made["Location"]).content.decode()

    assert made.status_code == 302
    assert (link.label, link.uses, link.gives_back, link.lengths) == (
        "Zoë Acme, zoe@acme.example",
        1,
        True,
        [45],
    )
    assert link.prefill == {"name": "Zoë Acme", "email": "zoe@acme.example", f"q.{question.key}": "Gold"}
    assert (
        f"{link.expires_at.astimezone(ZoneInfo(page.schedule.time_zone)):%F %R}"
        == f"{day + timedelta(days=1)} 00:00"
    )
    assert (link.first, link.last, link.made_by) == (day, day + timedelta(days=3), page.host)
    assert f"q.{consent.key}" not in own.get(path(page, "/links/new")).content.decode()
    assert address_of(link, page) in shown
    assert "The link is ready" in shown


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"email": "nobody"}, "mail address"),
        ({"uses": "times"}, "Enter how many times."),
        ({"uses": "times", "times": "1"}, "from 2 to 1000"),
        ({"expires": "2001-01-01"}, "This day is over."),
        ({"first": "2090-02-02"}, "Enter the last day, too."),
        ({"first": "2090-02-02", "last": "2090-02-01"}, "This is before the first day."),
        ({"other_length": "4"}, "from 5 to 480"),
        ({"lengths": "31"}, "Tick lengths from the list."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(own, page, values, sentence):
    answer = send(own, path(page, "/links/new"), label="Renewal", **values)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Renewal"' in answer.content.decode()
    assert not BookingLink.objects.exists()


def test_each_address_that_is_pasted_gets_a_link_and_all_can_be_taken_away(own, page):
    pasted = '"Miller, Zoë" <zoe@acme.example>\nkim@acme.example, =cmd@acme.example\nKIM@acme.example'

    made = send(own, path(page, "/links/many"), addresses=pasted, uses="any")
    shown = own.get(made["Location"]).content.decode()
    file = own.get(path(page, "/links.csv") + "?" + made["Location"].partition("?")[2])
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))

    links = {one.label: one for one in BookingLink.objects.all()}
    assert [*links] == ["=cmd@acme.example", "kim@acme.example", "Miller, Zoë, zoe@acme.example"]
    assert links["kim@acme.example"].prefill == {"email": "kim@acme.example"}
    assert {one.uses for one in links.values()} == {None}
    assert "3 links are ready" in shown
    assert [row[0] for row in rows[1:]] == [
        "Miller, Zoë, zoe@acme.example",
        "kim@acme.example",
        "'=cmd@acme.example",
    ]
    assert rows[1][1] == address_of(links["Miller, Zoë, zoe@acme.example"], page)


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("", "Paste the addresses"),
        ("kim@acme.example\nno address", "“no address” is no email address"),
        ("\n".join(f"guest{number}@acme.example" for number in range(101)), "These are 101 addresses."),
    ],
)
def test_addresses_that_cannot_be_used_make_no_link_at_all(own, page, pasted, sentence):
    answer = send(own, path(page, "/links/many"), addresses=pasted)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not BookingLink.objects.exists()


def test_a_link_is_taken_back_and_that_is_undone(own, page):
    (link,) = make_links(page, [LinkFor(label="Kim")], LinkRules(), by=page.host, now=present())
    end = path(page, f"/links/{link.pk}/end")

    own.post(end)
    taken = own.get(path(page, "/links")).content.decode()
    own.post(end, {"again": "1"})
    back = own.get(path(page, "/links")).content.decode()

    assert "Taken back" in taken
    assert address_of(link, page) not in taken
    assert "Taken back" not in back
    assert address_of(link, page) in back


def test_many_links_are_searched_paged_and_read_in_as_many_queries(own, page):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            own.get(path(page, "/links"))
        return len(seen)

    make_links(page, [LinkFor(label="Kim")], LinkRules(), by=page.host, now=present())
    few = queries()
    people = [LinkFor(label=f"Guest {number}") for number in range(60)]
    make_links(page, people, LinkRules(), by=page.host, now=present())
    first, found = own.get(path(page, "/links")), own.get(path(page, "/links?q=guest+59"))

    assert queries() == few
    assert len(first.context["lines"]) == 50
    assert "Page 1 of 2" in first.content.decode()
    assert [one.label for one in found.context["lines"]] == ["Guest 59"]


def test_links_of_another_page_are_not_shown(own, page, alice):
    other = make_page(alice, slug="other")
    (link,) = make_links(other, [LinkFor(label="Secret")], LinkRules(), by=alice, now=present())

    assert "Secret" not in own.get(path(page, f"/links?made={link.pk}-{link.pk}")).content.decode()
    assert "Secret" not in own.get(path(page, f"/links.csv?made={link.pk}-{link.pk}")).content.decode()
    assert own.post(path(page, f"/links/{link.pk}/end")).status_code == 404


def test_the_qr_code_is_the_same_as_drawing_and_as_picture(own, page):
    drawing, picture = own.get(path(page, "/qr.svg")), own.get(path(page, "/qr.png"))
    image = Image.open(io.BytesIO(picture.content)).convert("1")
    modules = int(re.search(r'viewBox="0 0 (\d+) ', drawing.content.decode())[1])

    assert drawing["Content-Type"] == "image/svg+xml"
    assert (picture.content, drawing.content.decode()) == (
        qr_png(page.address(), pixels=1_000),
        qr_svg(page.address()),
    )
    assert image.width == image.height >= 1_000
    assert image.width % modules == 0
    assert image.getpixel((0, 0)) == 255
    assert own.get(path(page, "/qr.gif")).status_code == 404
