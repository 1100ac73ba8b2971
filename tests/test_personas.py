"""Every address of the product for each of nine people, with what is answered, as one table; a new one needs a row."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.clock import present
from tests.test_rights import routes
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.tests.conftest import mails
from timetuna.bookings.models import UnusualBookings
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import put
from timetuna.calendars.actions.begin_connecting import Visit, new_authorization
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.lib.crypto import random_token
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.models import PageHost, Schedule

pytestmark = [pytest.mark.django_db, pytest.mark.either]
PEOPLE = ["owner", "admin", "member", "cohost", "invited", "removed", "stranger", "guest", "out"]
TABLE = r"""
    GET / 302
    POST / 302
    GET /embed.js 200
    POST /embed.js 405
    GET /favicon.ico 200
    POST /favicon.ico 405
    GET /robots.txt 200
    POST /robots.txt 405
    GET /search/mail-domain 200
    POST /search/mail-domain 405
    GET /search/zones 200
    POST /search/zones 405
    GET /signin 302 302 302 302 302 302 302 200 200
    POST /signin 302 302 302 302 302 302 302 422 422
    GET /signin/inactive 200
    POST /signin/inactive 405
    GET /signin/google 405
    POST /signin/google 404
    GET /signin/google/callback 404
    POST /signin/google/callback 405
    GET /signin/microsoft 405
    POST /signin/microsoft 404
    GET /signin/microsoft/callback 404
    POST /signin/microsoft/callback 405
    GET /signup 302 302 302 302 302 302 302 200 200
    POST /signup 302 302 302 302 302 302 302 422 422
    GET /signup/name 302
    POST /signup/name 302
    GET /signout 200 200 200 200 200 200 200 302 302
    POST /signout 302
    GET /verify-email/sent 200
    POST /verify-email/sent 405
    GET /^verify-email/(?P<key>[-:\w]+)$ 410
    POST /^verify-email/(?P<key>[-:\w]+)$ 410
    GET /reset-password 200
    POST /reset-password 422
    GET /reset-password/sent 200
    POST /reset-password/sent 405
    GET /reset-password/done 200
    POST /reset-password/done 405
    GET /^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)$ 200
    POST /^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)$ 200
    GET /reauthenticate 200 200 200 200 200 200 200 302 302
    POST /reauthenticate 422 422 422 422 422 422 422 302 302
    GET /invite/<str:token> 404
    POST /invite/<str:token> 404
    GET /settings 302
    POST /settings 302
    GET /settings/email 200 200 200 200 200 200 200 302 302
    POST /settings/email 302
    GET /settings/email/undo/<str:token> 410
    POST /settings/email/undo/<str:token> 410
    GET /settings/password 200 200 200 200 200 200 200 302 302
    POST /settings/password 422 422 422 422 422 422 422 302 302
    GET /settings/password/first 302
    POST /settings/password/first 302
    GET /settings/providers 200 200 200 200 200 200 200 302 302
    POST /settings/providers 405
    GET /settings/providers/<slug:provider>/connect 405
    POST /settings/providers/<slug:provider>/connect 302
    GET /settings/providers/<slug:provider>/disconnect 405
    POST /settings/providers/<slug:provider>/disconnect 302
    GET /settings/providers/<slug:provider>/finish 200 200 200 200 200 200 200 302 302
    POST /settings/providers/<slug:provider>/finish 405
    GET /settings/providers/<slug:provider>/replace/<row:authorization> 404 404 404 404 404 404 404 302 302
    POST /settings/providers/<slug:provider>/replace/<row:authorization> 302
    GET /settings/providers/<slug:provider>/log-in 404 404 404 404 404 404 404 302 302
    POST /settings/providers/<slug:provider>/log-in 404 404 404 404 404 404 404 302 302
    GET /settings/providers/accounts/<row:account>/calendars 200 404 404 404 404 404 404 302 302
    POST /settings/providers/accounts/<row:account>/calendars 405
    GET /settings/providers/accounts/<row:account>/read 405
    POST /settings/providers/accounts/<row:account>/read 302 404 404 404 404 404 404 302 302
    GET /settings/providers/calendars/<row:calendar> 405
    POST /settings/providers/calendars/<row:calendar> 302 404 404 404 404 404 404 302 302
    GET /settings/providers/calendars/<row:calendar>/read 405
    POST /settings/providers/calendars/<row:calendar>/read 302 404 404 404 404 404 404 302 302
    GET /api/calendar-accounts/<slug:provider>/callback 302
    POST /api/calendar-accounts/<slug:provider>/callback 405
    GET /api/webhooks/<slug:provider>/deauthorize 405
    POST /api/webhooks/<slug:provider>/deauthorize 401
    GET /booking-pages 200 200 200 200 200 200 200 302 302
    POST /booking-pages 405
    GET /booking-pages/new 302
    POST /booking-pages/new 302
    GET /booking-pages/<row:page_id> 302 302 302 302 404 404 404 302 302
    POST /booking-pages/<row:page_id> 405
    GET /booking-pages/<row:page_id>/booking 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/booking 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/availability 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/availability 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/calendars 200 404 404 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/calendars 422 404 404 422 404 404 404 302 302
    GET /booking-pages/<row:page_id>/your-part 200 404 404 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/your-part 422 404 404 422 404 404 404 302 302
    GET /booking-pages/<row:page_id>/guests 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/guests 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/notifications 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/notifications 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/look 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/look 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/your-part/pause 302 404 404 302 404 404 404 302 302
    POST /booking-pages/<row:page_id>/your-part/pause 302 404 404 302 404 404 404 302 302
    GET /booking-pages/<row:page_id>/calendars/connect 200 404 404 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/calendars/connect 405
    GET /booking-pages/<row:page_id>/calendars/connect/<slug:provider> 404 404 404 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/calendars/connect/<slug:provider> 404 404 404 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/questions/new 200 200 200 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/questions/new 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/questions/<row:question_id> 200 200 200 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/questions/<row:question_id> 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/questions/<row:question_id>/move 302 302 302 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/questions/<row:question_id>/move 302 302 302 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/questions/<row:question_id>/delete 302 302 302 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/questions/<row:question_id>/delete 302 302 302 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/cohosts/ask 302
    POST /booking-pages/<row:page_id>/cohosts/ask 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/again 302
    POST /booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/again 302 302 302 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/take-back 302
    POST /booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/take-back 302 302 302 404 404 404 404 302 302
    GET /cohost/<str:token> 404 404 404 404 200 404 404 404 404
    POST /cohost/<str:token> 404 404 404 404 200 404 404 404 404
    GET /booking-pages/<row:page_id>/team 302
    POST /booking-pages/<row:page_id>/team 302 302 404 404 404 404 404 302 302
    GET /looks/<row:page_id>/<slug:version>.jpg 404
    GET /looks/<row:page_id>/<slug:version>.png 404
    GET /looks/people/<row:host_id>/<slug:version>.jpg 404
    POST /looks/<row:page_id>/<slug:version>.jpg 405
    POST /looks/<row:page_id>/<slug:version>.png 405
    GET /looks/<row:page_id>/<slug:version>/card.png 404
    POST /looks/<row:page_id>/<slug:version>/card.png 405
    GET /looks/<row:page_id>/<slug:version>/video 404
    POST /looks/<row:page_id>/<slug:version>/video 405
    POST /looks/people/<row:host_id>/<slug:version>.jpg 405
    GET /booking-pages/<row:page_id>/duplicate 302
    POST /booking-pages/<row:page_id>/duplicate 302 302 302 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/delete 302
    POST /booking-pages/<row:page_id>/delete 302 302 404 404 404 404 404 302 302
    GET /settings/profile 200 200 200 200 200 200 200 302 302
    POST /settings/profile 422 422 422 422 422 422 422 302 302
    GET /settings/team 302 302 302 200 200 200 200 302 302
    POST /settings/team 405
    GET /settings/team/new 200 200 200 200 200 200 200 302 302
    POST /settings/team/new 422 422 422 422 422 422 422 302 302
    GET /settings/team/<row:team_id> 200 200 200 404 404 404 404 302 302
    POST /settings/team/<row:team_id> 404 422 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/invite 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/invite 404 422 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/leave 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/leave 302 302 302 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/delete 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/delete 404 404 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/people/<row:member_id>/role 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/people/<row:member_id>/role 404 404 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/people/<row:member_id>/owner 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/people/<row:member_id>/owner 404 404 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/people/<row:member_id>/remove 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/people/<row:member_id>/remove 404 302 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/invitations/<row:invitation_id>/again 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/invitations/<row:invitation_id>/again 404 302 404 404 404 404 404 302 302
    GET /settings/team/<row:team_id>/invitations/<row:invitation_id>/take-back 302 302 302 404 404 404 404 302 302
    POST /settings/team/<row:team_id>/invitations/<row:invitation_id>/take-back 404 302 404 404 404 404 404 302 302
    GET /settings/availability 200 200 200 200 200 200 200 302 302
    POST /settings/availability 422 422 422 422 422 422 422 302 302
    GET /settings/availability/holidays 200 200 200 200 200 200 200 302 302
    POST /settings/availability/holidays 405
    GET /settings/availability/schedules/new 405
    POST /settings/availability/schedules/new 302
    GET /settings/availability/schedules/<row:schedule_id> 200 404 404 404 404 404 404 302 302
    POST /settings/availability/schedules/<row:schedule_id> 422 404 404 404 404 404 404 302 302
    GET /settings/availability/schedules/<row:schedule_id>/default 405
    POST /settings/availability/schedules/<row:schedule_id>/default 302 404 404 404 404 404 404 302 302
    GET /settings/availability/schedules/<row:schedule_id>/delete 405
    POST /settings/availability/schedules/<row:schedule_id>/delete 302 404 404 404 404 404 404 302 302
    GET /bookings 200 200 200 200 200 200 200 302 302
    POST /bookings 405
    GET /bookings/agenda 200 200 200 200 200 200 200 302 302
    POST /bookings/agenda 405
    GET /bookings/export.csv 200 200 200 200 200 200 200 302 302
    POST /bookings/export.csv 405
    GET /bookings/unusual/<row:number> 200 200 404 404 404 404 404 302 302
    POST /bookings/unusual/<row:number> 302 302 404 404 404 404 404 302 302
    GET /bookings/<row:booking_id> 200 200 200 200 404 404 404 302 302
    POST /bookings/<row:booking_id> 405
    GET /bookings/<row:booking_id>/source 200 200 404 200 404 404 404 302 302
    POST /bookings/<row:booking_id>/source 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/retry 302
    POST /bookings/<row:booking_id>/retry 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/use-account 302
    POST /bookings/<row:booking_id>/use-account 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/cancel 302
    POST /bookings/<row:booking_id>/cancel 422 422 404 422 404 404 404 302 302
    GET /bookings/<row:booking_id>/new-link 302
    POST /bookings/<row:booking_id>/new-link 404 404 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/answer 302 302 404 302 404 404 404 302 302
    POST /bookings/<row:booking_id>/answer 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/move 200 200 404 200 404 404 404 302 302
    POST /bookings/<row:booking_id>/move 405
    GET /bookings/<row:booking_id>/move/confirm 422 422 404 422 404 404 404 302 302
    POST /bookings/<row:booking_id>/move/confirm 422 422 404 422 404 404 404 302 302
    GET /bookings/<row:booking_id>/hand-over 200 200 404 200 404 404 404 302 302
    POST /bookings/<row:booking_id>/hand-over 422 422 404 422 404 404 404 302 302
    GET /bookings/<row:booking_id>/handed-over 404 404 404 404 404 404 404 302 302
    POST /bookings/<row:booking_id>/handed-over 404 404 404 404 404 404 404 302 302
    GET /bookings/<row:booking_id>/guests 302
    POST /bookings/<row:booking_id>/guests 422 422 404 422 404 404 404 302 302
    GET /bookings/<row:booking_id>/no-show 302
    POST /bookings/<row:booking_id>/no-show 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/notes 302
    POST /bookings/<row:booking_id>/notes 422 422 404 422 404 404 404 302 302
    GET /bookings/<row:booking_id>/resend 302
    POST /bookings/<row:booking_id>/resend 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/erase 302
    POST /bookings/<row:booking_id>/erase 302 302 404 302 404 404 404 302 302
    GET /bookings/<row:booking_id>/history.json 200 200 404 200 404 404 404 302 302
    POST /bookings/<row:booking_id>/history.json 405
    GET /b/<str:token> 404 404 404 404 404 404 404 200 404
    POST /b/<str:token> 405
    GET /b/<str:token>/onward 404 404 404 404 404 404 404 302 404
    POST /b/<str:token>/onward 405
    GET /b/<str:token>/link 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/link 405
    GET /b/<str:token>/invite.ics 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/invite.ics 405
    GET /b/<str:token>/cancel 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/cancel 404 404 404 404 404 404 404 422 404
    GET /b/<str:token>/move 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/move 405
    GET /b/<str:token>/move/confirm 404 404 404 404 404 404 404 302 404
    POST /b/<str:token>/move/confirm 404 404 404 404 404 404 404 302 404
    GET /b/<str:token>/guests 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/guests 404 404 404 404 404 404 404 422 404
    GET /b/<str:token>/address 404 404 404 404 404 404 404 302 404
    POST /b/<str:token>/address 404 404 404 404 404 404 404 302 404
    GET /b/<str:token>/reminders 404 404 404 404 404 404 404 200 404
    POST /b/<str:token>/reminders 404 404 404 404 404 404 404 302 404
    GET /b/<str:token>/leave 404
    POST /b/<str:token>/leave 404
    GET /b/<str:token>/zone 404
    POST /b/<str:token>/zone 404
    GET /oembed 404
    POST /oembed 405
    GET /holds/release 405
    POST /holds/release 204
    GET /why 302 302 302 302 200 200 200 302 302
    POST /why 405
    GET /booking-pages/<row:page_id>/leave 404 404 404 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/leave 404 404 404 422 404 404 404 302 302
    GET /booking-pages/<row:page_id>/cohosts/<row:host_id>/leave 200 200 200 404 404 404 404 302 302
    POST /booking-pages/<row:page_id>/cohosts/<row:host_id>/leave 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/why 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/why 405
    GET /booking-pages/<row:page_id>/shares 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/shares 405
    GET /booking-pages/<row:page_id>/shares.csv 200 200 200 200 404 404 404 302 302
    POST /booking-pages/<row:page_id>/shares.csv 405
    GET /booking-pages/<row:page_id>/mail-preview 405
    POST /booking-pages/<row:page_id>/mail-preview 422 422 422 404 404 404 404 302 302
    GET /booking-pages/<row:page_id>/mail-test 405
    POST /booking-pages/<row:page_id>/mail-test 422 422 422 404 404 404 404 302 302
    GET /api/pages/<slug:handle>/<slug:slug>/times 400
    POST /api/pages/<slug:handle>/<slug:slug>/times 405
    GET /<slug:handle> 200
    POST /<slug:handle> 405
    GET /<slug:handle>/ 302
    POST /<slug:handle>/ 302
    GET /<slug:handle>/<slug:slug> 200
    POST /<slug:handle>/<slug:slug> 405
    GET /<slug:handle>/<slug:slug>/ 302
    POST /<slug:handle>/<slug:slug>/ 302
    GET /<slug:handle>/<slug:slug>/book 302
    POST /<slug:handle>/<slug:slug>/book 422
