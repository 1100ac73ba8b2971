"""Every address of the product for each of nine people, with what is answered; a new one needs rows in personas.txt."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.clock import present
from tests.test_rights import for_programs, of_hosts
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.tests.conftest import mails
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import UnusualBookings
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import put
from timetuna.calendars.actions.begin_connecting import Visit, new_authorization
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.drafts.models import PageDraft
from timetuna.imports.models import BusyShadow, Import
from timetuna.lib.crypto import random_token
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.models import PageHost, Schedule

pytestmark = [pytest.mark.django_db, pytest.mark.either, pytest.mark.matrix]
DAY = date(2095, 1, 1)
PEOPLE = ["owner", "admin", "member", "cohost", "invited", "removed", "stranger", "guest", "out"]
TABLE = (Path(__file__).parent / "personas.txt").read_text("ascii")
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
        "link_id": page.links.create(token_fingerprint="f", token_sealed="sealed").pk,
        "kind": "svg",
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
        "absence_id": owner.out_of_office.create(first=DAY, last=DAY).pk,
        "trip_id": owner.travel_zones.create(first=DAY, last=DAY, time_zone="Asia/Tokyo").pk,
        "days": DAY,
        "number": UnusualBookings.objects.create(page=page, began_at=present(), last_at=present()).pk,
        "provider": "zoom",
        "name": "hours",
        "product": "calendly",
        "import_id": Import.objects.create(host=owner, product="calendly", state="failed").pk,
        "shadow_id": BusyShadow.objects.create(
            host=owner, product="calendly", outside_id="x", start_minute=minute_of(tomorrow(15)), minutes=30
        ).pk,
        **for_programs(owner),
        "figure": "booked",
        "draft_id": PageDraft.objects.create(host=owner, sentence="Half an hour by phone.").pk,
        "tab": "booking",
        "key": "unknown",
        "code": "slot-taken",
        "service": "twilio",
        "address": "unknown",
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
    for route in dict.fromkeys(of_hosts()):
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
