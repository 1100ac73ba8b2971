"""A picked time is kept for a few minutes: for whom, for how long, and what ends it."""

from datetime import timedelta
from html import escape

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions.host_time import HELD_MINUTES
from timetuna.bookings.models import Booking, Hold
from timetuna.bookings.slots.availability import SlotQuery, why
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.holding import live, open_form, sees, send, slot_query, token_of
from timetuna.bookings.tests.test_public import details
from timetuna.pages.models import BookingPage, HostRules
from timetuna.pages.queries import values

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
KEPT = "This time is kept for you for 5 minutes."


def test_others_do_not_see_a_picked_time_and_whoever_picked_it_does(page, sam, kim):
    answer = open_form(sam)

    assert KEPT in answer.content.decode()
    assert sees(sam)
    assert not sees(kim)
    assert not sees(kim, tomorrow(9, 45)), "the meeting would reach into it"
    assert sees(kim, tomorrow(10, 30))


def test_a_form_that_comes_back_has_its_own_address_and_says_for_how_long_its_time_is_kept(page, sam):
    data = details(sam, page)

    with time_machine.travel(present() + timedelta(seconds=90), tick=False):
        refused = sam.post("/alice/intro/book", data | {"name": ""})
    with time_machine.travel(present() + timedelta(minutes=HELD_MINUTES), tick=False):
        late = sam.post("/alice/intro/book", data | {"name": ""})

    assert "This time is kept for you for 3 minutes." in refused.content.decode()
    assert "is kept for you" not in late.content.decode()
    own = refused.context["own_url"]
    assert f'data-address="{escape(own)}"' in refused.content.decode()
    form = sam.get(own).context["form"]
    assert [form[name].value() for name in ("start", "duration")] == [data["start"], data["duration"]]
    assert "data-address" not in sam.get(own).content.decode()


def test_a_hold_counts_on_all_pages_of_the_host_and_on_nobody_elses(page, alice, charlie, sam, kim):
    make_page(alice, slug="other")
    make_page(charlie)

    open_form(sam)

    assert not sees(kim, slug="other")
    answer = kim.get(f"/charlie/intro?zone=UTC&day={tomorrow().date()}")
    assert "10:00" in [time.label for time in answer.context["slots"].times]


def test_the_holds_page_asks_for_its_buffer(page, sam, kim):
    page.buffer_after_minutes = 30
    page.save()

    open_form(sam)

    assert not sees(kim, tomorrow(10, 45))
    assert sees(kim, tomorrow(11))


@pytest.mark.parametrize("cap", ["cap_day", "cap_week", "cap_month"])
@pytest.mark.parametrize("of", ["page", "host"])
def test_what_is_only_held_takes_its_time_and_fills_no_cap(page, sam, kim, cap, of):
    if of == "page":
        BookingPage.objects.filter(pk=page.pk).update(**{cap: 1})
    else:
        HostRules.objects.update_or_create(host=page.host, defaults={cap: 1})

    open_form(sam)

    assert not sees(kim, tomorrow(10))
    assert sees(kim, tomorrow(15))
    asked = slot_query(page, network="another")
    assert not why(asked, start_minute=minute_of(tomorrow(15))).every()
    assert [reason.code for reason in why(asked, start_minute=minute_of(tomorrow(10))).every()] == [Code.HELD]


def test_six_lookers_with_changing_browsers_take_six_times_and_no_more(page, kim):
    page.cap_day = 3
    page.save()
    for number in range(6):
        looker = Client(REMOTE_ADDR="192.0.2.9", HTTP_USER_AGENT=f"Browser {number}")
        open_form(looker, tomorrow(8 + number), visit=f"lookers-no-{number}")

    answer = kim.get(f"/alice/intro?zone=UTC&duration=30&day={tomorrow().date()}")

    assert live().count() == 6
    assert len(answer.context["slots"].times) == 24 * 4 - 6 * 3


def test_a_cap_is_judged_when_it_is_booked(page, sam, kim):
    page.cap_day = 1
    page.save()
    held = details(sam, page)

    assert send(kim, tomorrow(15), email="kim@guest.example").status_code == 302
    answer = sam.post("/alice/intro/book", held)

    assert answer.status_code == 409
    assert "This time is not free any more." in answer.content.decode()
    assert Booking.objects.count() == 1


