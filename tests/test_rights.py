"""Every address of the product has a rule that says whose it is, and the rule is kept: made from the URL map."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.clock import present
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import User
from timetuna.accounts.tests.teams import join, make_carol, make_team
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking, UnusualBookings
from timetuna.bookings.tests.conftest import make_page, order
from timetuna.calendars.actions.begin_connecting import Visit, new_authorization
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.drafts.models import PageDraft
from timetuna.imports.models import BusyShadow, Import
from timetuna.lib.crypto import random_token
from timetuna.oauth.models import ConnectedApp
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.models import BookingPage, PageHost, Schedule
from timetuna.payments.models import Payment
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook, send_test

pytestmark = pytest.mark.django_db

ANYBODY = """
    signin signin/inactive signin/google signin/google/callback signin/microsoft signin/microsoft/callback signup
    signup/name signout verify-email/sent ^verify-email/(?P<key>[-:\\w]+)$ reset-password reset-password/sent
    reset-password/done ^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\\w]+)$ settings/email/undo/<str:token>
    api/calendar-accounts/<slug:provider>/callback api/webhooks/<slug:provider>/deauthorize
    b/<str:token> b/<str:token>/link b/<str:token>/invite.ics b/<str:token>/cancel b/<str:token>/move
    b/<str:token>/move/confirm b/<str:token>/guests b/<str:token>/reminders b/<str:token>/leave b/<str:token>/zone
    b/<str:token>/texts api/webhooks/<slug:service>
    holds/release b/<str:token>/onward b/<str:token>/address
    b/<str:token>/pay b/<str:token>/paid api/webhooks/stripe api/webhooks/stripe/<slug:address>
    api/calendar-accounts/stripe/callback
    api/pages/<slug:handle>/<slug:slug>/times
    looks/<row:page_id>/<slug:version>.png looks/<row:page_id>/<slug:version>/card.png
    looks/<row:page_id>/<slug:version>/video
    looks/<row:page_id>/<slug:version>.jpg looks/people/<row:host_id>/<slug:version>.jpg
    <slug:handle> <slug:handle>/ <slug:handle>/<slug:slug> <slug:handle>/<slug:slug>/ <slug:handle>/<slug:slug>/book
    invite/<str:token> cohost/<str:token> favicon.ico robots.txt search/mail-domain search/zones
    embed.js oembed openapi.json docs docs/<path:name> problems problems/<slug:code> llms.txt oauth/authorize
""".split()  # noqa: SIM905 - one list, read as words
LEADS_ON = [
    "",
    "settings",
    "booking-pages/<row:page_id>",
    "settings/availability",
    "settings/availability/schedules/<row:schedule_id>",
]
SIGNED_IN = """
    reauthenticate settings/profile settings/email settings/password settings/password/first settings/providers
    settings/providers/<slug:provider>/connect settings/providers/<slug:provider>/log-in
    settings/providers/<slug:provider>/finish booking-pages
    settings/providers/stripe/connect settings/providers/stripe/finish settings/providers/stripe/key
    settings/providers/stripe/check settings/providers/stripe/disconnect
    settings/import settings/import/calendar/remove settings/import/from/<slug:product> settings/import/bookings
    booking-pages/new setup setup/away setup/<slug:name> setup/<slug:name>/skip
    setup/<slug:name>/connect/<slug:provider> availability availability/undo availability/schedules/new
    availability/out-of-office
    availability/trips availability/holidays availability/holidays/choice availability/limits settings/guests-data
    settings/team settings/team/new bookings bookings/agenda bookings/export.csv why
    insights insights/days.csv insights/<slug:figure>.csv booking-pages/describe
    settings/developers settings/developers/keys/new settings/developers/webhooks settings/developers/webhooks/new
    settings/apps
