"""Why this host? What a booking says of those who could have taken it, and to whom."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.availability.shares import WHOLE, Candidate, ShareRule, deal
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.turns import deal_turns, turns_for, undo_turns, write_turns
from timetuna.bookings.models import Attendee, Booking, BookingHost, Turn
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.status.turns import _reasoning, of_a_meeting, why_host
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, order, staff, tomorrow
from timetuna.bookings.tests.diary import put, shown
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.l10n.datetimes import UTC_ZONE
from timetuna.pages.models import FOR_GOOD, PageHost


@pytest.fixture
def people(alice):
    return {
        "ada": alice,
        **{name.lower(): make_host(name.lower(), name) for name in ("Bob", "Cleo")},
    }


@pytest.fixture
def page(alice, people):
    """Return a page of which ada, bob and cleo take turns."""
    alice.name = "Ada"
    alice.save()
    page = make_page(alice)
    for place, name in enumerate(("bob", "cleo"), start=1):
        PageHost.objects.create(page=page, host=people[name], position=place)
    return page


@pytest.fixture
def booking(page):
    page.staffing = "any"
    page.save()
    booking = put(page.host, tomorrow(), page=page, created_at=present())
    booking.booking_hosts.update(part="rotating")
    return booking


def owe(page, **parts):
    """Set what each is owed, in parts of a meeting."""
    for name, part in parts.items():
        page.page_hosts.filter(host__name=name.capitalize()).update(balance=round(part * WHOLE))


def dealt(booking, people, *names, now=None, named=(), **how):
    ids, asked = [people[name].pk for name in names], [people[name].pk for name in named]
    booking.page.refresh_from_db()
    found = deal_turns(booking.page, ids, now=now or present(), named=asked, **how)
    write_turns(booking, found, named=asked, now=now or present())
    return said(booking, people)


def said(booking, people):
    found = why_host(booking, reader_of(people["ada"], present()))
    return list(found.now.sentences)


def test_the_largest_balance_is_told_and_who_was_busy_without_a_reason(page, booking, people):
    owe(page, ada=0.3, bob=-0.2)

    assert dealt(booking, people, "ada", "bob") == [
        "Ada was owed most: 0.8 of a meeting, before Bob with 0.3.",
        "Cleo could not take it.",
    ]


def test_who_owes_is_told_so(page, booking, people):
    owe(page, ada=-0.9, bob=-1.3)
    assert dealt(booking, people, "ada", "bob")[0] == "Ada owed least: 0.4 of a meeting; Bob owed 0.8."

    undo_turns(booking)
    owe(page, ada=-0.2, bob=-1.3)
    later = present() + timedelta(minutes=1)
    assert dealt(booking, people, "ada", "bob", now=later)[0] == (
        "Ada was owed most: 0.3 of a meeting; Bob owed 0.8."
    )


def test_numbers_have_the_digits_that_tell_them_apart(page, booking, people):
    owe(page, ada=0.1234, bob=0.1231)

    assert dealt(booking, people, "ada", "bob")[0] == (
        "Ada was owed most: 0.6234 of a meeting, before Bob with 0.6231."
    )


def test_among_equals_the_last_turn_is_told_then_the_order_of_the_page(page, booking, people):
    assert dealt(booking, people, "ada", "bob")[:2] == [
        "Ada and Bob were owed as much: 0.5 of a meeting.",
        "Ada stands before Bob on the page.",
    ]
    undo_turns(booking)
    page.page_hosts.filter(host=people["ada"]).update(last_turn_at=present())
    later = present() + timedelta(minutes=1)
    assert dealt(booking, people, "ada", "bob", now=later)[1] == "Bob had not had a turn yet."

    undo_turns(booking)
    page.page_hosts.filter(host=people["bob"]).update(last_turn_at=present() - timedelta(days=1))
    page.page_hosts.filter(host=people["ada"]).update(last_turn_at=present())
    later = present() + timedelta(minutes=2)
    assert dealt(booking, people, "ada", "bob", now=later)[1] == "Bob’s last turn was longer ago."


def test_several_who_come_are_told_together(page, booking, people):
    owe(page, ada=0.3, bob=0.6)

    assert dealt(booking, people, "ada", "bob", "cleo", count=2) == [
        "Bob and Ada were owed most: 1.27 and 0.97 of a meeting, before Cleo with 0.67."
    ]


def test_priority_goes_first(page, booking, people):
    page.page_hosts.filter(host=people["bob"]).update(tier=2)
    page.page_hosts.filter(host=people["cleo"]).update(tier=3)

    assert dealt(booking, people, "ada", "bob", "cleo", count=2) == [
        "Ada and Bob come first by priority: 1 and 2, before Cleo with 3."
    ]


def test_the_fewest_of_the_month_are_told_with_weights_where_they_differ(page, booking, people):
    page.share_rule = "fewest"
    page.save()
    for number in range(3):
        made = put(page.host, tomorrow(hour=12 + number), page=page)
        dealt(made, people, "ada")

    assert dealt(booking, people, "bob", "ada") == [
        "Bob had taken the fewest meetings that month: 0, before Ada with 3.",
        "Cleo could not take it.",
    ]
    undo_turns(booking)
    page.page_hosts.filter(host=people["cleo"]).update(weight=50)
    later = present() + timedelta(minutes=1)
    assert dealt(booking, people, "cleo", "ada", now=later)[0] == (
        "Cleo had taken the fewest meetings that month for their weight: 0 at weight 50, "
        "before Ada with 3 at weight 100."
    )


def test_who_was_asked_for_led_or_got_it_handed(page, booking, people):
    owe(page, ada=0.5)
    assert dealt(booking, people, "ada", "bob", named=["bob"]) == [
        "Sam Guest asked for Bob.",
        "Cleo could not take it.",
    ]
    undo_turns(booking)
    later = present() + timedelta(minutes=1)
    led = dealt(booking, people, "ada", "bob", leaders=[people["bob"].pk], now=later)
    assert led[0] == "Those whose turn it was could not make the link of the meeting; Bob could."

    undo_turns(booking)
    turns_for(booking, chosen=[people["cleo"].pk], now=present() + timedelta(minutes=2))
    found = why_host(booking, reader_of(people["ada"], present()))
    assert list(found.now.sentences) == ["The meeting was handed to Cleo."]
    assert [one.sentences[0] for one in found.earlier] == [led[0], "Sam Guest asked for Bob."]
    assert found.earlier[1].when == "When it was booked"


def test_who_was_alone_or_paused_is_told(page, booking, people):
    today = present().date()
    page.page_hosts.filter(host=people["bob"]).update(weight=0)
    page.page_hosts.filter(host=people["cleo"]).update(paused_until=FOR_GOOD)
    assert dealt(booking, people, "ada") == ["Only Ada was free.", "Bob and Cleo were paused."]

    undo_turns(booking)
    page.page_hosts.filter(host=people["bob"]).delete()
    page.page_hosts.filter(host=people["cleo"]).update(part="optional", paused_until=today)
    later = present() + timedelta(minutes=1)
    assert dealt(booking, people, "ada", now=later) == ["Nobody else takes turns on this page."]


def test_those_who_are_always_there_are_told(page, booking, people):
    row = booking.booking_hosts.get()
    booking.booking_hosts.update(part="required")
    BookingHost.objects.create(
        booking=booking,
        host=people["cleo"],
        part="optional",
        start_minute=row.start_minute,
        end_minute=row.end_minute,
    )
    assert said(booking, people) == ["Ada is always there.", "Cleo joins when free, and was."]

    page.staffing = "all"
    page.save()
    booking.page.refresh_from_db()
    assert said(booking, people)[0] == "Everybody who hosts this page comes to each meeting: Ada."


def test_what_became_of_the_turn_is_told(page, booking, people):
    dealt(booking, people, "ada", "bob")
    cancel(booking.pk, actor="host", note_text="", now=present())
    booking.refresh_from_db()
    assert said(booking, people)[-1] == "The turn counts all the same, because a host called the meeting off."

    undo_turns(booking)
    assert said(booking, people)[-1] == "This turn was given back: it counts for nobody."


def test_a_page_of_one_host_has_nothing_to_tell(client, alice, page, booking, people):
    page.staffing = "solo"
    page.save()
    client.force_login(alice)

    assert client.get(f"/bookings/{booking.pk}").context["why_host"] is None
    assert "Why this host?" not in client.get(f"/bookings/{booking.pk}").content.decode()


def test_it_stands_on_the_booking_for_all_who_host_it_those_who_have_left_the_page_too(
    client, alice, page, booking, people
):
    owe(page, ada=0.3, bob=-0.2)
    row = booking.booking_hosts.get()
    for name in ("bob", "cleo"):
        BookingHost.objects.create(
            booking=booking,
            host=people[name],
            part="rotating",
            start_minute=row.start_minute,
            end_minute=row.end_minute,
        )
    page.page_hosts.filter(host=people["cleo"]).update(active=False)
    dealt(booking, people, "ada", "bob")

    seen = {}
    for name, person in people.items():
        client.force_login(person)
        seen[name] = client.get(f"/bookings/{booking.pk}").content.decode()

    for text in seen.values():
        assert "Ada was owed most: 0.8 of a meeting, before Bob with 0.3." in text
        assert "Share of this one" in text
    assert ["Balances of all hosts" in seen[name] for name in people] == [True, True, False]


NAMES = ("Ada", "Bob", "Cleo", "Dan")
CANDIDATES = st.tuples(
    st.integers(1, 300),
    st.integers(1, 2),
    st.integers(-3, 3),
    st.none() | st.integers(1, 3),
    st.integers(0, 4),
)


@pytest.mark.either
@given(
    st.lists(CANDIDATES, min_size=1, max_size=4),
    st.integers(1, 4),
    st.sampled_from(ShareRule),
    st.none() | st.sets(st.integers(0, 3), min_size=1),
)
def test_whatever_was_dealt_can_be_told(drawn, count, rule, leaders):
    """Who took it is told, and before whoever did not."""
    able = [
        Candidate(
            host=number,
            weight=weight,
            tier=tier,
            balance=thirds * WHOLE // 3,
            last_turn=None if days is None else present() - timedelta(days=days),
            position=number,
            taken=taken,
        )
        for number, (weight, tier, thirds, days, taken) in enumerate(drawn)
    ]
    if leaders is not None and not leaders & {one.host for one in able}:
        return
    found = deal(able, count=min(count, len(able)), rule=rule, leaders=leaders)

    text = told(found, able, rule)

    took = [NAMES[host] for host in found.chosen]
    others = [name for name in NAMES if name in text and name not in took]
    if len(drawn) == 1:
        assert text in ("Nobody else takes turns on this page.", "")
    else:
        assert all(name in text for name in took)
        assert all(text.index(took[0]) < text.index(name) for name in others)


def told(found, able, rule):
    """What a booking would say of it, without a database."""
    booking = Booking(created_at=present())
    booking.booker = Attendee(name="Sam Guest")
    turns = [
        Turn(
            page_host=PageHost(host=User(pk=share.host + 1, name=NAMES[share.host])),
            credit=share.credit,
            debit=share.debit,
            rule="leads" if share.host == found.leader else rule,
            balance_before=share.compared,
            weight=able[share.host].weight,
            tier=able[share.host].tier,
            last_before=able[share.host].last_turn,
            at=present(),
        )
        for share in found.shares
    ]
    return " ".join(_reasoning(turns, booking, Reader(host_id=1, zone=UTC_ZONE, now=present())).sentences)


@pytest.mark.either
def test_parts_of_a_meeting_are_written_short():
    parts = [0, 1, -4, 800_000, -1_250_000, 333_333, WHOLE]

    assert [of_a_meeting(part) for part in parts] == ["0", "0", "0", "0.8", "\N{MINUS SIGN}1.25", "0.33", "1"]


def test_a_guest_books_and_the_hosts_read_why(client, alice):
    """From the guest's order on: one cannot, the other two are equals, and the ledger has it."""
    bob, cleo = make_host("bob", "Bob"), make_host("cleo", "Cleo")
    page = staff(make_page(alice), "any", bob, cleo)
    start = minute_of(tomorrow())
    give_calendar(bob, (start, start + 60))

    booking = book(order(page), now=present())

    client.force_login(booking.host)
    text = shown(client.get(f"/bookings/{booking.pk}"))
    assert "Alice Host and Cleo were owed as much: 0.5 of a meeting." in text
    assert "Alice Host stands before Cleo on the page. Bob could not take it." in text
    assert "Calendar of Bob" not in text
    lines = client.get(f"/booking-pages/{page.pk}/shares").context["shares"].lines
    assert {line.name: line.balance for line in lines} == {
        "Alice Host": "Owes 0.5",
        "Bob": "Even",
        "Cleo": "Owed 0.5",
    }
