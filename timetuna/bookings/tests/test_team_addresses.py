"""A team's pages stand below the team's address, and lead on from all they had before."""

import pytest
from allauth.account.models import EmailAddress

from timetuna.accounts.models import FormerHandle, Team
from timetuna.bookings.tests.conftest import make_page
from timetuna.pages.models import BookingPage, FormerSlug
from timetuna.pages.prefetch import row_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice):
    return Team.objects.create(name="Sales", handle="sales-team")


@pytest.fixture
def shared(alice, team):
    page = make_page(alice)
    page.team = team
    page.save()
    return page


def way_from(client, address):
    answer = client.get(address)
    return answer["Location"] if answer.status_code == 302 else answer.status_code


def offered(answer):
    return [offer.url for offer in answer.context["offers"]]


def test_the_page_is_at_the_teams_address_alone(client, shared):
    assert client.get("/sales-team/intro").context["path"] == "/sales-team/intro"
    assert client.get("/SALES-TEAM/INTRO").status_code == 200
    assert client.get("/api/pages/sales-team/intro/times?month=2027-07").status_code == 200
    assert client.get("/sales-team/intro/book").status_code != 404
    assert client.get("/alice/intro").status_code == 404
    assert shared.address() == "http://localhost:8000/sales-team/intro"


@pytest.mark.vendor
def test_it_is_read_by_one_statement_like_a_hosts(alice, shared, django_assert_num_queries):
    own = make_page(alice)

    with django_assert_num_queries(1):
        page = row_at("sales-team", "intro")
        assert (page, page.team.name, page.handle()) == (shared, "Sales", "sales-team")
    with django_assert_num_queries(1):
        page = row_at("alice", "intro")
        assert (page, page.team, page.handle()) == (own, None, "alice")


def test_the_team_and_its_people_list_what_is_theirs(client, alice, charlie, shared):
    make_page(alice, slug="call")
    theirs = make_page(charlie, slug="demo")
    BookingPage.objects.filter(pk=theirs.pk).update(team=shared.team)

    answer = client.get("/sales-team")

    assert offered(answer) == ["/sales-team/intro", "/sales-team/demo"]
    assert "Sales" in answer.content.decode()
    assert offered(client.get("/alice")) == ["/alice/call"]
    assert client.get("/charlie").status_code == 404


@pytest.mark.parametrize("why", ["not verified", "switched off"])
def test_a_page_whose_owner_cannot_be_booked_is_not_there(client, alice, shared, why):
    if why == "not verified":
        EmailAddress.objects.filter(user=alice).update(verified=False)
    else:
        alice.is_active = False
        alice.save()

    assert client.get("/sales-team").status_code == 404
    answer = client.get("/sales-team/intro")
    assert answer.status_code == 404
    assert ("takes no bookings" in answer.content.decode()) == (why == "switched off")


def test_a_team_without_pages_is_not_told_from_nobody(client, team, django_assert_num_queries):
    with django_assert_num_queries(4):
        unknown = client.get("/nobody-here")
    with django_assert_num_queries(4):
        answer = client.get("/sales-team")

    assert (answer.status_code, answer.content) == (404, unknown.content)


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/sellers", "/sales-team"),
        ("/sellers/intro?lang=de", "/sales-team/intro?lang=de"),
        ("/sellers/hello/book?start=x", "/sales-team/intro/book?start=x"),
        ("/sales-team/hello", "/sales-team/intro"),
        ("/alice/intro", "/sales-team/intro"),
        ("/api/pages/Sellers/intro/times", "/api/pages/sales-team/intro/times"),
    ],
)
def test_former_addresses_lead_on(client, alice, shared, address, leads_to):
    FormerHandle.objects.create(handle="sellers", team=shared.team)
    FormerSlug.objects.create(team=shared.team, slug="hello", page=shared)
    FormerSlug.objects.create(host=alice, slug="intro", page=shared)

    assert way_from(client, address) == leads_to
