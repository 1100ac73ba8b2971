"""Guests are forgotten when they ask for it, and when their time is over; what happened stays."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.db.models import BinaryField, CharField, FileField, GenericIPAddressField, JSONField, TextField

from tests.forms import submit
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests
from timetuna.bookings.actions.erase import erase, erase_due
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, BookingOrigin
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.diary import now, put, rows_of, shown
from timetuna.bookings.tests.life import made, write_notes
from timetuna.jobs.models import Job
from timetuna.pages.models import BookingLink, HostRules
from timetuna.payments.tests.kept import OF_PAYMENTS

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
CANARY = "Canary"


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def spread(client, page):
    """Return a cancelled booking whose guest has left the same word in every place there is."""
    booking = made(
        page,
        worked=False,
        name=f"{CANARY} Bird",
        email="canary@guest.example",
        notes=f"{CANARY} notes",
        phone="+49 30 5550199",
        others=[Guest(f"{CANARY} friend", "canary-friend@guest.example")],
    )
    work = Job.objects.get(name="bookings.fulfil")
    Job.objects.filter(pk=work.pk).update(last_error="The server refused <canary@guest.example>.")
    wish = Wish(words=f"{CANARY} reason")
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now(), wish=wish)
    text = "Refused: canary@guest.example, +49 30 5550199."
    booking.history.create(actor="system", event="link_late", text=text)
    write_notes(client, booking, f"{CANARY} is nice")
    client.post(f"{link_path(booking.booker)}/cancel", {"note": f"{CANARY} is ill"})
    booking.refresh_from_db()
    return booking


def everything():
    return "\n".join(
        serializers.serialize("json", model.objects.order_by("pk")) for model in apps.get_models()
    )


def test_nothing_that_says_who_is_left_anywhere(client, spread):
    assert CANARY in everything()
    link = link_path(spread.booker)

    client.post(f"/bookings/{spread.pk}/erase", {"all": ""})
    work_off()

    left = everything()
    assert CANARY.lower() not in left.lower()
    assert "5550199" not in left
    spread.refresh_from_db()
    assert spread.erased_at is not None
    assert client.get(link).status_code == 404
    assert not Job.objects.filter(name="bookings.mail", state__in=("waiting", "failed")).exists()


def test_what_happened_stays(client, spread):
    before = [(entry.at, entry.actor, entry.event, entry.changes) for entry in spread.history.all()]

    client.post(f"/bookings/{spread.pk}/erase", {"all": ""})

    after = [(entry.at, entry.actor, entry.event, entry.changes) for entry in spread.history.all()]
    assert after[:-1] == before
    assert after[-1][1:3] == ("host", "erased")
    moved = spread.history.get(event="moved")
    assert moved.text.startswith("Moved from ")
    assert moved.text.endswith("(Germany, Berlin).")


def test_an_erased_guest_is_still_counted_and_shown(client, spread):
    client.post(f"/bookings/{spread.pk}/erase", {"all": ""})

    assert "Erased guest" in shown(client.get("/bookings?show=cancelled"))
    page = shown(client.get(f"/bookings/{spread.pk}"))
    assert "Erased guest" in page
    assert "Send again" not in page
    assert "mailto:" not in page
    [row] = rows_of(client.get("/bookings/export.csv?show=cancelled"))
    assert (row["Guest"], row["Guest email"], row["Cancellation note"]) == ("Erased guest", "", "")
    assert row["Erased at (UTC)"]
    assert client.get(f"/bookings/{spread.pk}/history.json").json()["guest"] == {
        "name": "Erased guest",
        "email": "",
    }


def test_what_is_still_to_come_is_cancelled_first(client, page):
    booking = made(page)

    with pytest.raises(NotPossible, match="Cancel it first"):
        erase(booking.pk, actor="host", now=now())
    assert "Cancel it first" in shown(client.post(f"/bookings/{booking.pk}/erase", {"all": ""}, follow=True))
    booking.refresh_from_db()
    assert booking.booker.name == "Sam Guest"


def test_one_press_erases_all_bookings_of_the_guest_with_this_host_and_no_others(client, alice, charlie):
    mine = [
        put(
            alice,
            now() - timedelta(days=days),
            mailbox="sam@guest.example",
            email=f"sam+{days}@guest.example",
        )
        for days in (1, 2)
    ]
    coming = put(alice, tomorrow(), mailbox="sam@guest.example")
    other = put(alice, now() - timedelta(days=3), mailbox="kim@guest.example")
    elsewhere = put(charlie, now() - timedelta(days=1), mailbox="sam@guest.example")
    assert "In the other 2 bookings" in shown(client.get(f"/bookings/{mine[0].pk}"))

    answer = client.post(f"/bookings/{mine[0].pk}/erase", {"all": "yes"}, follow=True)

    assert "Erased in 2. 1 still to come" in shown(answer)
    erased = set(Booking.objects.exclude(erased_at=None).values_list("pk", flat=True))
    assert erased == {one.pk for one in mine}
    assert erased.isdisjoint({coming.pk, other.pk, elsewhere.pk})


def test_erasing_twice_is_erasing_once(alice):
    booking = put(alice, now() - timedelta(days=1))
    erase(booking.pk, actor="host", now=now())
    booking.refresh_from_db()
    first = booking.erased_at

    erase(booking.pk, actor="host", now=now() + timedelta(hours=1))

    booking.refresh_from_db()
    assert booking.erased_at == first
    assert booking.history.filter(event="erased").count() == 1


@pytest.mark.parametrize(
    ("host", "operator", "erased"),
    [
        (None, None, []),
        (10, None, [20]),
        (None, 10, [20]),
        (30, 10, [20]),
        (10, 30, [20]),
        (2, 30, [20, 5]),
    ],
)
def test_old_bookings_forget_their_guests_after_the_shorter_time(alice, settings, host, operator, erased):
    settings.RETENTION_DAYS = operator
    if host:
        HostRules.objects.create(host=alice, retention_days=host)
    for days in (20, 5, 1):
        put(alice, now() - timedelta(days=days, hours=1), notes=str(days))

    assert erase_due(now=now()) == len(erased)
    assert erase_due(now=now()) == 0

    kept = set(Booking.objects.filter(erased_at=None).values_list("attendees__notes", flat=True))
    assert kept == {"20", "5", "1"} - {str(days) for days in erased}


def test_the_end_counts_and_not_the_start(alice, settings):
    settings.RETENTION_DAYS = 1
    put(alice, now() - timedelta(days=1, minutes=20), minutes=30)

    assert erase_due(now=now()) == 0
    assert erase_due(now=now() + timedelta(minutes=11)) == 1


def test_the_host_sets_the_time_in_the_settings(client, alice):

    assert submit(client, "/settings/guests-data", {"retention_days": "90"}).status_code == 302
    assert HostRules.objects.get().retention_days == 90
    assert 'value="90"' in client.get("/settings/guests-data").content.decode()
    assert submit(client, "/settings/guests-data", {"retention_days": "0"}).status_code == 422
    submit(client, "/settings/guests-data", {"retention_days": ""})
    assert HostRules.objects.get().retention_days is None


def test_further_guests_of_later_are_forgotten_too(client, alice, page):
    booking = made(page)
    add_guests(booking.pk, guests=[Guest("Kim", "kim@others.example")], now=now())
    client.post(f"/bookings/{booking.pk}/cancel", {"note": ""})

    client.post(f"/bookings/{booking.pk}/erase", {"all": ""})

    [kim] = booking.attendees.filter(is_booker=False)
    assert (kim.name, kim.email, kim.mailbox, kim.active) == ("", "", "", False)
    assert "kim@others" not in json.dumps(list(booking.history.values("text", "changes")))


def test_another_page_of_the_same_host_is_left_alone(client, alice):
    page = make_page(alice, slug="other")
    booking = made(page, tomorrow(20))

    assert client.post(f"/bookings/{booking.pk}/erase", {"all": "yes"}).status_code == 302
    booking.refresh_from_db()
    assert booking.erased_at is None


def test_an_erased_number_leaves_no_half_a_sentence(client, alice):
    page = make_page(alice, slug="call", kinds=(("phone", ""),))
    booking = made(page, phone="+49 30 5550199")
    assert "Alice Host calls +49 30 5550199" in shown(client.get(f"/bookings/{booking.pk}"))
    client.post(f"/bookings/{booking.pk}/cancel", {"note": ""})

    text = shown(client.post(f"/bookings/{booking.pk}/erase", {"all": ""}, follow=True))

    assert "Phone call" in text
    assert "Alice Host calls" not in text


GUESTS_WORDS = {
    "bookings.Booking": "cancel_note source_network",
    "bookings.Attendee": "name email mailbox phone notes",
    "bookings.PrivateNotes": "text",
    "bookings.Answer": "value text",
    "bookings.BookingOrigin": ("utm_source utm_medium utm_campaign utm_term utm_content referrer metadata"),
    "bookings.HistoryEntry": "text",
    "pages.BookingLink": "label prefill",
    "insights.DayFigure": "details",
    "jobs.Job": "arguments last_error",
    "webhooks.WebhookEvent": "data",
    "webhooks.DeliveryAttempt": "answer",
}
"""Every column that can hold what a guest wrote, or what says who they are: erasing blanks it."""
OTHERS_TABLES = {"auth", "contenttypes", "sessions", "account", "socialaccount", "oauth2_provider"}
"""Django's, allauth's and django-oauth-toolkit's: of people who sign in, which guests do not."""
HOSTS, WORDS, IDS, HASHES = "a host's", "one of a few words", "ids and random numbers", "keyed hashes"
NO_WORDS_OF_A_GUEST = {
    "jobs.Worker": {IDS: "machine"},
    "jobs.Job": {IDS: "key concurrency", WORDS: "name lane state"},
    "accounts.User": {
        HOSTS: "password email name handle time_zone role contact photo_version", WORDS: "language", IDS: "public_id",
    },
    "accounts.Photo": {HOSTS: "image"},
    "accounts.FormerHandle": {HOSTS: "handle"},
    "accounts.Team": {HOSTS: "name handle", IDS: "public_id"},
    "accounts.Membership": {WORDS: "role"},
    "accounts.TeamInvitation": {
        HOSTS: "email", HASHES: "token_fingerprint", WORDS: "role", IDS: "public_id",
    },
    "accounts.ActivityEntry": {WORDS: "deed", HOSTS: "facts people changes via"},
    "accounts.EmailChange": {HOSTS: "former"},
    "calendars.CalendarAccount": {
        HOSTS: "email display_name scopes access_token refresh_token needs_reconnect_reason calendars_problem",
        IDS: "provider provider_user_id provider_account_id refresh_token_fingerprint refresh_lease",
    },
    "calendars.Authorization": {
        HASHES: "state_fingerprint session_fingerprint grant_owner", HOSTS: "provider code_verifier grant",
    },
    "calendars.Calendar": {
        HOSTS: "name color notes problem problem_code", WORDS: "meeting_types known_zone",
        IDS: "outside_id cursor", "times alone": "busy",
    },
    "calendars.CalendarEvent": {
        IDS: "provider account_fingerprint outside_calendar reference ical_uid lease mailed_uid join_url",
        WORDS: "state", HASHES: "written_digest", "our own sentences": "problem",
    },
    "pages.BookingPage": {
        HOSTS: "slug title description mail_subject mail_message brand_color logo_version background_version "
        "video_version redirect_url redirect_origins embed_origins link_key off_note",
        WORDS: "phone currency horizon_kind ask_reason staffing on_move share_rule", IDS: "public_id",
    },
    "pages.BookingLink": {HASHES: "token_fingerprint token_sealed", "lengths": "lengths", IDS: "public_id"},
    "pages.Question": {HOSTS: "key label help options terms when_option when_key", WORDS: "kind"},
    "pages.PageHost": {WORDS: "part writes"},
    "pages.CohostInvitation": {HOSTS: "email", HASHES: "token_fingerprint", IDS: "public_id"},
    "pages.FormerSlug": {HOSTS: "slug"},
    "pages.Reminder": {WORDS: "kind audience channel"},
    "pages.PageLogo": {HOSTS: "image"},
    "pages.PageBackground": {HOSTS: "image"}, "pages.PageVideo": {HOSTS: "content"},
    "pages.PageMail": {HOSTS: "kind subject message"},
    "pages.Schedule": {HOSTS: "name time_zone", IDS: "public_id"},
    "pages.Duration": {HOSTS: "title description"},
    "pages.DateOverride": {HOSTS: "windows"},
    "pages.OutOfOffice": {HOSTS: "note", IDS: "public_id"},
    "pages.TravelZone": {HOSTS: "time_zone"},
    "pages.HostRules": {HOSTS: "holiday_country holiday_region holidays_open"}, "pages.FirstSteps": {HOSTS: "states"},
    "pages.MeetingType": {HOSTS: "kind detail"},
    "bookings.Booking": {
        HOSTS: "title location", IDS: "idempotency_key public_id", WORDS: "host_time_zone status meeting_type",
    },
    "bookings.Attendee": {
        WORDS: "time_zone language clock invited_by removed_by",
        "random numbers, and others after erasing": "link_fingerprint link_sealed",
    },
    "bookings.Answer": {HOSTS: "key label", WORDS: "kind"}, "bookings.BookingHost": {WORDS: "time_zone part"},
    "bookings.Turn": {WORDS: "rule"}, "bookings.NumberFacts": {WORDS: "shown"}, "bookings.UsedProof": {IDS: "nonce"},
    "bookings.Hold": {
        HASHES: "token_fingerprint visit_fingerprint client_fingerprint network_fingerprint wide_fingerprint",
    },
    "bookings.MailCode": {HASHES: "mailbox_hash salt code_hash used_for"},
    "bookings.TextConsent": {HASHES: "number_hash", "our own sentences; the row goes": "wording"},
    "bookings.StoppedNumber": {HASHES: "number_hash"}, "bookings.SentText": {HASHES: "message", WORDS: "state"},
    "bookings.NumberCode": {HASHES: "form number_hash prefix_hash network salt code_hash", WORDS: "way"},
    "bookings.Conference": {
        IDS: "provider account_fingerprint reference join_url passcode", WORDS: "state", "our own sentences": "problem",
    },
    "bookings.HistoryEntry": {WORDS: "actor event source", HOSTS: "via", "times and numbers": "changes"},
    "api.ApiKey": {HOSTS: "name", WORDS: "scopes", IDS: "public_id start", HASHES: "fingerprint last_network"},
    "api.StoredAnswer": {
        IDS: "principal token about", HASHES: "key request",
        "sealed; `api/tests/test_forgetting.py` says with whom it goes": "body",
    },
    "oauth.ConnectedApp": {
        HOSTS: "name host", WORDS: "scopes narrowed ended_by", IDS: "public_id", HASHES: "last_network",
    },
    "webhooks.WebhookEndpoint": {
        HOSTS: "url secret_sealed former_sealed", WORDS: "events source why", IDS: "public_id pages",
    },
    "webhooks.WebhookEvent": {WORDS: "type", IDS: "public_id"}, "webhooks.DeliveryAttempt": {WORDS: "problem"},
    "webhooks.EventDelivery": {WORDS: "state", IDS: "public_id"}, "insights.DayFigure": {WORDS: "clock"},
    "drafts.PageDraft": {HOSTS: "sentence plan", WORDS: "state", "our own sentences": "problem"},
}  # fmt: skip