""".split()  # noqa: SIM905
OWNERS = """
    settings/providers/<slug:provider>/disconnect settings/providers/<slug:provider>/replace/<row:authorization>
    settings/providers/accounts/<row:account>/calendars settings/providers/accounts/<row:account>/read
    settings/providers/accounts/<row:account>/name
    settings/providers/calendars/<row:calendar> settings/providers/calendars/<row:calendar>/read
    booking-pages/<row:page_id>/calendars booking-pages/<row:page_id>/calendars/connect
    booking-pages/<row:page_id>/calendars/connect/<slug:provider>
    booking-pages/<row:page_id>/your-part booking-pages/<row:page_id>/your-part/pause
    booking-pages/<row:page_id>/booking booking-pages/<row:page_id>/availability
    booking-pages/<row:page_id>/notifications booking-pages/<row:page_id>/duplicate
    booking-pages/<row:page_id>/delete booking-pages/<row:page_id>/why booking-pages/<row:page_id>/guests
    booking-pages/<row:page_id>/shares booking-pages/<row:page_id>/shares.csv
    booking-pages/<row:page_id>/look booking-pages/<row:page_id>/mail-preview booking-pages/<row:page_id>/mail-test
    booking-pages/<row:page_id>/preview/<slug:tab>
    availability/schedules/<row:schedule_id> availability/schedules/<row:schedule_id>/default
    availability/schedules/<row:schedule_id>/delete availability/schedules/<row:schedule_id>/dates
    availability/schedules/<row:schedule_id>/dates/<str:days> availability/schedules/<row:schedule_id>/usual
    availability/out-of-office/<row:absence_id> availability/out-of-office/<row:absence_id>/remove
    availability/trips/<row:trip_id> availability/trips/<row:trip_id>/remove bookings/<row:booking_id>
    bookings/<row:booking_id>/retry bookings/<row:booking_id>/cancel bookings/<row:booking_id>/new-link
    bookings/<row:booking_id>/answer bookings/<row:booking_id>/move bookings/<row:booking_id>/move/confirm
    bookings/<row:booking_id>/no-show bookings/<row:booking_id>/notes bookings/<row:booking_id>/resend
    bookings/<row:booking_id>/erase bookings/<row:booking_id>/guests bookings/<row:booking_id>/history.json
    bookings/<row:booking_id>/use-account bookings/<row:booking_id>/hand-over bookings/<row:booking_id>/handed-over
    bookings/<row:booking_id>/refund
    booking-pages/drafts/<row:draft_id>
    booking-pages/<row:page_id>/leave booking-pages/<row:page_id>/cohosts/<row:host_id>/leave
    bookings/<row:booking_id>/source bookings/unusual/<row:number>
    settings/team/<row:team_id> settings/team/<row:team_id>/invite settings/team/<row:team_id>/leave
    settings/team/<row:team_id>/delete settings/team/<row:team_id>/people/<row:member_id>/role
    settings/team/<row:team_id>/people/<row:member_id>/owner settings/team/<row:team_id>/people/<row:member_id>/remove
    settings/team/<row:team_id>/invitations/<row:invitation_id>/again
    settings/team/<row:team_id>/invitations/<row:invitation_id>/take-back
    booking-pages/<row:page_id>/cohosts/ask booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/again
    booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/take-back
    booking-pages/<row:page_id>/team booking-pages/<row:page_id>/questions/new
    booking-pages/<row:page_id>/questions/<row:question_id>
    booking-pages/<row:page_id>/questions/<row:question_id>/move
    booking-pages/<row:page_id>/questions/<row:question_id>/delete
    booking-pages/<row:page_id>/switch booking-pages/<row:page_id>/off
    booking-pages/<row:page_id>/share booking-pages/<row:page_id>/share/qr.<slug:kind>
    booking-pages/<row:page_id>/share/links booking-pages/<row:page_id>/share/links.csv
    booking-pages/<row:page_id>/share/times booking-pages/<row:page_id>/share/website
    booking-pages/<row:page_id>/share/website/preview
    booking-pages/<row:page_id>/share/links/new booking-pages/<row:page_id>/share/links/many
    booking-pages/<row:page_id>/share/links/<row:link_id>/end
    settings/import/<row:import_id> settings/import/<row:import_id>/progress settings/import/<row:import_id>/drop
    settings/import/bookings/<row:shadow_id> settings/import/bookings/<row:shadow_id>/free
    settings/developers/keys/<slug:key_id>/made settings/developers/keys/<slug:key_id>/revoke
    settings/developers/webhooks/<slug:hook_id> settings/developers/webhooks/<slug:hook_id>/secret
    settings/developers/webhooks/<slug:hook_id>/rotate settings/developers/webhooks/<slug:hook_id>/test
    settings/developers/webhooks/<slug:hook_id>/switch settings/developers/webhooks/<slug:hook_id>/remove
    settings/developers/webhooks/<slug:hook_id>/replay
    settings/developers/webhooks/<slug:hook_id>/deliveries/<slug:delivery_id>
    settings/developers/webhooks/<slug:hook_id>/deliveries/<slug:delivery_id>/replay
    settings/apps/<slug:connection_id>/disconnect
