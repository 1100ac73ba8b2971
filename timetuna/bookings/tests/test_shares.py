"""Fair shares: the ledger of a page as its hosts see it."""

import csv
import io
from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.availability.shares import WHOLE
from timetuna.bookings.actions.turns import deal_turns, undo_turns, write_turns
from timetuna.bookings.models import Booking, Turn
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import put, shown
from timetuna.pages.models import PageHost


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def page(alice, bob):
    page = make_page(alice)
    page.staffing = "any"
    page.save()
    PageHost.objects.create(page=page, host=bob, position=1)
    return page


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def meet(page, *able, days=1):
    """Deal one of the page's meetings, so many days ago, to those who were free."""
    booking = put(page.host, tomorrow() + timedelta(hours=Booking.objects.count()), page=page)
    at = present() - timedelta(days=days)
    write_turns(booking, deal_turns(page, [host.pk for host in able], now=at), now=at)
    return booking


def ledger(client, page, query=""):
    found = client.get(f"/booking-pages/{page.pk}/shares{query}").context["shares"]
    return found, {line.name: line for line in found.lines}


def test_balances_meetings_and_fair_shares_stand_beside_each_other(client, page, alice, bob):
    meet(page, alice, bob, days=3)
    meet(page, alice, days=2)

    found, lines = ledger(client, page)

    assert [(line.name, line.balance, line.taken, line.fair) for line in found.lines] == [
        ("Bob Teammate", "Owed 0.5", 0, "0.5"),
        ("Alice Host", "Owes 0.5", 2, "1.5"),
    ]
    assert (found.balance, found.taken, found.fair) == ("0", 2, "2")
    assert lines["Bob Teammate"].last == ""


def test_the_line_begins_where_it_stood_and_ends_with_the_balance(client, page, alice, bob):
    meet(page, alice, bob, days=60)
    meet(page, alice, bob, days=20)
    meet(page, alice, bob, days=10)

    _, lines = ledger(client, page, "?days=30")

    amounts = [text for _, text in lines["Alice Host"].samples]
    assert (amounts[0], amounts[-1]) == ("\N{MINUS SIGN}0.5", "\N{MINUS SIGN}0.5")
    assert "0" in amounts
    assert (lines["Alice Host"].taken, lines["Bob Teammate"].taken) == (1, 1)


def test_what_was_given_back_counts_as_if_it_had_never_been(client, page, alice, bob):
    meet(page, alice, bob, days=5)
    undo_turns(meet(page, alice, bob, days=4))

    found, lines = ledger(client, page)

    assert found.taken == 1
    assert {text for _, text in lines["Bob Teammate"].samples[1:]} == {"0.5"}


def test_who_has_left_is_one_grey_line_and_kept_in_the_sum(client, page, alice, bob):
    carol, dan = make_host("carol", "Carol"), make_host("dan", "Dan")
    for host in (carol, dan):
        PageHost.objects.create(page=page, host=host)
        meet(page, host, alice)
    page.page_hosts.filter(host__in=[carol, dan]).update(active=False)

    found, _ = ledger(client, page)

    former = found.lines[-1]
    assert (former.name, former.members, former.color) == ("Former hosts", "Carol and Dan", 0)
    assert found.balance == "0"
    assert len(found.lines) == 3


def test_the_fewest_of_the_month_are_counted(client, page, alice, bob):
    page.share_rule = "fewest"
    page.save()
    meet(page, alice, bob, days=40)
    for _ in range(2):
        meet(page, alice, days=0)

    answer = client.get(f"/booking-pages/{page.pk}/shares")

    lines = answer.context["shares"].lines
    assert [(line.name, line.month, line.taken) for line in lines] == [
        ("Bob Teammate", 0, 0),
        ("Alice Host", 2, 3),
    ]
    assert [text for _, text in lines[1].samples][-1] == "3"
    assert "This month" in shown(answer)
    assert "Fair share" not in shown(answer).replace("Fair shares", "")


