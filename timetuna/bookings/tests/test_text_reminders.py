"""Reminders by text: to who agreed, once, by day, and by mail wherever a text does not go."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.models import Booking, NumberFacts, SentText
from timetuna.bookings.notifications.queue import plan_page_reminders
from timetuna.bookings.queries import link, link_path
from timetuna.bookings.tests.conftest import due_now, make_page, tomorrow, work_off
from timetuna.bookings.tests.proving import THERE, filled, guest, open_form, post
from timetuna.bookings.tests.remembering import (
    KEPT,
    NUMBER,
    ZONE,
    agreed,
    let_them_come,
    mailed,
    mark,
    noon,
    reminders,
    reminding,
)
from timetuna.jobs.models import Job
from timetuna.lib.sms import segments

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.usefixtures("phones", "letters")]


@pytest.fixture
def texting(page):
    return reminding(page, 60)


@pytest.mark.usefixtures("texting")
def test_who_agreed_is_reminded_by_a_text_with_a_link(phones, letters):
    booking = agreed()

    let_them_come()
    due_now()
    work_off()

    [text] = phones.texts()
    assert text.to == KEPT
    first, url, ends = text.body.split("\n")
    assert first.startswith("Reminder: Intro call with Alice Host, ")
    assert (url, ends) == (link(booking.booker), "STOP ends texts.")
    assert segments(text.body) == 1
    assert mailed(letters) == []


@pytest.mark.usefixtures("texting")
@pytest.mark.parametrize("fault", ["sms_500", "sms_refused", "sms_429", "sms_keys"])
def test_where_the_service_fails_it_comes_by_mail(phones, letters, fault):
    agreed()
    phones.fault(fault)

    let_them_come()

    assert phones.texts() == []
    assert len(mailed(letters)) == 1


@pytest.mark.usefixtures("texting")
def test_a_text_of_which_nobody_knows_goes_once_and_the_mail_too(phones, letters):
    agreed()
    phones.fault("sms_lost")

    let_them_come()
    due_now()
    work_off()

    assert len(phones.texts()) == 1
    assert len(mailed(letters)) == 1


@pytest.mark.usefixtures("texting")
@pytest.mark.parametrize(("known", "mails"), [("leaving", 1), ("sent", 0)])
def test_a_worker_that_died_sends_no_second_text(phones, letters, known, mails):
    agreed()
    job = reminders().get()
    with time_machine.travel(job.run_at, tick=True):
        work_off()
        SentText.objects.update(state=known)
        Job.objects.filter(pk=job.pk).update(state="waiting")
        work_off()

    assert len(phones.texts()) == 1
    assert len(mailed(letters)) == mails


@pytest.mark.usefixtures("texting")
def test_a_mail_server_that_is_away_then_does_not_bring_a_second_text(phones, letters, monkeypatch):
    agreed()
    phones.fault("sms_lost")
    job = reminders().get()
    with time_machine.travel(job.run_at, tick=True):
        with monkeypatch.context() as patch:
            patch.setattr("timetuna.mail.deliver", _away)
            work_off()
        due_now(pk=job.pk)
        work_off()

    assert len(phones.texts()) == 1
    assert len(mailed(letters)) == 1


def _away(_letter):
    from timetuna.jobs.queue import Retry  # noqa: PLC0415 - only here

    raise Retry("The mail server did not answer.")


def test_a_reminder_that_goes_by_mail_too_is_not_mailed_twice(page, phones, letters):
    reminding(page, 60, mails=[60])
    agreed()
    phones.fault("sms_500")

    let_them_come()

    assert len(mailed(letters)) == 1


@pytest.mark.usefixtures("texting")
def test_a_move_brings_it_before_the_new_time_and_a_cancellation_ends_it(phones, letters):
    booking = agreed()
    later = noon() + timedelta(days=3)
    reschedule(booking.pk, start_minute=minute_of(later), actor="host", now=present())
    work_off()
    let_them_come()
    assert [f"{later.day} {later:%b}" in text.body for text in phones.texts()] == [True]

    second = agreed(noon(6))
    cancel(second.pk, actor="guest", note_text="", now=present())
    work_off()
    let_them_come()

    assert len(phones.texts()) == 1
    assert mailed(letters) == []


def test_what_is_due_in_the_night_goes_in_the_evening_before_or_in_the_morning(page, phones):
    reminding(page, 60, 180)
    early = tomorrow(7) + timedelta(days=2)  # 8 or 9 in Berlin, whichever the season
    booking = agreed(early)

    moments = [job.run_at.astimezone(zone_of(booking)) for job in reminders()]
    let_them_come()

    assert all((8, 0) <= (one.hour, one.minute) < (21, 0) for one in moments)
    assert len(phones.texts()) == len(moments)


def zone_of(booking):
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(booking.booker.time_zone)


def test_two_that_the_night_moves_together_are_one(page, phones, letters):
    reminding(page, 60, 90)
    start = tomorrow(4) + timedelta(days=2)
    agreed(start)

    assert [job.run_at.astimezone().minute for job in reminders()] == [55]
    let_them_come()
    assert len(phones.texts()) == 1
    assert mailed(letters) == []


def test_a_mail_stays_whatever_the_night_moves_to_its_moment(page, phones, letters):
    reminding(page, 120)
    page.reminders.create(kind="reminder", audience="guest", minutes=60)
    agreed(datetime.combine((tomorrow() + timedelta(days=2)).date(), time(9), ZoneInfo(ZONE)))

    assert len({job.run_at for job in reminders()}) == 1
    let_them_come()
    assert (len(phones.texts()), len(mailed(letters))) == (1, 1)


@pytest.mark.usefixtures("texting")
def test_a_worker_that_was_away_until_the_night_mails(phones, letters):
    agreed(noon() + timedelta(hours=12))
    job = reminders().get()
    with time_machine.travel(job.run_at + timedelta(minutes=30), tick=True):
        work_off()

    assert phones.texts() == []
    assert len(mailed(letters)) == 1


def test_a_part_of_the_day_is_kept_for_codes(page, phones, letters, settings):
    settings.SMS_DAILY_LIMIT = 5
    reminding(page, *range(60, 66))
    agreed()

    with time_machine.travel(noon() - timedelta(minutes=50), tick=True):
        due_now()
        work_off()

    assert len(phones.texts()) == 3, "three in ten minutes to one number"
    assert len(mailed(letters)) == 3


def test_the_day_ends_for_reminders_before_it_does_for_codes(page, phones, settings):
    settings.SMS_DAILY_LIMIT = 5
    reminding(page, 60)
    for number in range(6):
        agreed(
            noon() + timedelta(hours=number / 2),
            who=guest(f"198.51.{number}.7"),
            phone=f"0151{number}3456789",
            email=f"sam{number}@guest.example",
        )

    with time_machine.travel(noon() - timedelta(minutes=70), tick=True):
        due_now(name="bookings.reminder")
        work_off()

    assert len(phones.texts()) == 4


def test_numbers_that_were_shown_are_not_held_to_the_limits_of_strangers(page, phones):
    reminding(page, 60)
    for number in range(7):
        booking = agreed(
            noon() + timedelta(hours=number / 2),
            who=guest(f"198.51.{number}.7"),
            phone=f"01512 345678{number}",
            email=f"sam{number}@guest.example",
        )
        if number > 4:
            NumberFacts.objects.create(attendee=booking.booker, shown="text")

    with time_machine.travel(noon() - timedelta(minutes=70), tick=True):
        due_now(name="bookings.reminder")
        work_off()

    assert len({text.to for text in phones.texts()}) == 7, "five an hour to a prefix, and two that were shown"


@pytest.mark.usefixtures("texting")
def test_who_stopped_all_reminders_gets_none_by_text_either(phones, letters, sam):
    booking = agreed()
    sam.post(f"{link_path(booking.booker)}/reminders", {"reminders": "off"})

    let_them_come()

    assert (phones.texts(), mailed(letters)) == ([], [])


@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "nl", "pl", "pt-br"])
def test_it_is_in_the_guests_language_and_two_segments_at_most(page, phones, language):
    page.title = (
        "Vorgespräch über Größen, Maße und noch viel mehr als in einen Text passt, der kurz sein soll"
    )
    page.save()
    reminding(page, 60)
    who = guest()
    form = open_form(who, noon(), zone=ZONE, lang=language)
    assert (
        post(who, filled(form, phone=NUMBER, phone_country="DE", zone=ZONE, texts=mark(form))).status_code
        == 302
    )
    work_off()
    booking = Booking.objects.get()
    Booking.objects.update(title=page.title)

    let_them_come()

    [text] = phones.texts()
    assert booking.booker.language == language
    assert not text.body.startswith("Reminder:") or language == "nl"
    assert link(booking.booker) in text.body
    assert segments(text.body) <= 2


def test_a_page_that_reminds_by_text_from_now_on_reaches_who_agreed(texting, phones):
    agreed()
    texting.reminders.create(audience="guest", minutes=120, channel="text")
    plan_page_reminders(texting.pk)

    let_them_come()

    assert len(phones.texts()) == 2


def test_whom_the_guest_brings_and_other_pages_are_reminded_by_mail(texting, alice, phones, letters):
    texting.most_guests = 2
    texting.save()
    agreed(guests="kim@others.example")
    reminding(make_page(alice, slug="other"), 60)
    agreed(noon(4), slug="other", who=guest(THERE))

    let_them_come()

    assert len(phones.texts()) == 2
    assert [one["to"] for one in letters if one["subject"].startswith("Reminder:")] == ["kim@others.example"]
