"""A page in a mail and on a website: times that lead to the form, and what is pasted."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import main_form
from timetuna.bookings.actions.book import book
from timetuna.bookings.slots.selection import read_start
from timetuna.bookings.tests.conftest import order
from timetuna.bookings.tests.diary import now
from timetuna.bookings.tests.test_sharing import own, path  # noqa: F401 - a fixture
from timetuna.pages.actions.make_links import LinkFor, LinkRules, make_links
from timetuna.pages.links import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.either]
HREF = re.compile(r'<li><a href="([^"]+)">')


def test_three_times_for_a_mail_each_lead_to_the_form_in_the_guests_zone_and_language(own, page):  # noqa: F811
    shown = own.get(path(page, "/times?zone=America/New_York&language=de"))
    mail = shown.context["mail"]
    addresses = [unescape(one) for one in HREF.findall(mail.html)]

    assert shown.status_code == 200
    assert "New York" in mail.text
    assert "Passt Ihnen" in mail.text
    assert len(addresses) == 3
    assert all(one in mail.text for one in addresses)
    for one in addresses:
        parts = urlsplit(one)
        form = Client().get(f"{parts.path}?{parts.query}", headers={"Sec-Purpose": "prefetch"})
        assert form.status_code == 200
        assert form.context["time"].begins in mail.text
        assert '<html lang="de"' in form.content.decode()


def test_times_that_are_ticked_and_still_free_are_written(own, page):  # noqa: F811
    ticks = [one.value for day in own.get(path(page, "/times?zone=UTC")).context["days"] for one in day.times]
    taken, free = ticks[4], ticks[9]
    start = read_start(taken)
    book(order(page, type(now()).fromtimestamp(start * 60, tz=now().tzinfo)), now=now())

    shown = own.get(path(page, f"/times?zone=UTC&at={taken}&at={free}&at=nonsense"))

    assert len(HREF.findall(shown.context["mail"].html)) == 1
    assert f"start={free.replace(':', '%3A')}" in shown.context["mail"].text.replace(":", "%3A")
    assert "not free any more" in shown.content.decode()


def test_times_can_lead_through_a_link_and_a_page_for_links_alone_has_no_others(own, page):  # noqa: F811
    (link,) = make_links(page, [LinkFor(label="Kim")], LinkRules(lengths=[50]), by=page.host, now=present())
    page.link_only = True
    page.save()

    mail = own.get(path(page, "/times")).context["mail"]

    assert mail.text.count(f"link={token_of(link)}") == 4
    assert own.get(path(page, "/times?zone=Nowhere")).status_code == 422
    assert own.get(path(page, "/times?by=999&duration=1&language=xx")).status_code == 200


def test_an_address_that_books_nothing_is_offered_for_no_signature_and_no_poster(own, page):  # noqa: F811
    before = own.get(path(page)).content.decode()
    page.link_only = True
    page.save()

    after = own.get(path(page)).content.decode()

    assert "Mail signature" in before
    assert "QR code" in before
    assert "Mail signature" not in after
    assert "QR code" not in after
    assert "Create a link" in after


def test_a_website_is_added_once_and_what_is_pasted_follows_the_choices(own, page):  # noqa: F811
    url = path(page, "/website")

    def add(website):
        form = main_form(own.get(url).content.decode())
        return own.post(url, dict(form.with_values(website=website)))

    refused = [add(one).status_code for one in ("http://evil.example", "javascript:alert(1)", "")]
    added = [
        add(one).status_code
        for one in ("example.org/page?x=1", "https://EXAMPLE.org", "http://localhost:3000")
    ]
    page.refresh_from_db()
    query = "mode=button&corner=top-left&theme=dark&accent=%23aa2255&text=%3Cb%3EBook"
    chosen = own.get(f"{url}?{query}").context
    plain = own.get(f"{url}?mode=x&theme=x&accent=x").context["snippet"]

    assert refused == [422, 422, 422]
    assert added == [302, 302, 302]
    assert page.embed_origins.split() == ["https://example.org", "http://localhost:3000"]
    assert page.activity.filter(deed="page_changed").count() == 2
    for part in ('data-timetuna="button"', 'data-corner="top-left"', 'data-theme="dark"', "&lt;b&gt;Book"):
        assert part in chosen["snippet"]
    assert plain.startswith(f'<a href="{page.address()}" data-timetuna="inline">Book a time</a>')


@pytest.mark.parametrize("origins", ["", "https://example.org", "*"])
def test_the_preview_is_framed_by_ourselves_alone(own, page, origins):  # noqa: F811
    page.embed_origins = origins
    page.save()

    shown = own.get(path(page, "/website/preview?theme=dark&accent=aa2255&x=1"))

    assert shown.status_code == 200
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
