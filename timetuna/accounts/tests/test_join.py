"""The page behind an invitation's link: for who is signed in, for who is not yet, and once it is too late."""

import re
from http import HTTPStatus

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.accounts.actions.set_active import set_active
from timetuna.accounts.invitations import LASTS, take_back
from timetuna.accounts.models import Membership, TeamInvitation, User
from timetuna.accounts.permissions import role_in
from timetuna.accounts.tests.conftest import PASSWORD, is_signed_in, mails, sign_in, sign_up, signed_in
from timetuna.accounts.tests.teams import invited, make_team, people, token_of


@pytest.fixture
def team(alice):
    return make_team(alice)


@pytest.fixture
def link(alice, team):
    """Invite charlie; return the path of the link."""
    return invited(team, alice, "charlie@example.org")


@pytest.fixture
def as_charlie(charlie):
    return signed_in(charlie.email)


def text(answer):
    return " ".join(re.sub("<[^>]+>", "", answer.content.decode()).split())


def join(client, link, account="charlie@example.org", **more):
    return client.post(link, {"answer": "yes", "account": account}, **more)


def test_who_was_invited_reads_who_asks_and_joins(as_charlie, charlie, team, link):
    page = text(as_charlie.get(link))
    assert "Alice Host (alice@example.org) invites you to join the team Sales." in page
    assert "As a member you see and edit its booking pages." in page
    assert "You are signed in as" not in page
    assert people(team) == {"alice": "owner"}

    answer = join(as_charlie, link, follow=True)

    assert answer.redirect_chain == [(f"/settings/team/{team.pk}", HTTPStatus.FOUND)]
    assert "You are in the team Sales now." in text(answer)
    assert people(team) == {"alice": "owner", "charlie": "member"}


def test_another_account_says_that_it_means_to(bob, team, link):
    as_bob = signed_in(bob.email)

    page = text(as_bob.get(link))
    assert "This invitation was sent to charlie@example.org. You are signed in as bob@example.org." in page
    assert "Join as bob@example.org" in page

    join(as_bob, link, bob.email)
    assert people(team) == {"alice": "owner", "bob": "member"}


def test_who_signed_in_as_somebody_else_meanwhile_is_asked_again(bob, charlie, team, link):
    answer = join(signed_in(bob.email), link, charlie.email)

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "You are signed in with another account by now." in text(answer)
    assert people(team) == {"alice": "owner"}


@pytest.mark.parametrize(
    "data", [{}, {"answer": "yes"}, {"answer": "maybe", "account": "charlie@example.org"}]
)
def test_a_form_that_did_not_arrive_whole_answers_nothing(as_charlie, team, link, data):
    as_charlie.post(link, data)

    assert people(team) == {"alice": "owner"}
    assert TeamInvitation.objects.get().answered_at is None


def test_who_is_not_signed_in_is_led_there_and_back(browser, charlie, team, link):
    page = browser.get(link)
    way = page.context["sign_in"]
    assert way == f"/signin?next={link.replace('/', '%2F')}&email=charlie%40example.org"
    assert 'value="charlie@example.org"' in browser.get(way).content.decode()

    answer = browser.post(way, {"login": charlie.email, "password": "wrong", "next": link})
    assert f'name="next" value="{link}"' in answer.content.decode()
    answer = sign_in(browser, charlie.email, next=link)

    assert answer["Location"] == link
    assert people(team) == {"alice": "owner"}
    join(browser, link)
    assert people(team) == {"alice": "owner", "charlie": "member"}


def test_yes_without_being_signed_in_leads_to_signing_in(browser, team, link):
    assert join(browser, link)["Location"] == f"/signin?next={link}"
    assert people(team) == {"alice": "owner"}


@pytest.mark.parametrize("same", [True, False])
def test_who_has_no_account_makes_one_and_comes_back(alice, browser, team, same):
    link = invited(team, alice)
    way = browser.get(link).context["sign_up"]
    form = browser.get(way)
    assert form.context["form"]["email"].value() == "dora@example.org"
    refused = browser.post(
        way, {"name": "Dora", "email": "dora@example.org", "password1": "short", "next": link}
    )
    assert refused.context["form"]["name"].value() == "Dora"
    assert f'name="next" value="{link}"' in refused.content.decode()

    sign_up(browser, next=link)
    confirm = mails()[-1].path
    assert people(team) == {"alice": "owner"}
    other = browser if same else Client()
    answer = other.post(confirm, {} if same else {"password": PASSWORD})

    assert answer["Location"] == link
    assert is_signed_in(other, "dora@example.org")
    assert people(team) == {"alice": "owner"}
    join(other, link, "dora@example.org")
    assert role_in(User.objects.get(email="dora@example.org"), team) == "member"


