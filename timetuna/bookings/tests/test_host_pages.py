"""A host's own address lists what they offer to everybody."""

import pytest
from allauth.account.models import EmailAddress

from timetuna.accounts.actions.change_profile import change_profile
from timetuna.bookings.tests.conftest import make_page
from timetuna.pages.models import BookingPage, MeetingType

pytestmark = pytest.mark.django_db
NOINDEX = '<meta name="robots" content="noindex">'


def offered(answer):
    return [(offer.title, offer.lasts, offer.url) for offer in answer.context["offers"]]


def test_the_list_has_titles_lengths_and_links(client, alice, charlie):
    make_page(alice, lengths=(30, 60))
    BookingPage.objects.filter(slug="intro").update(title="Workshop")
    make_page(alice, slug="call")
    make_page(charlie, slug="other")

    answer = client.get("/alice")

    assert offered(answer) == [
        ("Intro call", "30 minutes", "/alice/call"),
        ("Workshop", "30 minutes or 60 minutes", "/alice/intro"),
    ]
    assert "Alice Host" in answer.content.decode()
    assert answer.content.decode().count("<h1>") == 1


def test_any_case_and_a_slash_lead_to_it(client, page):
    assert offered(client.get("/ALICE")) == offered(client.get("/alice"))
    assert client.get("/alice/?lang=de")["Location"] == "/alice?lang=de"


def test_it_is_german_for_germans(client, page):
    text = client.get("/alice", headers={"Accept-Language": "de"}).content.decode()

    assert "Was möchten Sie buchen?" in text
    assert "30 Minuten" in text


def test_what_is_not_listed_or_cannot_be_booked_is_not_there(client, alice, page):
    BookingPage.objects.filter(pk=make_page(alice, slug="secret").pk).update(listed=False)
    MeetingType.objects.filter(page=make_page(alice, slug="unready")).update(enabled=False)

    assert [url for _, _, url in offered(client.get("/alice"))] == ["/alice/intro"]
    assert client.get("/alice/secret").status_code == 200


@pytest.mark.parametrize("why", ["nothing listed", "not verified", "switched off"])
def test_who_lists_nothing_is_not_told_from_nobody(client, alice, page, why, django_assert_num_queries):
    if why == "nothing listed":
        BookingPage.objects.update(listed=False)
    elif why == "not verified":
        EmailAddress.objects.update(verified=False)
    else:
        alice.is_active = False
        alice.save()
    client.get("/nobody")

    with django_assert_num_queries(4):
        unknown = client.get("/nobody")
    with django_assert_num_queries(4):
        answer = client.get("/alice")

    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.content == unknown.content


def test_a_former_handle_leads_on(client, alice, page):
    change_profile(alice, name="Alice Host", handle="alicia", time_zone="Europe/Berlin")

    answer = client.get("/alice?lang=de")

    assert (answer.status_code, answer["Location"]) == (302, "/alicia?lang=de")
    BookingPage.objects.update(listed=False)
    assert client.get("/alice").status_code == 404


def test_search_engines_may_show_listed_pages_and_no_others(client, alice, page):
    BookingPage.objects.filter(pk=make_page(alice, slug="secret").pk).update(listed=False)

    def hidden(address):
        return NOINDEX in client.get(address).content.decode()

    assert [hidden(address) for address in ("/alice", "/alice/intro")] == [False, False]
    assert [hidden(address) for address in ("/alice?lang=de&a=b", "/alice/intro?month=2026-12")] == [
        True,
        True,
    ]
    assert hidden("/alice/secret")


def test_many_pages_cost_as_many_queries_as_two(client, alice, page, django_assert_max_num_queries):
    for number in range(8):
        make_page(alice, slug=f"page{number}")

    with django_assert_max_num_queries(12):
        assert len(offered(client.get("/alice"))) == 9


def test_what_hosts_write_is_text(client, page):
    BookingPage.objects.update(title="<b>Call</b>", description="<script>alert(1)</script>")

    text = client.get("/alice").content.decode()

    assert "<b>Call" not in text
    assert "<script>alert" not in text
