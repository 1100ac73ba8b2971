"""Whom guests of a page with several hosts meet: they read it, and may choose where the page lets them."""

import re
from datetime import timedelta

import pytest

from timetuna.accounts.models import Membership, Team
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, staff, tomorrow
from timetuna.bookings.tests.holding import send, token_of, visit_of
from timetuna.pages.models import FOR_GOOD

pytestmark = [pytest.mark.django_db, pytest.mark.either]
ZONE = "zone=Europe/Berlin"


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    return staff(make_page(alice), "any", bob, cleo, guests_choose=True)


def look(client, path="/alice/intro", query=ZONE, **headers):
    return client.get(f"{path}?{query}", headers=headers)


def byline(response):
    found = re.search(r'<p class="byline[^"]*">(.*?)</p>', response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def title(response):
    return re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1].strip()


def choices(response):
    """Who can be chosen, with whether they are, and where each leads."""
    people = response.context["slots"].people
    return {one.label: (one.current, one.url) for one in (*people.first, *people.folded)} if people else {}


def key_of(page, host):
    return page.page_hosts.get(host=host).pk


def test_one_of_several_all_of_several_and_one_alone(client, page, alice, bob, cleo):
    assert byline(look(client)) == "A B C with one of Alice Host, Bob Teammate, Cleo Third"
    assert title(look(client)) == "Intro call with one of Alice Host, Bob Teammate, Cleo Third"

    staff(page, "any", rotating_count=2)
    assert byline(look(client)) == "A B C with 2 of Alice Host, Bob Teammate and Cleo Third"

    staff(page, "all")
    assert byline(look(client)) == "A B C with Alice Host, Bob Teammate and Cleo Third"

    staff(page, "solo")
    assert byline(look(client)) == "A Alice Host"
    assert title(look(client)) == "Intro call with Alice Host"


def test_one_who_always_comes_is_told_from_those_who_take_turns(client, page, alice):
    page.page_hosts.filter(host=alice).update(part="required")

    assert byline(look(client)) == "A B C with Alice Host and one of Bob Teammate, Cleo Third"


def test_who_joins_only_if_free_is_promised_to_nobody(client, page, cleo):
    page.page_hosts.filter(host=cleo).update(part="optional")

    for staffing, words in (
        ("any", "one of Alice Host, Bob Teammate"),
        ("all", "Alice Host and Bob Teammate"),
    ):
        staff(page, staffing)
        assert byline(look(client)) == f"A B with {words}"


@pytest.mark.parametrize("columns", [{"weight": 0}, {"paused_until": FOR_GOOD}, {"active": False}])
def test_with_whom_nothing_can_be_booked_is_not_named_and_not_explained(client, page, bob, columns):
    page.page_hosts.filter(host=bob).update(**columns)

    shown = look(client, query=f"{ZONE}&with={key_of(page, bob)}")

    assert "Bob" not in shown.content.decode()
    assert choices(shown)["Anybody"][0]
    assert "cannot be chosen here" in shown.context["slots"].notice


def test_many_are_folded(client, page, alice):
    more = [make_host(f"host{number}", f"Host {number}") for number in range(17)]
    for position, host in enumerate(more, start=3):
        page.page_hosts.create(host=host, position=position)

    shown = look(client)

    assert byline(shown) == "A B C +17 with one of Alice Host, Bob Teammate, Cleo Third and 17 others"
    assert [
        len(part) for part in (shown.context["slots"].people.first, shown.context["slots"].people.folded)
    ] == [7, 14]
    assert "14 more people" in shown.content.decode()
    assert '<details class="more" >' in shown.content.decode()
    last = look(client, query=f"{ZONE}&with={key_of(page, more[-1])}")
    assert '<details class="more" open>' in last.content.decode()