def test_who_forgot_that_they_have_an_account_is_led_back_by_its_mail(browser, charlie, link):
    sign_up(browser, email=charlie.email, next=link)

    way = mails()[-1].path
    page = Client().get(way).content.decode()
    assert way.startswith("/signin?next=")
    assert f'name="next" value="{link}"' in page


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "javascript:1"])
def test_a_confirmed_address_leads_nowhere_else(browser, onward):
    sign_up(browser, next=onward)

    path = mails()[0].path
    assert "next" not in path
    answer = Client().post(f"{path}?next={onward}", {"password": PASSWORD})
    assert answer["Location"] == "/booking-pages"


def test_nobody_signs_up_where_that_is_closed(browser, settings, link):
    settings.SIGNUP_OPEN = False

    assert browser.get(link).context["sign_up"] == ""


def test_who_declines_needs_no_account(browser, team, link):
    answer = browser.post(link, {"answer": "no"})

    assert "You have declined" in text(answer)
    assert TeamInvitation.objects.get().accepted is False
    assert browser.get(link).status_code == HTTPStatus.GONE


def test_it_works_once(as_charlie, bob, browser, link, team):
    join(as_charlie, link)

    answer = browser.get(link)
    assert answer.status_code == HTTPStatus.GONE
    assert "This invitation has been answered" in text(answer)
    assert join(signed_in(bob.email), link, bob.email).status_code == HTTPStatus.GONE
    assert people(team) == {"alice": "owner", "charlie": "member"}
    assert as_charlie.get(link)["Location"] == f"/settings/team/{team.pk}"
    assert join(as_charlie, link)["Location"] == f"/settings/team/{team.pk}"


def test_it_says_that_it_expired(browser, link):
    with time_machine.travel(present() + LASTS * 1.1):
        answer = browser.get(link)

    assert answer.status_code == HTTPStatus.GONE
    assert "This invitation has expired" in text(answer)


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "%ED%B3%BF", "ä", "'; DROP TABLE"])
def test_it_says_that_there_is_none(browser, link, token):
    take_back(TeamInvitation.objects.get())

    for path in (link, f"/invite/{token}"):
        answer = browser.get(path)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "This invitation is no longer there" in text(answer)


def test_who_is_in_the_team_leaves_others_invitations_alone(as_alice, team, link):
    page = text(as_alice.get(link))

    assert "You take part already, as alice@example.org." in page
    assert "was sent to charlie@example.org and stays open" in page
    assert "Join as" not in page


def test_who_was_invited_by_an_account_that_is_gone_reads_that_it_was_an_owner(browser, alice, link):
    TeamInvitation.objects.update(invited_by=None)

    assert "An owner of the team invites you to join the team Sales." in text(browser.get(link))


def test_who_is_switched_off_cannot_join(charlie, as_charlie, team, link):
    set_active(charlie, active=False)

    assert join(as_charlie, link)["Location"].startswith("/signin")
    assert people(team) == {"alice": "owner"}


def test_the_link_stays_a_secret(as_charlie, browser, caplog, link, team):
    token = token_of(link)
    answers = [
        browser.get(link),
        as_charlie.get(link),
        join(as_charlie, link),
        browser.get(link),
        browser.get("/invite/x"),
    ]

    for answer in answers:
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert token not in caplog.text
    assert "/invite/<str:token>" in caplog.text


def test_hostile_names_are_text(alice, browser, team, link):
    team.name = "<b>Sales</b>"
    team.save()

    page = browser.get(link).content.decode()

    assert "<b>Sales" not in page
    assert "&lt;b&gt;Sales" in page


def test_a_team_that_is_gone_has_no_invitations(alice, browser, charlie, team, link):
    team.invitations.all().delete()

    assert browser.get(link).status_code == HTTPStatus.NOT_FOUND
    assert Membership.objects.count() == 1