def test_the_form_of_a_held_time_shows_others_the_times_that_are_left(page, sam, kim):
    open_form(sam)

    answer = open_form(kim)

    text = answer.content.decode()
    left = [time.value for time in answer.context["slots"].nearest]
    assert answer.status_code == 409
    assert "This time is not free any more. Pick another." in text
    assert "Enter your name." not in text
    assert KEPT not in text
    assert write_start(tomorrow()) not in left
    form = kim.get(answer.context["slots"].nearest[0].url).context["form"]
    hidden = {field.name: field.value() for field in form.hidden_fields()}
    assert send(kim, **hidden).status_code == 302


def test_others_cannot_book_a_held_time(page, sam, kim):
    open_form(sam)

    answer = send(kim, email="kim@guest.example")

    assert answer.status_code == 409
    assert "This time is not free any more" in answer.content.decode()
    assert not Booking.objects.exists()


def test_booking_uses_the_hold_up(page, sam):
    answer = sam.post("/alice/intro/book", details(sam, page))

    assert answer.status_code == 302
    assert Booking.objects.count() == 1
    assert not Hold.objects.exists()


def test_a_double_click_with_a_hold_is_one_booking(page, sam):
    data = details(sam, page)

    first, second = (sam.post("/alice/intro/book", data) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_a_refused_form_keeps_its_hold(page, sam, kim):
    data = details(sam, page)

    answer = sam.post("/alice/intro/book", data | {"name": ""})

    assert answer.status_code == 422
    assert token_of(answer) == data["hold"]
    assert not sees(kim)


def test_leaving_gives_the_time_back_without_cookies_or_csrf(page, sam, kim):
    token = token_of(open_form(sam))

    answer = Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9").post(
        "/holds/release", {"hold": token}
    )

    assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    assert sees(kim)
    assert send(sam, hold=token).status_code == 302, "the form still works while the time is free"


@pytest.mark.parametrize("guess", ["", "1", "x" * 43, "\x00", "x" * 9_000])
def test_only_the_token_gives_a_time_back(page, sam, kim, guess):
    open_form(sam)
    row = Hold.objects.get()

    answers = [
        kim.post("/holds/release", {"hold": text})
        for text in (guess, row.pk, row.token_fingerprint, row.client_fingerprint)
    ]

    assert [answer.status_code for answer in answers] == [204] * 4
    assert not sees(kim)


def test_looking_at_the_address_of_the_release_changes_nothing(page, sam, kim):
    token = token_of(open_form(sam))

    assert kim.get("/holds/release", {"hold": token}).status_code == 405
    assert kim.head("/holds/release", {"hold": token}).status_code == 405
    assert not sees(kim)


@pytest.mark.parametrize("guess", ["", "1", "x" * 43])
def test_no_other_token_books_a_held_time(page, sam, kim, guess):
    open_form(sam)

    assert send(kim, hold=guess).status_code == 409
    assert send(kim, hold=Hold.objects.get().token_fingerprint).status_code == 409


def test_a_token_of_another_time_is_no_key_to_this_one(page, sam, kim):
    open_form(sam)
    own = token_of(open_form(kim, tomorrow(15)))

    assert send(kim, hold=own).status_code == 409
    assert live().count() == 2


def test_choosing_another_time_gives_the_first_one_back(page, sam, kim):
    open_form(sam)

    open_form(sam, tomorrow(15))

    assert sees(kim)
    assert not sees(kim, tomorrow(15))


def test_a_time_chosen_among_those_left_is_booked_and_the_old_one_given_back(page, sam, kim):
    token = token_of(open_form(sam))

    assert send(sam, tomorrow(15), hold=token).status_code == 302

    assert sees(kim)
    assert not Hold.objects.exists()


def test_a_form_opened_twice_can_be_sent_from_either_tab(page, sam):
    first = details(sam, page)
    details(sam, page)

    assert sam.post("/alice/intro/book", first).status_code == 302


def test_the_same_link_opened_again_keeps_the_time(page, sam, kim):
    tokens = [token_of(open_form(sam)) for _ in range(2)]

    assert all(tokens)
    assert live().count() == 1
    assert not sees(kim)


def test_a_hold_ends_by_itself_and_the_form_works_on(midday, page, sam, kim):
    with time_machine.travel(present(), tick=False) as clock:
        data = details(sam, page)
        clock.shift(timedelta(minutes=HELD_MINUTES) - timedelta(seconds=1))
        assert not sees(kim)
        clock.shift(timedelta(seconds=1))
        assert sees(kim)
        assert sam.post("/alice/intro/book", data).status_code == 302