BROUGHT_ALONG = {
    "imports.Import": {
        "forgotten after a day, and with what is taken over": "draft", HOSTS: "report problem",
        WORDS: "product state step",
    },
    "imports.ImportedItem": {IDS: "product kind outside_id", HASHES: "outside_digest own_digest"},
    "imports.BusyShadow": {
        "gone hours after its end; `imports/tests/test_bookings.py` says what erasing does before":
        "title guest_name guest_email guest_zone others answers place join_url",
        IDS: "product outside_id cancel_url reschedule_url", WORDS: "state",
    },
}  # fmt: skip
"""What was made at another product, of guests who have no booking here."""


def text_columns(model):
    kinds = (CharField, TextField, JSONField, FileField, BinaryField, GenericIPAddressField)
    return {field.name for field in model._meta.concrete_fields if isinstance(field, kinds)}


def test_every_column_that_can_hold_a_guests_word_is_known_to_erasing():
    ours = [
        one for one in apps.get_models(include_auto_created=True) if one._meta.app_label not in OTHERS_TABLES
    ]
    there = {f"{model._meta.label}.{name}" for model in ours for name in text_columns(model)}
    known = [
        f"{label}.{name}"
        for label, columns in (*GUESTS_WORDS.items(), *_each_reason())
        for name in columns.split()
    ]

    assert sorted(there) == sorted(known), "say of a new column whether `erase` has to blank it, or why not"


