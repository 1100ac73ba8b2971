"""Whose a booking is, in lists, agenda and files; and the bookings of one host among everybody's."""

from datetime import timedelta

import pytest
from django.test import Client

from timetuna.accounts.models import Membership, Team
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import BookingHost
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import guests, put, rows_of, shown
from timetuna.pages.models import PageHost

HOUR = timedelta(hours=1)


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    """Return alice's page, which bob and cleo host too."""
    page = make_page(alice)
    for position, host in enumerate((bob, cleo), start=1):
        PageHost.objects.create(page=page, host=host, position=position)
    return page


def meet(page, lead, *others, hour=0, **more):
    booking = put(lead, tomorrow() + hour * HOUR, page=page, **more)
    for host in others:
        start = minute_of(booking.start_at)
        BookingHost.objects.create(booking=booking, host=host, start_minute=start, end_minute=start + 30)
    return booking


def seen(user):
    client = Client()
    client.force_login(user)
    return client


def hosts_of(answer):
    return {line.guest: line.hosts for day in answer.context["days"] for line in day.lines}


@pytest.fixture
def three(page, alice, bob, cleo):
    """Return a meeting of alice's, one of bob's, and one of all three."""
    meet(page, alice, name="Ann")
    meet(page, bob, hour=1, name="Ben")
    return meet(page, bob, alice, cleo, hour=2, name="Cat")


def test_who_hosts_it_besides_is_told_the_lead_first(alice, bob, three):
    assert hosts_of(seen(alice).get("/bookings")) == {
        "Ann": "",
        "Cat": "Bob Teammate, Alice Host and Cleo Third",
    }
    day = tomorrow().date().isoformat()
    agenda = seen(bob).get(f"/bookings/agenda?view=day&date={day}")
    assert hosts_of(agenda) == {"Ben": "", "Cat": "Bob Teammate, Alice Host and Cleo Third"}
    assert "Bob Teammate, Alice Host and Cleo Third" in shown(agenda)


def test_many_hosts_are_cut_short(alice, bob, cleo, page):
    more = [make_host(f"host{number}", f"Host {number}") for number in range(3)]
    meet(page, alice, bob, cleo, *more, name="Ann")

    assert hosts_of(seen(alice).get("/bookings")) == {
        "Ann": "Alice Host, Bob Teammate, Cleo Third and 3 others"
    }


def test_the_files_name_them_all(alice, three):
    rows = rows_of(seen(alice).get("/bookings/export.csv"))
    history = seen(alice).get(f"/bookings/{three.pk}/history.json").json()

    assert [row["Hosts"] for row in rows] == ["Alice Host", "Bob Teammate, Alice Host, Cleo Third"]
    assert history["hosts"] == ["Bob Teammate", "Alice Host", "Cleo Third"]


def test_whoever_runs_the_page_finds_the_bookings_of_one_host(alice, bob, cleo, three):
    client = seen(alice)
    everybody = client.get("/bookings?of=all")
    assert guests(everybody) == ["Ann", "Ben", "Cat"]
    for host in (alice, bob, cleo):
        assert f'<option value="{host.pk}" >{host.name}</option>' in shown(everybody)

    of_cleo = client.get(f"/bookings?of={cleo.pk}")
    assert guests(of_cleo) == ["Cat"]
    assert "hosted by <bdi>Cleo Third</bdi>" in shown(of_cleo)
    assert f'<option value="{cleo.pk}" selected>' in shown(of_cleo)
    assert f"/bookings?show=past&amp;of={cleo.pk}" in of_cleo.content.decode()

    day = tomorrow().date().isoformat()
    agenda = client.get(f"/bookings/agenda?date={day}&of={bob.pk}")
    assert guests(agenda) == ["Ben", "Cat"]
    assert f"of={bob.pk}" in agenda.context["ways"].steps.after
    assert [row["Guest"] for row in rows_of(client.get(f"/bookings/export.csv?of={bob.pk}"))] == [
        "Ben",
        "Cat",
    ]


def test_an_empty_list_of_one_host_leads_back_to_everybodys(alice, cleo, page):
    answer = seen(alice).get(f"/bookings?of={cleo.pk}")

    assert "Nothing found among what is coming up" in shown(answer)
    assert "/bookings?show=upcoming&amp;of=all" in answer.content.decode()


def test_a_member_of_the_team_finds_them_too_and_who_has_left_stays(alice, bob, page, three):
    team, member = Team.objects.create(name="Sales", handle="sales"), make_host("member", "Member")
    Membership.objects.create(team=team, user=member)
    page.team = team
    page.save()
    page.page_hosts.filter(host=bob).update(active=False)

    assert guests(seen(member).get(f"/bookings?of={bob.pk}")) == ["Ben", "Cat"]


def test_who_sees_only_their_own_cannot_ask_for_anybody_elses(alice, bob, charlie, three):
    for asked in (alice.pk, bob.pk, 999_999, "x"):
        assert guests(seen(charlie).get(f"/bookings?of={asked}")) == []
        assert guests(seen(bob).get(f"/bookings?of={asked}")) == ["Ben", "Cat"]
    answer = shown(seen(bob).get(f"/bookings?of={alice.pk}"))
    assert "search-host" not in answer


def test_names_of_hosts_cost_one_query_however_many(alice, bob, cleo, page, django_assert_max_num_queries):
    client = seen(alice)
    for number in range(12):
        meet(page, alice, *([bob, cleo] if number % 2 else []), hour=number)

    with django_assert_max_num_queries(16):
        client.get("/bookings?of=all")
    with django_assert_max_num_queries(16):
        client.get(f"/bookings/agenda?of={bob.pk}")


def test_an_empty_list_has_the_address_of_a_page_that_they_host_and_of_no_other(page, bob):
    page.team = Team.objects.create(name="Sales", handle="sales")
    page.save()
    member = make_host("member", "Member")
    Membership.objects.create(team=page.team, user=member, role="member")

    assert seen(bob).get("/bookings").context["share"].endswith("/sales/intro")
    assert seen(member).get("/bookings").context["share"] == ""