"""
"""Method, address, and the status for each of PEOPLE in turn; one status is that of all."""


@pytest.fixture
def scene() -> dict[str, Any]:
    """Return ids and tokens: of a page in a team, its booking, which a cohost leads, and what is its owner's."""
    people = {name: make_host(name, name.title()) for name in PEOPLE[:7]}
    page, invited = make_page(people["owner"]), people["invited"].email
    team = Team.objects.create(name="Support", handle="support")
    roles = {"owner": "member", "admin": "admin", "member": "member"}
    create = Membership.objects.create
    rows = {name: create(team=team, user=people[name], role=role) for name, role in roles.items()}
    Membership.objects.create(team=team, user=make_host("boss", "Boss"), role="owner")
    assign_page(page, team)
    page.staffing = "any"
    page.save()
    for name in ("cohost", "removed"):
        PageHost.objects.create(page=page, host=people[name], active=name == "cohost")
    booking = put(people["cohost"], tomorrow(), page=page, source_network="n")
    return {
        **_belongings(people["owner"], page),
        "people": people,
        "page_id": page.pk,
        "host_id": people["cohost"].pk,
        "question_id": page.questions.create(key="firm", label="Your firm").pk,
        "asked_id": invite_cohost(page, email=invited, by=people["owner"]).pk,
        "asked_token": next(mail.path for mail in mails() if mail.to == invited).rpartition("/")[2],
        "team_id": team.pk,
        "member_id": rows["member"].pk,
        "invitation_id": invite_to_team(team, email="dora@example.org", by=people["admin"]).pk,
        "booking_id": booking.pk,
        "booker_token": link_path(booking.booker).rpartition("/")[2],
        "handle": "support",
        "slug": page.slug,
    }


