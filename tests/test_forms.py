"""Every form of the product, walked page by page: nothing that is missing from what was sent is taken for a change."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import dumps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from tests.forms import Form, forms_of
from tests.sampling import sampled
from tests.test_rights import address, belongings, routes
from timetuna.accounts.adapter import UNDO_SALT
from timetuna.accounts.models import EmailChange, User
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.bookings.tests.diary import put_attendee
from timetuna.calendars.models import Calendar
from timetuna.pages.models import BookingPage, OutOfOffice, Schedule, TravelZone, WeeklyHours

pytestmark = pytest.mark.django_db
__all__ = ["belongings"]
TOKEN = "csrfmiddlewaretoken"
TOKEN_TAG = r"""{% csrf_token %}|{% include "public/_authority.html" %}"""
SENT = re.compile(r"<form\b(?=[^>]*method=\"post\").*?</form>", re.DOTALL)
ROOT = Path(__file__).resolve().parent.parent / "timetuna"
TEMPLATES = {
    str(path).rpartition("/templates/")[2]: path.read_text(encoding="utf-8") for path in ROOT.rglob("*.html")
}
WITH_FORMS = {name for name, text in TEMPLATES.items() if 'method="post"' in text}
BY_OTHER_TESTS = {
    "accounts/invitation.html",
    "accounts/first_password.html",
    "accounts/reset_password_from_key.html",
    "accounts/reset_password_other.html",
    "accounts/social_signup.html",
    "accounts/verify_email.html",
    "api/key_new.html",
    "bookings/_undo_move.html",
    "bookings/_unpaid.html",
    "bookings/_refund.html",
    "bookings/handed_over.html",
    "calendars/replace.html",
    "drafts/draft.html",
    "drafts/sentence.html",
    "imports/plan.html",
    "imports/reading.html",
    "imports/report.html",
    "oauth/consent.html",
    "pages/_steps.html",
    "pages/first_steps/meeting.html",
    "pages/first_steps/share.html",
    "public/address.html",
    "public/code.html",
    "public/taken.html",
    "public/texts.html",
    "webhooks/new.html",
    "webhooks/replay.html",
}
"""What only a link from a mail, a provider's answer or what was just done leads to: most have one field of their own,
or make of what their reader sees something that was not there."""


HARMLESS = ("-DELETE", "-MIN_NUM_FORMS", "-MAX_NUM_FORMS", "preview_language", "again")
"""What only marks, bounds or shows; `again` says where whoever connects an account goes on afterwards."""
CHANGE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) \"(?!django_session)")


@pytest.fixture
def places(belongings: dict[str, object], alice: User, bob: User) -> list[str]:
    """Return every page with forms that a host or a guest can reach, with something in each of them."""
    page = BookingPage.objects.get(pk=belongings["page_id"])
    today = present().date()
    OutOfOffice.objects.create(host=alice, first=today, last=today, note="Away")
    TravelZone.objects.create(host=alice, first=today, last=today, time_zone="Asia/Tokyo")
    page.meeting_types.create(kind="phone", enabled=True)
    page.schedule = Schedule.objects.create(host=alice, page=page, time_zone="Europe/Berlin")
    page.schedule.weekly_hours.bulk_create(
        WeeklyHours(schedule=page.schedule, weekday=day, start_minute=0, end_minute=1440) for day in range(7)
    )
    page.save()
    Calendar.objects.update(blocks=False)  # nobody answers for it here, so no time would be free
    mine = Booking.objects.get()
    link, own = link_path(mine.booker), link_path(put_attendee(mine, email="kim@others.example"))
    over = book(order(page, tomorrow(13)), now=present())
    Booking.objects.filter(pk=over.pk).update(start_at=over.start_at - timedelta(days=30))
    asked = make_page(alice, slug="asked")
    BookingPage.objects.filter(pk=asked.pk).update(approval=True)
    asked.page_hosts.create(host=bob)
    waiting = book(order(asked, tomorrow(15)), now=present())
    change = EmailChange.objects.create(user=alice, former="former@example.org")
    starts = [f"start={write_start(tomorrow(hour))}" for hour in (17, 18, 19)]
    ids = belongings | {"booking_id": over.pk}
    return [
        *(address(route, belongings) for route in routes() if _is_reached(route)),
        *(address(route, ids) for route in routes() if "booking_id" in route),
        f"/bookings/{waiting.pk}",
        f"/booking-pages/{asked.pk}/cohosts/{bob.pk}/leave",
        f"/alice/intro/book?{starts[0]}&duration=30",
        f"/bookings/{belongings['booking_id']}/move/confirm?{starts[1]}",
        own,
        f"{own}/leave",
        *(f"{link}/{part}" for part in ("cancel", "guests", "reminders", f"move/confirm?{starts[2]}")),
        f"/settings/email/undo/{dumps(change.pk, salt=UNDO_SALT)}",
        "/settings/providers/caldav/log-in",
        "/settings/providers/icalfeed/log-in",
    ]


def _is_reached(route: str) -> bool:
    return not route.startswith(("^", "b/", "api/", "<", "looks/", "holds/")) and "<str:" not in route


def pages(places: list[str], alice: User) -> Iterator[tuple[str, Client, Any]]:
    """Open each page as its host and as nobody; yield its address, who looks, and what they got."""
    for path in places:
        host = Client()
        host.force_login(alice)
        for client in (host, Client()):
            answer = client.get(path, follow=True)
            last = answer.redirect_chain[-1][0] if answer.redirect_chain else path
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield last, client, answer


def all_forms(places: list[str], alice: User) -> Iterator[tuple[str, Client, Form]]:
    """Yield each form once: where it goes, who may send it, and the form."""
    known = set()
    for path, client, answer in pages(places, alice):
        for form in forms_of(answer.content.decode()):
            target = form.action or path
            shape = (target.partition("?")[0], tuple(form.names()), tuple(form.buttons))
            if shape not in known:
                known.add(shape)
                yield target, client, form


def test_the_token_is_the_last_field_so_that_no_beginning_of_a_form_passes_for_the_whole() -> None:
    forms = [(name, form) for name, text in TEMPLATES.items() for form in SENT.findall(text)]

    assert len(forms) > 40
    assert [name for name, form in forms if not re.search(rf"({TOKEN_TAG})\s*</form>$", form)] == []


@pytest.mark.matrix(of="walk")
def test_every_template_with_a_form_is_walked(places: list[str], alice: User) -> None:
    found = list(pages(places, alice))
    shown = {template.name for _, _, answer in found for template in answer.templates}
    forms = {form for _, _, answer in found for form in SENT.findall(answer.content.decode())}

    assert WITH_FORMS - shown == BY_OTHER_TESTS
    assert [form for form in forms if f'name="{TOKEN}"' not in form] == []


@pytest.mark.matrix(of="walk")
def test_a_field_that_did_not_arrive_changes_nothing(places: list[str], alice: User) -> None:
    changed = [
        (target, name)
        for target, client, form in sampled(list(all_forms(places, alice)), within=True)
        for button in form.buttons or [None]
        for name, sent in without_each(form, button)
        if writes(client, target, sent)
    ]

    assert changed == []


def without_each(form: Form, button: tuple[str, str] | None) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield what is sent without one of the fields, of rows that look alike those of the first; and its name."""
    sent: dict[str, list[str]] = {}
    for name, value in [*form.fields, *([button] if button else [])]:
        sent.setdefault(name, []).append(value)
    alike = {re.sub("[0-9]+", "0", name): name for name in reversed(sent) if name != TOKEN}
    for name in alike.values():
        if not name.endswith(HARMLESS):
            yield name, {other: values for other, values in sent.items() if other != name}


def writes(client: Client, target: str, sent: dict[str, list[str]]) -> bool:
    """Send it, say whether anything was stored, and undo what was."""

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        client.post(target, sent)
        transaction.set_rollback(True)
    return any(CHANGE.match(query["sql"]) for query in queries)
