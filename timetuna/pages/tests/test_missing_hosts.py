"""Pages that offer no times for want of hosts say whom they lack, and what can be done."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, staff
from timetuna.bookings.tests.diary import shown
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.missing_hosts import missed_on, missing_hosts
from timetuna.pages.models import FOR_GOOD
from timetuna.pages.queries import page_settings


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    return staff(make_page(alice), "any", bob, cleo)


def said(page, reader):
    page.refresh_from_db()
    return [lack.text for lack in missed_on(page, reader, now=present())]


def offers(page):
    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=present())
    first = minute_of(present())
    return bool(offered(query, span=(first, first + 3 * 1_440)))


def test_a_page_with_hosts_enough_says_nothing(page, alice):
    assert (said(page, alice), offers(page)) == ([], True)


def test_nobody_takes_turns(page, alice):
    page.page_hosts.update(part="optional")
    assert said(page, alice) == ["Offers no times: nobody takes turns."]

    invite_cohost(page, email="eve@example.org", by=alice)
    assert said(page, alice) == [
        "Offers no times: nobody takes turns, and eve@example.org has not answered your invitation yet."
    ]
    assert not offers(page)


def test_fewer_take_turns_than_come(page, alice, bob, cleo):
    page.page_hosts.exclude(host=alice).update(part="optional")
    staff(page, "any", rotating_count=2)

    assert said(page, alice) == ["Offers no times: 2 come to each meeting, and only 1 host takes turns."]
    assert not offers(page)


def test_all_who_take_turns_are_away(page, alice, bob, cleo):
    page.page_hosts.filter(host=alice).update(weight=0)
    page.page_hosts.filter(host=bob).update(paused_until=FOR_GOOD)
    cleo.calendar_accounts.all().delete()

    (text,) = said(page, alice)
    assert text == (
        "Offers no times: nobody who takes turns can be booked; you are paused by a weight of 0, "
        "Bob Teammate is paused until further notice, Cleo Third has no calendar connected."
    )
    assert not offers(page)

    give_calendar(cleo)
    assert (said(page, alice), offers(page)) == ([], True)
    staff(page, "any", rotating_count=2)
    assert said(page, alice)[0].startswith("Offers no times: only 1 of 2 can be booked; you are paused")
    assert not offers(page)


def test_none_has_a_calendar(page, alice, bob, cleo):
    for host in (alice, bob, cleo):
        host.calendar_accounts.all().delete()

    (text,) = said(page, alice)
    assert text == (
        "Offers no times: nobody who takes turns can be booked; you have no calendar connected, "
        "Bob Teammate and Cleo Third have no calendar connected."
    )
    assert not offers(page)


def test_who_always_has_to_be_there_cannot(page, alice, bob, cleo):
    staff(page, "all")
    bob.is_active = False
    bob.save()
    calendar = cleo.calendar_accounts.get().calendars.get()
    calendar.read_at = calendar.tried_at = present() - timedelta(days=30)
    calendar.save()
    page.page_hosts.filter(host=alice).update(paused_until=present().date() + timedelta(days=400))

    texts = said(page, alice)

    assert texts[0].startswith("Offers no times while you are paused until ")
    assert texts[1:] == [
        "Offers no times without Bob Teammate, who is switched off.",
        "Offers no times without Cleo Third, who has a calendar that needs reconnecting.",
    ]
    assert not offers(page)


def test_nobody_has_to_be_there(page, alice):
    page.page_hosts.update(part="optional")
    staff(page, "all")

    assert said(page, alice) == ["Offers no times: nobody has to be there."]
    assert not offers(page)


def test_a_page_of_one_host_has_other_reasons(page, alice):
    page.page_hosts.update(paused_until=FOR_GOOD)
    staff(page, "solo")

    assert (said(page, alice), offers(page)) == ([], True)


def test_an_owner_alone_on_a_page_for_several_may_do_without_calendars(page, alice, bob, cleo):
    page.page_hosts.exclude(host=alice).update(active=False)
    alice.calendar_accounts.all().delete()

    assert (said(page, alice), offers(page)) == ([], True)
    client = Client()
    client.force_login(alice)
    assert "Offers no times" not in shown(client.get(f"/booking-pages/{page.pk}/booking"))


def test_it_stands_in_the_editor_and_in_the_list_of_who_runs_the_page(page, alice, bob):
    page.page_hosts.update(paused_until=FOR_GOOD)
    seen = {}
    for person in (alice, bob):
        client = Client()
        client.force_login(person)
        seen[person.handle] = [
            shown(client.get(path)) for path in ("/booking-pages", f"/booking-pages/{page.pk}/booking")
        ]

    for text in seen["alice"]:
        assert "nobody who takes turns can be booked; you are paused until further notice, Bob" in text
        assert f'<a href="/booking-pages/{page.pk}/booking#cohosts">Add a cohost</a>' in text
    for text in seen["bob"]:
        assert "nobody who takes turns" not in text


def test_many_pages_cost_as_many_queries_as_one(page, alice, bob, cleo, django_assert_num_queries):
    pages = [page.pk]
    with django_assert_num_queries(6):
        missing_hosts(pages, alice, now=present())
    more = [staff(make_page(alice, slug=f"page{number}"), "any", bob, cleo) for number in range(4)]
    pages += [one.pk for one in more]
    with django_assert_num_queries(6):
        missing_hosts(pages, alice, now=present())


def test_pages_of_one_host_cost_one_query(alice, django_assert_num_queries):
    page = make_page(alice)
    with django_assert_num_queries(1):
        assert missing_hosts([page.pk], alice, now=present()) == {}