""".split()  # noqa: SIM905
PROGRAMS = ("api/v1", "mcp", ".well-known/oauth", "oauth/token", "oauth/revoke", "oauth/register")
"""To which no session is anybody; each has its rows in api/tests, mcp/tests and oauth/tests."""
HOSTS = [
    route
    for route in OWNERS
    if "/calendars" in route or "/your-part" in route or route.endswith("page_id>/leave")
]
"""What each of a page's hosts has for themselves."""
DAY = date(2095, 1, 1)
PAST_COUNTING = {"sessions.session"}


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def stored() -> list[list[Any]]:
    """Return all rows of all tables."""
    models = [one._meta for one in apps.get_models(include_auto_created=True)]
    return [_rows(model.db_table) for model in models if model.label_lower not in PAST_COUNTING]


def _rows(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - our own tables
        return list(cursor.fetchall())


def for_programs(owner: User) -> dict[str, object]:
    """Return a key, an app, and a webhook with something that it was sent."""
    key, _ = create_key(owner, NewKey(name="CRM", scopes=[ApiScope.BOOKINGS]), now=present())
    hooked = NewWebhook(url="https://receiver.example/", events=["booking.created"])
    hook, _ = create_webhook(owner, hooked, now=present())
    return {
        "key_id": key.public_id,
        "connection_id": ConnectedApp.objects.create(user=owner, name="Zapper").public_id,
        "hook_id": hook.public_id,
        "delivery_id": send_test(hook).public_id,
    }


def of_hosts() -> list[str]:
    """Return the routes at which people are somebody by their session."""
    return [one for one in routes() if not one.startswith(PROGRAMS)]


def own_rows_of(alice: User) -> dict[str, object]:
    return {
        "absence_id": alice.out_of_office.create(first=DAY, last=DAY).pk,
        "trip_id": alice.travel_zones.create(first=DAY, last=DAY, time_zone="Asia/Tokyo").pk,
        "days": DAY,
        **for_programs(alice),
    }


def paid_booking(page: BookingPage) -> Booking:
    booked = book(order(page), now=present())
    Payment.objects.create(booking=booked, payee=page.host, amount=4500, currency="eur", state="paid")
    return booked


@pytest.fixture
def belongings(alice: User) -> dict[str, object]:
    page = make_page(alice)
    booked = paid_booking(page)
    waiting = new_authorization(Visit(alice.pk, "session", "zoom"), state=random_token())
    waiting.grant = "sealed"
    waiting.save()
    team = make_team(alice)
    join(team, make_carol(), "owner")
    invite_to_team(team, email="dora@example.org", by=alice)
    account = CalendarAccount.objects.create(
        host=alice, provider="zoom", provider_user_id="u", expires_at=present() + timedelta(hours=1)
    )
    return {
        "page_id": page.pk,
        "booking_id": booked.pk,
        "schedule_id": Schedule.objects.get(host=alice, page=None, is_default=True).pk,
        "authorization": waiting.pk,
        "account": account.pk,
        "calendar": Calendar.objects.create(account=account, outside_id="c", name="Work").pk,
        "number": UnusualBookings.objects.create(page=page, began_at=present(), last_at=present()).pk,
        "provider": "zoom",
        "name": "hours",
        "tab": "guests",
        "figure": "booked",
        "draft_id": PageDraft.objects.create(host=alice, sentence="Half an hour by phone.").pk,
        "host_id": alice.pk,
        "question_id": page.questions.create(key="firm", label="Your firm").pk,
        "link_id": page.links.create(token_fingerprint="f", token_sealed="sealed").pk,
        "kind": "svg",
        "asked_id": invite_cohost(page, email="dora@example.org", by=alice).pk,
        "team_id": team.pk,
        "member_id": team.memberships.exclude(user=alice).get().pk,
        "invitation_id": team.invitations.get().pk,
        "product": "calendly",
        "import_id": Import.objects.create(host=alice, product="calendly", state="failed").pk,
        "shadow_id": BusyShadow.objects.create(
            host=alice, product="calendly", outside_id="x", start_minute=minute_of(present()) + 60, minutes=30
        ).pk,
        **own_rows_of(alice),
    }


def address(route: str, ids: dict[str, object]) -> str:
    known = {"code": "slot-taken", "address": "nobodys"} | ids
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(known[found[1]]), route)


