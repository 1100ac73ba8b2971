"""What stands between whoever asks for codes and the bill for the texts: layer by layer, and pumping."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.bookings.models import NumberCode
from timetuna.bookings.proofs import layers, text_code
from timetuna.bookings.proofs.layers import Row, stopped
from timetuna.bookings.proofs.numbers import number_hash, prefix_hash
from timetuna.bookings.tests.conftest import work_off
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters", "verified")]


def client(number):
    """Somebody at an address of their own, of 254 in each network around it."""
    return Client(f"{number}", f"network {number}", "", f"wide {number // 254}")


def ask(page, number, *, who=1, at=timedelta()):
    """Ask for a code; whether a text was let go."""
    now = present() + at
    asked = text_code.NumberAsked(key=f"form of {who} {number}", number=number, email=f"g{who}@guest.example")
    with time_machine.travel(now, tick=False):
        text_code.ask(asked, page_settings(page.pk), client=client(who), hold="", now=now)
    newest = NumberCode.objects.order_by("-pk").first()
    return newest is not None and newest.way == "text" and newest.number_hash == number_hash(number)


def numbers(prefix, count):
    return [f"{prefix}{line:04}" for line in range(count)]


def type_code(number):
    NumberCode.objects.filter(number_hash=number_hash(number)).update(used_at=present())


def test_one_number_gets_three_in_ten_minutes(page):
    got = [ask(page, "+4915123456789", who=n) for n in range(4)]

    assert got == [True, True, True, False]
    assert ask(page, "+4915123456789", who=9, at=timedelta(minutes=11))


def test_one_prefix_gets_five_an_hour(page):
    assert sum(ask(page, number, who=n) for n, number in enumerate(numbers("+491512345", 9))) == 5


def test_one_network_asks_for_ten_an_hour(page):
    assert sum(ask(page, f"+49151{n:04}0000") for n in range(14)) == 10
    assert ask(page, "+4915199990000", who=2)


def test_one_page_sends_thirty_an_hour_and_another_goes_on(page, alice):
    from timetuna.bookings.tests.conftest import make_page  # noqa: PLC0415

    assert sum(ask(page, f"+49151{n:04}0000", who=n) for n in range(40)) == 30
    assert ask(make_page(alice, slug="other"), "+4915199990000", who=999)


def test_the_day_has_an_end_and_mails_serve_then(page, settings, letters):
    settings.SMS_DAILY_LIMIT = 8

    sent = [ask(page, f"+49151{n:04}0000", who=n) for n in range(10)]
    work_off()

    assert sent == [True] * 8 + [False] * 2
    assert {letter["to"] for letter in letters} == {"g8@guest.example", "g9@guest.example"}


def test_a_part_of_the_day_is_kept_for_prefixes_to_which_none_has_gone(page, settings):
    settings.SMS_DAILY_LIMIT = 10
    for n in range(8):
        assert ask(page, f"+49151{n:04}0000", who=n)

    assert not ask(page, "+4915100000001", who=20)
    assert ask(page, "+4917000000000", who=21)


def test_a_refusal_spends_nothing(page):
    for n in range(8):
        ask(page, "+4915123456789", who=n)

    assert ask(page, "+4915123456780", who=20)
    assert NumberCode.objects.filter(way="text").count() == 4


@pytest.mark.parametrize(("typed", "goes_on"), [(0, False), (1, True)])
def test_a_prefix_that_confirms_too_little_is_stopped_for_a_day(page, typed, goes_on):
    mine = numbers("+491512345", 6)
    for n, number in enumerate(mine[:5]):
        ask(page, number, who=n)
    for number in mine[:typed]:
        type_code(number)

    assert ask(page, mine[5], who=10, at=timedelta(hours=2)) is goes_on
    assert ask(page, "+4915199990000", who=11, at=timedelta(hours=2))
    assert ask(page, mine[5], who=12, at=timedelta(hours=27))


def rows(count, *, prefix="", network="", typed=False, minutes=30):
    at = present() - timedelta(minutes=minutes)
    return [Row(prefix or f"prefix {n}", network or f"network {n}", at, typed) for n in range(count)]


def test_prefixes_and_networks_are_stopped_before_all():
    found = stopped([*rows(30, prefix="bad"), *rows(30, network="worse"), *rows(20, typed=True)], present())

    assert (found.prefixes, found.networks, found.all) == (frozenset({"bad"}), frozenset({"worse"}), False)


@pytest.mark.parametrize(
    ("sent", "stops"),
    [
        ([{"count": 20}], True),
        ([{"count": 19}], False),
        ([{"count": 16}, {"count": 4, "typed": True}], False),
        ([{"count": 17}, {"count": 3, "typed": True}], True),
        ([{"count": 20, "minutes": 2}], False),
        ([{"count": 20, "minutes": 90}], False),
    ],
)
def test_all_texts_stop_when_fewer_than_one_in_five_is_typed_within_an_hour(sent, stops):
    with time_machine.travel(present(), tick=False):
        assert stopped([row for one in sent for row in rows(**one)], present()).all is stops


def test_the_operator_is_told_once(page, letters):
    User.objects.create_user("boss@host.example", "correct horse battery", name="Boss", handle="boss")
    User.objects.filter(handle="boss").update(is_superuser=True)
    for n in range(20):
        ask(page, f"+49151{n:04}0000", who=n)

    refused = [ask(page, f"+49151{n:04}0001", who=50 + n, at=timedelta(minutes=10)) for n in range(3)]
    fresh = ask(page, "+4917000000000", who=70, at=timedelta(minutes=10))
    with time_machine.travel(present() + timedelta(minutes=11), tick=False):
        work_off()

    assert refused == [False] * 3
    assert fresh, "a number unlike those before still gets its text"
    told = [one for one in letters if "Texts with codes have stopped" in one["subject"]]
    assert [one["to"] for one in told] == ["boss@host.example"]


def test_keys_that_are_wrong_are_told_once(page, phones, letters):
    phones.fault("sms_keys", times=2)
    ask(page, "+4915100000000", who=1)
    ask(page, "+4915200000000", who=2)
    work_off()

    assert sum("Texts cannot be sent" in one["subject"] for one in letters) == 1
    assert not NumberCode.objects.filter(way="text").exists()


def pump(page, *, requests, addresses, count, prefixes, guests):
    """Ask for codes by the thousand; after every tenth part a guest of their own asks for one. Return who got one."""
    bought = [f"+49151{n % prefixes:04}{n // prefixes:04}" for n in range(count)]
    got = []
    for n in range(requests):
        ask(page, bought[n % count], who=n % addresses, at=timedelta(milliseconds=50 * n))
        if (n + 1) % (requests // guests) == 0:
            real = f"+49170{len(got):04}5678"
            got.append(ask(page, real, who=addresses + len(got), at=timedelta(milliseconds=50 * n)))
            type_code(real)
    return got


def check_pumping(page, settings, **how):
    got = pump(page, **how)

    sent = NumberCode.objects.filter(way="text")
    assert all(got), "a guest in between gets theirs"
    assert sent.count() <= 30 < settings.SMS_DAILY_LIMIT, "an hour of one page"
    by_prefix = {row.prefix_hash: sent.filter(prefix_hash=row.prefix_hash).count() for row in sent}
    assert max(by_prefix.values()) <= 5
    assert len(by_prefix) <= how["prefixes"] + how["guests"]


def test_pumping(page, settings):
    check_pumping(page, settings, requests=300, addresses=60, count=150, prefixes=12, guests=5)


@pytest.mark.matrix(of="race")
def test_pumping_by_the_thousand(page, settings):
    check_pumping(page, settings, requests=10_000, addresses=2_000, count=5_000, prefixes=12, guests=6)


def test_a_network_whose_counts_cannot_be_read_sends_no_text(page, monkeypatch):
    from timetuna.rate_limits import limits  # noqa: PLC0415
    from timetuna.rate_limits.store import StoreAway  # noqa: PLC0415

    class Away:
        def add(self, *_, **__):
            raise StoreAway

        read = take_back = add

    monkeypatch.setattr(limits, "store", Away)

    with pytest.raises(StoreAway):
        ask(page, "+4915123456789")
    assert not NumberCode.objects.exists()


def test_hashes_tell_prefixes_apart():
    one, same, other = map(prefix_hash, ("+4915123456789", "+4915123450000", "+4915123466789"))

    assert one == same != other
    assert number_hash("+4915123456789") != number_hash("+4915123456780")
    assert spend(layers.TO_PREFIX, one) == 0