def test_many_hosts_have_a_plot_each(client, page, alice, bob):
    for number in range(20):
        PageHost.objects.create(page=page, host=make_host(f"host{number}", f"Host {number}"))
    meet(page, alice, bob)

    answer = client.get(f"/booking-pages/{page.pk}/shares")

    assert answer.context["shares"].is_apart
    assert shown(answer).count('class="plot plot-small"') == 22


def test_who_takes_no_turns_is_told_apart(client, page, alice, bob):
    meet(page, alice, bob)
    page.page_hosts.filter(host=bob).update(paused_until=present().date() + timedelta(days=1))
    carol = make_host("carol", "Carol")
    PageHost.objects.create(page=page, host=carol, part="required")
    PageHost.objects.create(page=page, host=make_host("dan", "Dan"), part="optional")

    found, lines = ledger(client, page)

    assert lines["Bob Teammate"].note == "Paused"
    assert list(found.others) == ["Carol is always there.", "Dan joins if free."]
    page.page_hosts.filter(host=bob).update(part="optional")
    assert ledger(client, page)[1]["Bob Teammate"].note == "Takes no turns"


def test_an_empty_ledger_says_how_it_begins(client, page, alice):
    text = shown(client.get(f"/booking-pages/{page.pk}/shares"))
    assert "Nothing has been shared out yet" in text
    assert '<svg class="plot' not in text

    page.staffing = "solo"
    page.save()
    text = shown(client.get(f"/booking-pages/{page.pk}/shares"))
    assert "Nothing has been shared out yet" in text
    assert "It begins once the page’s hosts take turns" in text


def test_the_file_has_a_row_for_each_host_and_meeting(client, page, alice, bob):
    alice.name = "=cmd()"
    alice.save()
    booking = meet(page, alice, bob)
    undo_turns(booking)
    meet(page, bob)

    answer = client.get(f"/booking-pages/{page.pk}/shares.csv")

    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Host"], row["How"], row["Share"], row["Took it"], row["Given back"]) for row in rows] == [
        ("'=cmd()", "Fair shares", "0.5", "yes", "yes"),
        ("Bob Teammate", "Fair shares", "0.5", "", "yes"),
        ("Bob Teammate", "Fair shares", "1.0", "yes", ""),
        ("'=cmd()", "Busy", "0.0", "", ""),
    ]
    assert rows[0]["Meeting"] == str(booking.pk)
    assert "sam@guest.example" not in text
    assert all(cell.startswith('"') for cell in text.splitlines()[1].split(","))


def test_everybody_who_may_see_the_page_may_see_it(client, page, alice, bob, charlie):
    team = Team.objects.create(name="Sales", handle="sales")
    member, former = make_host("member", "Member"), make_host("former", "Former")
    Membership.objects.create(team=team, user=member)
    page.team = team
    page.save()
    PageHost.objects.create(page=page, host=former, active=False)

    seen = {}
    for person in (alice, bob, member, former, charlie):
        client.force_login(person)
        for path in ("shares", "shares.csv"):
            seen.setdefault(person.handle, []).append(
                client.get(f"/booking-pages/{page.pk}/{path}").status_code
            )

    assert seen == {
        "alice": [200, 200],
        "bob": [200, 200],
        "member": [200, 200],
        "former": [404, 404],
        "charlie": [404, 404],
    }


def test_it_needs_as_many_queries_for_much_as_for_little(client, page, alice, bob, django_assert_num_queries):
    meet(page, alice, bob)
    with django_assert_num_queries(7):
        client.get(f"/booking-pages/{page.pk}/shares")
    for number in range(5):
        PageHost.objects.create(page=page, host=make_host(f"host{number}", f"Host {number}"))
        meet(page, alice, bob)
    with django_assert_num_queries(7):
        client.get(f"/booking-pages/{page.pk}/shares")


def test_the_sum_is_what_the_rows_say(client, page, alice, bob):
    for days in range(9):
        meet(page, alice, bob, days=days)

    changes = sum(turn.credit - turn.debit for turn in Turn.objects.all())
    assert changes == sum(page.page_hosts.values_list("balance", flat=True)) == 0
    assert ledger(client, page)[0].fair == "9"
    assert sum(turn.debit for turn in Turn.objects.all()) == 9 * WHOLE