def test_once_it_has_ended_others_may_book(midday, page, sam, kim):
    with time_machine.travel(present(), tick=False) as clock:
        data = details(sam, page)
        clock.shift(timedelta(minutes=HELD_MINUTES))

        assert send(kim, email="kim@guest.example").status_code == 302
        assert sam.post("/alice/intro/book", data).status_code == 409


def test_a_page_may_do_without(page, sam, kim):
    page.holds = False
    page.save()

    answer = open_form(sam)

    assert (answer.status_code, token_of(answer)) == (200, "")
    assert KEPT not in answer.content.decode()
    assert sees(kim)
    assert not Hold.objects.exists()
    send(kim, email="kim@guest.example")
    assert open_form(sam).status_code == 409


@pytest.mark.parametrize(
    "header",
    [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}],
)
def test_a_browser_that_looks_ahead_picks_nothing(page, sam, kim, header):
    answer = open_form(sam, **header)

    assert (answer.status_code, token_of(answer)) == (200, "")
    assert sees(kim)
    assert not Hold.objects.exists()


@pytest.mark.parametrize("asked_for", ["image", "iframe", "script", "empty"])
def test_another_site_s_page_picks_nothing_for_its_readers(page, sam, kim, asked_for):
    answer = open_form(sam, **{"Sec-Fetch-Dest": asked_for})

    assert (answer.status_code, token_of(answer)) == (200, "")
    assert sees(kim)
    assert not Hold.objects.exists()


def test_asking_for_the_head_picks_nothing(page, sam):
    assert sam.head(f"/alice/intro/book?start={write_start(tomorrow())}&duration=30").status_code == 200
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "after_ten_tomorrow", [timedelta(minutes=7), timedelta(days=-3), timedelta(days=400)]
)
def test_only_a_time_that_can_be_booked_is_held(page, sam, after_ten_tomorrow):
    assert open_form(sam, tomorrow(10) + after_ten_tomorrow).status_code == 409
    assert not Hold.objects.exists()


def test_clients_are_told_apart_by_the_address_that_trusted_proxies_saw(page, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    behind = Client()

    open_form(behind, **{"X-Forwarded-For": "192.0.2.1"})

    assert open_form(behind, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 409
    assert open_form(behind, **{"X-Forwarded-For": "192.0.2.2, 192.0.2.1"}).status_code == 200


def test_no_address_and_no_token_is_stored(page, sam):
    token = token_of(open_form(sam))

    stored = str(Hold.objects.values().get())

    assert "192.0.2.1" not in stored
    assert token not in stored


def test_the_host_reads_that_the_time_is_held(page, sam):
    open_form(sam)

    asked = SlotQuery(page=values(page), minutes=30, now=present())

    assert [reason.code for reason in why(asked, start_minute=minute_of(tomorrow())).every()] == [Code.HELD]


class TestMoving:
    """The same for a booking that gets another time."""

    @pytest.fixture
    def path(self, page, sam):
        return sam.post("/alice/intro/book", details(sam, page))["Location"]

    def ask(self, guest, path, start):
        return guest.get(f"{path}/move/confirm?start={write_start(start)}")

    def test_the_new_time_is_held_and_used_up(self, path, sam, kim):
        answer = self.ask(sam, path, tomorrow(15))
        assert KEPT in answer.content.decode()
        assert not sees(kim, tomorrow(15))

        hidden = {field.name: field.value() for field in answer.context["form"]} | {"note": ""}
        assert sam.post(f"{path}/move/confirm", hidden).status_code == 302

        assert Booking.objects.get().start_at == tomorrow(15)
        assert not Hold.objects.exists()
        assert sees(kim)

    def test_a_time_that_others_hold_is_refused(self, path, sam, kim):
        open_form(kim, tomorrow(15))

        answer = self.ask(sam, path, tomorrow(15))
        sent = sam.post(
            f"{path}/move/confirm", {"zone": "", "hold": "", "note": "", "start": write_start(tomorrow(15))}
        )

        assert (answer.status_code, sent.status_code) == (409, 409)
        assert "This time is not free any more" in answer.content.decode()
        assert "Your booking stands as it was" in sent.content.decode()
        assert Booking.objects.get().start_at == tomorrow()

    def test_the_present_time_may_be_confirmed(self, path, sam):
        form = self.ask(sam, path, tomorrow()).context["form"]

        answer = sam.post(f"{path}/move/confirm", {field.name: field.value() or "" for field in form})

        assert answer.status_code == 302
        assert not Hold.objects.exists()