def test_every_address_has_one_rule() -> None:
    ruled = [*ANYBODY, *LEADS_ON, *SIGNED_IN, *OWNERS]

    assert sorted(ruled) == sorted(set(of_hosts()))


def test_who_is_not_signed_in_gets_nothing(belongings: dict[str, object]) -> None:
    nobody, before = Client(), stored()

    for route in [*SIGNED_IN, *OWNERS]:
        path = address(route, belongings)
        answers = [nobody.get(path), nobody.post(path), nobody.put(path), nobody.delete(path)]
        assert {answer.status_code for answer in answers} <= {302, 405}, route
        assert stored() == before, route


def test_a_stranger_gets_nothing(belongings: dict[str, object], charlie: User) -> None:
    stranger = Client()
    stranger.force_login(charlie)
    before = stored()

    for route in OWNERS:
        path = address(route, belongings)
        shown = stranger.get(path)
        changed = stranger.post(path, {"answer": "replace", "account": belongings["account"]})
        assert shown.status_code in {404, 405, 302}, route
        assert changed.status_code in {404, 405, 302}, route
        assert stored() == before, route


def test_a_teammate_sees_the_meeting_and_nothing_else(belongings: dict[str, object], bob: User) -> None:
    Booking.objects.get().booking_hosts.create(host=bob, start_minute=0, end_minute=30)
    PageHost.objects.create(page_id=belongings["page_id"], host=bob)
    teammate = Client()
    teammate.force_login(bob)

    for route in OWNERS:
        shown = teammate.get(address(route, belongings))
        if route.startswith("bookings/<row:booking_id>"):
            expected = {404} if route.endswith(("/source", "/handed-over")) else {200, 302, 422}
            assert shown.status_code in expected, route
        elif route.startswith("booking-pages/"):
            assert shown.status_code in {200, 302, 404, 405}, route
            assert route not in HOSTS or "Work" not in shown.content.decode(), route
        else:
            elsewhere = {"/booking-pages", "/bookings"}
            assert shown.status_code in {404, 405} or shown.headers["Location"] in elsewhere, route


def test_looking_changes_nothing(belongings: dict[str, object], alice: User) -> None:
    owner = Client()
    owner.force_login(alice)
    before = stored()

    for route in OWNERS:
        path = address(route, belongings).replace("/replace/", "/replace/9")
        owner.get(path)
        owner.head(path)
        assert stored() == before, route


def test_forms_of_other_sites_are_refused(belongings: dict[str, object], alice: User) -> None:
    owner = Client(enforce_csrf_checks=True)
    owner.force_login(alice)
    before = stored()

    for route in [*SIGNED_IN, *OWNERS]:
        path = address(route, belongings)
        plain = owner.post(path, {"x": "1"}, headers={"Origin": "https://evil.example"})
        as_text = owner.post(path, '{"x": 1}', content_type="text/plain")
        assert (plain.status_code, as_text.status_code) == (403, 403), route
        assert stored() == before, route