def _belongings(owner: User, page: Any) -> dict[str, Any]:
    waiting = new_authorization(Visit(owner.pk, "session", "zoom"), state=random_token())
    waiting.grant = "sealed"
    waiting.save()
    account = CalendarAccount.objects.create(
        host=owner, provider="zoom", provider_user_id="u", expires_at=present() + timedelta(hours=1)
    )
    return {
        "schedule_id": Schedule.objects.get(host=owner, page=None, is_default=True).pk,
        "authorization": waiting.pk,
        "account": account.pk,
        "calendar": Calendar.objects.create(account=account, outside_id="c", name="Work").pk,
        "number": UnusualBookings.objects.create(page=page, began_at=present(), last_at=present()).pk,
        "provider": "zoom",
        "key": "unknown",
        "uidb36": "1",
        "color": "112233",
        "version": "0123456789abcdef",
    }


def path_of(route: str, scene: dict[str, Any], person: str) -> str:
    """Return the address as this person has it: the guest's and the invited one's links are theirs alone."""
    token = "x" * 43
    if person == "guest" and route.startswith("b/"):
        token = scene["booker_token"]
    if person == "invited" and route.startswith("cohost/"):
        token = scene["asked_token"]
    known = scene | {"token": token}
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: str(known[found[1]]), route.strip("^$"))
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(known[found[1]]), plain)


def answers(scene: dict[str, Any], person: str) -> Iterator[tuple[str, str]]:
    """Yield method and address, and what is answered; whatever it changes is undone."""
    browser = Client()
    if person in scene["people"]:
        browser.force_login(scene["people"][person])
    for route in dict.fromkeys(routes()):
        for method in ("GET", "POST"):
            client, path = Client(), path_of(route, scene, person)
            client.cookies.update(browser.cookies)
            with transaction.atomic():
                answer = client.generic(method, path, content_type="application/x-www-form-urlencoded")
                transaction.set_rollback(True)
            yield f"{method} /{route}", str(answer.status_code)


def expected(person: str) -> dict[str, str]:
    found = {}
    for line in TABLE.strip().splitlines():
        method, address, *codes = line.split()
        found[f"{method} {address}"] = codes[0] if len(codes) == 1 else codes[PEOPLE.index(person)]
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_what_each_is_answered(scene: dict[str, Any], person: str) -> None:
    """An address without a row, or a row without its address, is a difference as well."""
    assert dict(answers(scene, person)) == expected(person)