def test_the_teams_name_stands_above(client, page, alice):
    team = Team.objects.create(name="Sales Team", handle="sales")
    Membership.objects.create(team=team, user=alice, role="owner")
    page.team, page.listed = team, True
    page.save()

    shown, listed = look(client, "/sales/intro"), look(client, "/sales")

    assert '<p class="byline-team"><bdi>Sales Team</bdi></p>' in re.sub(
        r">\s+<", "><", shown.content.decode()
    )
    assert "Meet Sales Team" in listed.content.decode()
    assert "with one of Alice Host, Bob Teammate, Cleo Third" in listed.content.decode()


def test_a_person_is_chosen_by_a_link_that_all_others_keep(client, page, alice, bob, cleo):
    nine = tomorrow(9)
    give_calendar(bob, (minute_of(nine), minute_of(nine) + 60))
    key = key_of(page, bob)
    day = f"{ZONE}&day={nine:%Y-%m-%d}"

    anybody, with_bob = look(client, query=day), look(client, query=f"{day}&with={key}")

    assert list(choices(anybody)) == ["Anybody", "Alice Host", "Bob Teammate", "Cleo Third"]
    assert [name for name, (chosen, _) in choices(with_bob).items() if chosen] == ["Bob Teammate"]
    starts = [
        {re.search(r"start=([^&]*)", one.url)[1] for one in shown.context["slots"].times}
        for shown in (anybody, with_bob)
    ]
    assert starts[1] < starts[0]
    picker = with_bob.context["slots"]
    urls = [cell.url for week in picker.month.weeks for cell in week if cell.url]
    urls += [one.url for one in (*picker.times, *picker.clocks)] + [picker.month.next_url]
    assert all(f"with={key}" in url for url in urls)
    assert ("with", str(key)) in picker.state
    assert "with=" not in choices(with_bob)["Anybody"][1]
    assert choices(with_bob)["Cleo Third"][1] == choices(anybody)["Cleo Third"][1]
    assert f"day={nine:%Y-%m-%d}" in choices(anybody)["Cleo Third"][1]


def test_the_fragment_has_the_choice_and_the_length_keeps_it(client, page, bob):
    key = key_of(page, bob)
    fragment = look(client, query=f"{ZONE}&with={key}", **{"HX-Request": "true"})
    page.durations.create(minutes=60)

    lengths = look(client, query=f"{ZONE}&with={key}")

    assert [name for name, (chosen, _) in choices(fragment).items() if chosen] == ["Bob Teammate"]
    assert byline(fragment) == byline(look(client, query=f"{ZONE}&with={key}")) == "B Bob Teammate"
    assert '<template id="met-now">' in fragment.content.decode()
    assert 'id="persons-now" aria-current="true"' in " ".join(fragment.content.decode().split())
    assert lengths.context["slots"] is None
    assert all(f"with={key}" in one.url for one in lengths.context["durations"])
    assert byline(lengths) == "B Bob Teammate"


def test_an_empty_month_of_somebody_has_no_reason(client, page, bob):
    first = minute_of(tomorrow(0)) - 3 * 1_440
    give_calendar(bob, (first, first + 400 * 1_440))

    month = tomorrow() + timedelta(
        days=32
    )  # of this one only a few days may be left, which stand among others

    shown = look(client, query=f"{ZONE}&month={month:%Y-%m}&with={key_of(page, bob)}")

    assert f"There are no free times with Bob Teammate in {month:%B}." in shown.content.decode()
    assert not choices(shown)["Anybody"][0]


def test_no_choice_where_the_page_gives_none(client, page, bob):
    staff(page, "any", guests_choose=False)
    assert choices(look(client)) == {}
    assert "cannot be chosen here" in look(client, query=f"{ZONE}&with={key_of(page, bob)}").content.decode()

    staff(page, "all", guests_choose=True)
    assert choices(look(client)) == {}

    staff(page, "solo")
    plain = look(client).content.decode()
    assert 'class="persons"' not in plain
    assert "cannot be chosen" not in look(client, query=f"{ZONE}&with=7").content.decode()


