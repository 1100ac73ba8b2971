"""What the address of a page brings along: suggestions, where guests come from, and where they go on to."""

import pytest
from django.test import Client

from tests.forms import main_form
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.models import Answer, Booking, BookingOrigin
from timetuna.bookings.tests.asked import ask
from timetuna.bookings.tests.conftest import make_page, work_off
from timetuna.bookings.tests.diary import now, rows_of, shown
from timetuna.bookings.tests.test_questions import form_address
from timetuna.lib.urls import may_lead_to, website_of

pytestmark = [pytest.mark.django_db, pytest.mark.either]


@pytest.fixture
def page(alice):
    return make_page(alice, kinds=(("phone", ""),))


def filled(client, query, path=None):
    form = client.get(f"{path or form_address()}&{query}").context["form"]
    return {bound.name: bound.value() for bound in form.visible_fields() if bound.value()}


def carried(client, query, **headers):
    """Walk from the page's month to its form by the links there, and send what a browser would."""
    month = client.get(f"/alice/intro?{query}", headers=headers)
    url = month.context["slots"].times[0].url
    form = client.get(url, headers={"Referer": "http://testserver/alice/intro"})
    data = {bound.name: bound.value() or "" for bound in form.context["form"]}
    data |= {"visit": form.context["visit"], "from": form.context["came"]}
    return data | {"name": "Sam", "email": "sam@guest.example", "phone": "+49 30 123456"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            "name=Zo%C3%AB&email=zoe@acme.example&phone=%2B4930123456&notes=Hello%0AYou&guests=a@x.example,b@y.example",
            {"name": "Zoë", "email": "zoe@acme.example", "phone": "+4930123456", "notes": "Hello\nYou",
             "guests": "a@x.example,b@y.example"},
        ),
        ("first_name=Ada&last_name=Lovelace", {"name": "Ada Lovelace"}),
        ("a1=Acme&a2=more+than+10", {"q.line": "Acme", "q.one": "many"}),
        ("guest=a@x.example&guest=b@y.example", {"guests": "a@x.example\nb@y.example"}),
        ("attendeePhoneNumber=%2B4930123456", {"phone": "+4930123456"}),
        ("q.line=Acme&q.one=few&q.many=few,More+than+10&q.yes=1", {
            "q.line": "Acme", "q.one": "few", "q.many": ["few", "many"], "q.yes": True}),
        ("q.consent=1&q.one=none&q.many=none&q.unknown=1", {}),
        ("name=%00%E2%80%AESam%0D%0ABcc:+x", {"name": "Sam Bcc: x"}),
        ("email=no-address", {"email": "no-address"}),
    ],
)  # fmt: skip
def test_it_is_shown_as_if_it_had_been_typed(client, page, query, found):
    for kind in ("line", "one", "many", "yes", "consent"):
        ask(page, kind)

    assert filled(client, query) == found


def test_what_is_prefilled_is_judged_as_typed(client, page):
    ask(page, "number", required=True)
    answer = client.get(f"{form_address()}&q.number=many&email=nowhere")
    data = {bound.name: bound.value() or "" for bound in answer.context["form"]}

    sent = client.post("/alice/intro/book", data | {"name": "Sam", "phone": "+49 30 123456"})

    assert set(sent.context["form"].errors) == {"q.number", "email"}


def test_where_a_guest_came_from_is_carried_kept_shown_and_forgotten(client, alice, page):
    ask(page, key="plan", label="Plan", hidden=True)
    ask(page, "number", key="seats", hidden=True)
    query = (
        "utm_source=news&utm_medium=mail&utm_campaign=spring&utm_term=t&utm_content=c&q.plan=pro&q.seats=lots"
        "&metadata.crm=42&metadata[order]=A-7"
    )

    data = carried(client, query, Referer="https://shop.example/secret?token=1")
    assert client.post("/alice/intro/book", data).status_code == 302
    work_off()

    booking, origin = Booking.objects.get(), BookingOrigin.objects.get()
    assert (origin.utm_source, origin.utm_content) == ("news", "c")
    assert origin.referrer == "https://shop.example"
    assert origin.metadata == {"crm": "42", "order": "A-7"}
    assert [one.key for one in Answer.objects.all()] == ["plan"], "what is no number is left out"
    client.force_login(alice)
    text = shown(client.get(f"/bookings/{booking.pk}"))
    assert "https://shop.example" in text
    assert "Sent by the site" in text
    [row] = rows_of(client.get("/bookings/export.csv"))
    assert (row["utm_campaign"], row["referrer"], row["metadata"]) == (
        "spring", "https://shop.example", "crm: 42, order: A-7",
    )  # fmt: skip
    assert client.get(f"/bookings/{booking.pk}/history.json").json()["origin"]["utm_source"] == "news"
    client.post(f"/bookings/{booking.pk}/cancel", {"note": ""})
    erase(booking.pk, actor="host", now=now())
    assert not BookingOrigin.objects.exists()
    assert not Answer.objects.exists()


def test_own_pages_are_nowhere_to_come_from_and_nothing_known_is_no_row(client, page):
    data = carried(client, "", Referer="http://localhost:8000/alice")

    assert client.post("/alice/intro/book", data).status_code == 302

    assert not BookingOrigin.objects.exists()