def _each_reason():
    each = NO_WORDS_OF_A_GUEST | BROUGHT_ALONG | OF_PAYMENTS
    return [(label, names) for label, reasons in each.items() for names in reasons.values()]


def test_erasing_blanks_every_column_of_a_guests_words(page):
    """Filled through the tables, so that a column counts before any form asks for it."""
    booking = made(page, others=[Guest("Kim", "kim@others.example")])
    cancel(booking.pk, actor="host", note_text="", now=now())
    booking.notes.create(host=booking.host, text="")
    booking.booker.answers.create(key="team", label="Team", kind="line", value="")
    BookingOrigin.objects.create(booking=booking)
    Booking.objects.update(link=BookingLink.objects.create(page=page))
    for label in GUESTS_WORDS.keys() - {"bookings.HistoryEntry", "jobs.Job"}:
        for name in GUESTS_WORDS[label].split():
            for row in apps.get_model(label).objects.all():
                apps.get_model(label).objects.filter(pk=row.pk).update(**{name: f"{CANARY} {name} {row.pk}"})
    for row in booking.attendees.all():
        said = f"Refused: {row.name}, {row.email}, {row.phone}."
        booking.history.create(actor="system", event="link_late", text=said)
    Job.objects.update(last_error=f"The server refused {CANARY}.")
    assert CANARY in everything()

    erase(booking.pk, actor="host", now=now())

    assert CANARY not in everything()