def open_form_with(client, page, host=None):
    """The form, and what it sends."""
    start = write_start(tomorrow())
    query = f"start={start}&duration=30&{ZONE}&visit={visit_of(client)}"
    form = client.get(f"/alice/intro/book?{query}" + (f"&with={key_of(page, host)}" if host else ""))
    return form, {"with": form.context["with_whom"], "hold": token_of(form)}


def test_the_form_holds_and_books_the_person_who_was_chosen(sam, page, bob):
    key = key_of(page, bob)

    form, sent = open_form_with(sam, page, bob)
    booked = send(sam, **sent)

    assert byline(form) == "B Bob Teammate"
    assert f'<input type="hidden" name="with" value="{key}">' in form.content.decode()
    assert f"with={key}" in form.context["back_url"]
    assert booked.status_code == 302
    assert [*BookingHost.objects.values_list("host", flat=True)] == [bob.pk]


def test_who_has_left_meanwhile_is_not_replaced_without_a_word(sam, page, bob):
    _, sent = open_form_with(sam, page, bob)
    page.page_hosts.filter(host=bob).update(active=False)
    Hold.objects.all().delete()

    again = send(sam, **sent)

    assert again.status_code == 409
    assert "cannot be chosen here" in again.content.decode()
    assert again.context["with_whom"] == ""
    assert again.context["nearest"]
    assert not BookingHost.objects.exists()


def test_times_as_json_name_the_hosts_and_take_a_person(client, page, alice, bob):
    nine = tomorrow(9)
    give_calendar(bob, (minute_of(nine), minute_of(nine) + 60))
    address, month = "/api/pages/alice/intro/times", f"month={nine:%Y-%m}"
    key = str(key_of(page, bob))

    anybody = client.get(f"{address}?{month}").json()
    with_bob = client.get(f"{address}?{month}&with={key}").json()
    refused = client.get(f"{address}?{month}&with=nobody")

    assert {"name": "Bob Teammate", "with": key} in anybody["hosts"]
    day = f"{nine:%Y-%m-%d}"
    assert len(anybody["days"][day]) > len(with_bob["days"][day])
    assert refused.status_code == 400
    page.page_hosts.filter(host=alice).update(part="required")
    named = client.get(f"{address}?{month}").json()["hosts"]
    assert [(one["name"], "with" in one) for one in named] == [
        ("Alice Host", False),
        ("Bob Teammate", True),
        ("Cleo Third", True),
    ]
    staff(page, "solo")
    assert client.get(f"{address}?{month}").json()["hosts"] == [{"name": "Alice Host"}]


def test_a_request_names_nobody_who_may_not_come(client, page):
    staff(page, "any", approval=True)

    form, _ = open_form_with(client, page)

    assert "each booking is confirmed by a person first" in form.content.decode()
    assert [fact.text for fact in look(client).context["facts"]][1:] == [
        "Each booking is confirmed by a person first"
    ]


def test_nobodys_absence_is_told_of_a_page_with_several_hosts(client, page, alice):
    alice.out_of_office.create(first=tomorrow().date(), last=tomorrow().date(), note="At the dentist")

    month = f"month={tomorrow():%Y-%m}"

    assert "dentist" not in look(client, query=month).content.decode()
    staff(page, "solo")
    assert "dentist" in look(client, query=month).content.decode()


def test_the_clock_beside_is_that_of_whoever_comes(client, page, bob):
    bob.schedules.update(time_zone="Asia/Tokyo")
    query = "zone=Europe/London&day=" + f"{tomorrow():%Y-%m-%d}"

    anybody, with_bob = look(client, query=query), look(client, query=f"{query}&with={key_of(page, bob)}")

    assert anybody.context["slots"].host_clock == ""
    assert {one.elsewhere for one in anybody.context["slots"].times} == {""}
    assert with_bob.context["slots"].host_clock.endswith("in Tokyo for your host")
    assert all("in Tokyo" in one.elsewhere for one in with_bob.context["slots"].times if one.label >= "16:00")