def test_it_stays_on_every_way_to_the_form(client, page):
    """Turning the month, another clock, the list of pages, the zone without scripts, and back from the form."""
    query = "utm_source=news&q.line=Acme"

    month = client.get(f"/alice/intro?{query}")
    form = client.get(month.context["slots"].times[0].url)
    listed = client.get(f"/alice?{query}")

    picker = month.context["slots"]
    urls = [
        picker.month.next_url,
        picker.clocks[0].url,
        form.context["back_url"],
        listed.context["offers"][0].url,
    ]
    assert [url for url in urls if not url.endswith("utm_source=news&q.line=Acme")] == []
    assert ("utm_source", "news") in picker.state


def test_it_has_bounds(client, page):
    many = "&".join(f"metadata.k{number}={'v' * 300}" for number in range(30))

    data = carried(client, f"utm_source={'x' * 900}&{many}&q.line={'y' * 5000}")
    client.post("/alice/intro/book", data)

    origin = BookingOrigin.objects.get()
    assert len(origin.utm_source) == 200
    assert len(origin.metadata) == 10
    assert max(map(len, origin.metadata.values())) == 200
    assert len(data["from"]) <= 3_000
    assert client.post("/alice/intro/book", data | {"from": "&" * 9_000}).status_code in {302, 400, 409}


def lead_on(
    page, url="https://shop.example/thanks?a=1#top", websites="https://shop.example\nhttps://b.example"
):
    page.redirect_url, page.redirect_origins = url, websites
    page.save()


def test_a_guest_is_led_on_with_the_id_and_nothing_else(client, page):
    lead_on(page)

    answer = client.post("/alice/intro/book", carried(client, "name=Sam"))
    onward = client.get(answer["Location"])

    booking = Booking.objects.get()
    assert answer["Location"].endswith("/onward")
    text = onward.content.decode()
    target = f"https://shop.example/thanks?a=1&amp;booking={booking.public_id}#top"
    assert f'content="0; url={target}"' in text
    assert f'href="{target}"' in text
    assert "You are being taken to" in text
    assert onward["Referrer-Policy"] == "same-origin"
    assert client.get(onward.context["booked_url"]).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("https://b.example/x", "https://b.example/x?booking="),
        ("https://evil.example/", "https://shop.example/thanks?booking="),
        ("https://shop.example@evil.example/", "https://shop.example/thanks?booking="),
        ("https://shop.example\\@evil.example/", "https://shop.example/thanks?booking="),
        ("http://b.example/", "https://shop.example/thanks?booking="),
        ("//evil.example", "https://shop.example/thanks?booking="),
        ("javascript:alert(1)", "https://shop.example/thanks?booking="),
        ("https://b.example:444/", "https://shop.example/thanks?booking="),
    ],
)
def test_a_link_may_ask_for_a_listed_website_alone(client, page, wanted, leads):
    lead_on(page, "https://shop.example/thanks")
    data = carried(client, "") | {"from": f"redirect={wanted}"}

    answer = client.post("/alice/intro/book", data)

    onward = client.get(answer["Location"])
    assert onward.context["url"].startswith(leads)
    assert "evil" not in onward.context["url"]


def test_without_a_listed_website_nobody_is_led_anywhere(client, page):
    lead_on(page, "https://shop.example/thanks", "")

    answer = client.post(
        "/alice/intro/book", carried(client, "") | {"from": "redirect=https://shop.example/"}
    )

    assert "onward" not in answer["Location"]
    off = client.get(f"{answer['Location']}/onward?redirect=https://shop.example/")
    assert (off.status_code, off["Location"]) == (302, answer["Location"])


def test_the_host_lists_websites_on_the_form(client, alice, page):
    client.force_login(alice)
    path = f"/booking-pages/{page.pk}/guests"

    def save(**changes):
        return client.post(path, dict(main_form(client.get(path).content.decode()).with_values(**changes)))

    refused = save(redirect_url="https://shop.example/thanks", redirect_origins="http://shop.example")
    assert set(refused.context["form"].errors) == {"redirect_origins"}
    refused = save(redirect_url="https://shop.example/thanks", redirect_origins="other.example")
    assert "Name https://shop.example among" in str(refused.context["form"].errors["redirect_url"])
    saved = save(
        redirect_url="https://shop.example/thanks", redirect_origins="shop.example\nhttps://Shop.example/x"
    )
    assert saved.status_code == 302
    page.refresh_from_db()
    assert page.redirect_origins == "https://shop.example"


def test_websites():
    assert website_of("https://Shop.Example:443/a?b") == "https://shop.example"
    assert website_of("http://shop.example:8080") == "http://shop.example:8080"
    for text in (
        "",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://a b",
        "https://[",
        "data:x",
        "https://é/",
    ):
        assert website_of(text) == "", text
    assert not may_lead_to("https://shop.example\n/", ["https://shop.example"])


def test_a_client_without_anything_gets_the_page_as_before(page):
    assert "from=" not in Client().get("/alice/intro").content.decode()
