"""A host who reads German saves what is shown and typed in German; what is noted of it is in nobody's language."""

import pytest
from django.test import Client
from django.utils import translation

from tests.clock import present
from timetuna.accounts.models import ActivityEntry
from timetuna.bookings.tests.conftest import make_page
from timetuna.pages.models import Reminder
from timetuna.web.forms import fields_written


@pytest.fixture
def browser(alice, settings):
    settings.HOST_LANGUAGES = ["en", "de"]
    alice.language = "de"
    alice.save()
    client = Client()
    client.force_login(alice)
    return client


def save(browser, path, **typed):
    form = browser.get(path).context["form"]
    with translation.override("de"):
        shown = {name: values or "" for name, values in fields_written(form).items()}
    return browser.post(path, shown | {"version": form.version} | typed)


def test_lengths_of_time_are_typed_and_shown_in_german(browser, alice):
    path = f"/booking-pages/{make_page(alice).pk}/notifications"

    assert save(browser, path, guest_reminders="2 Tage, 24 Std. und 30 Min.").status_code == 302
    assert list(Reminder.objects.values_list("minutes", flat=True)) == [2_880, 1_440, 30]
    assert save(browser, path, host_reminders="1 h").status_code == 302
    with translation.override("de"):
        form = browser.get(path).context["form"]
        assert form["guest_reminders"].value() == "2 Tage, 24 Std., 30 Min."
    assert {what for entry in ActivityEntry.objects.all() for what, *_ in entry.changes} == {
        "Remind guests",
        "Remind me",
    }


def test_a_length_that_is_none_is_named_in_german(browser, alice):
    answer = save(
        browser, f"/booking-pages/{make_page(alice).pk}/notifications", guest_reminders="2 Ewigkeiten"
    )

    assert answer.status_code == 422
    assert "„2 ewigkeiten“ ist keine Zeitspanne." in answer.content.decode()


def test_a_form_with_a_zone_is_saved_in_german(browser, alice):
    assert save(browser, "/settings/profile", name="Alice Neu").status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone) == ("Alice Neu", "Europe/Berlin")


def test_what_was_changed_of_somebodys_part_is_told_in_german(browser, alice):
    page = make_page(alice)
    row = page.page_hosts.get()
    told = [[f"Weight of {{host{row.pk}}}", "100", "50"], ["Listed", "On", "Off"], ["Title", "On", "Off"]]
    ActivityEntry.objects.create(
        at=present(),
        deed="page_changed",
        page=page,
        people={f"host{row.pk}": [alice.pk, "Alice"]},
        changes=told,
    )

    (line,) = browser.get(f"/booking-pages/{page.pk}/booking").context["activity"]

    assert [(one.what, one.before, one.after) for one in line.changes] == [
        ("Gewicht von Alice", "100", "50"),
        ("Gelistet", "An", "Aus"),
        ("Titel", "On", "Off"),
    ]
