"""Who gets in, how often, in which language, and what everything that fails looks like."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from tests.clock import present
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership, Team, User
from timetuna.api.models import ApiKey
from timetuna.api.operations import Needs
from timetuna.api.principal import find_key
from timetuna.api.scopes import ApiScope, expanded
from timetuna.api.tests.conftest import Program, program_of
from timetuna.api.tokens import is_well_formed, name_of, new_token
from timetuna.api.urls import PARTS
from timetuna.bookings.actions.book import book
from timetuna.bookings.tests.conftest import order
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.actions.make_links import LinkFor, LinkRules, make_links
from timetuna.pages.models import BookingPage, OutOfOffice
from timetuna.rate_limits.store import store
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook, send_test

pytestmark = pytest.mark.django_db
OPERATIONS = [
    ("GET", "/me", None),
    ("GET", "/pages", ApiScope.PAGES_READ),
    ("GET", "/pages/{page}", ApiScope.PAGES_READ),
    ("GET", "/pages/{page}/why?start=2030-01-01T10:00:00Z", ApiScope.PAGES_READ),
    ("POST", "/pages", ApiScope.PAGES_WRITE),
    ("PATCH", "/pages/{page}", ApiScope.PAGES_WRITE),
    ("DELETE", "/pages/{page}", ApiScope.PAGES_WRITE),
    ("GET", "/pages/{page}/staffing", ApiScope.PAGES_WRITE),
    ("PATCH", "/pages/{page}/staffing", ApiScope.PAGES_WRITE),
    ("POST", "/pages/{page}/hosts", ApiScope.PAGES_WRITE),
    ("DELETE", "/pages/{page}/hosts/{member}", ApiScope.PAGES_WRITE),
    ("DELETE", "/pages/{page}/invitations/{asked}", ApiScope.PAGES_WRITE),
    ("GET", "/pages/{page}/links", ApiScope.PAGES_WRITE),
    ("POST", "/pages/{page}/links", ApiScope.PAGES_WRITE),
    ("GET", "/pages/{page}/links/{link}", ApiScope.PAGES_WRITE),
    ("DELETE", "/pages/{page}/links/{link}", ApiScope.PAGES_WRITE),
    ("POST", "/pages/{page}/links/{link}/restore", ApiScope.PAGES_WRITE),
    ("GET", "/schedules", ApiScope.AVAILABILITY_READ),
    ("POST", "/schedules", ApiScope.AVAILABILITY_WRITE),
    ("GET", "/schedules/{schedule}", ApiScope.AVAILABILITY_READ),
    ("PATCH", "/schedules/{schedule}", ApiScope.AVAILABILITY_WRITE),
    ("DELETE", "/schedules/{schedule}", ApiScope.AVAILABILITY_WRITE),
    ("GET", "/away", ApiScope.AVAILABILITY_READ),
    ("POST", "/away", ApiScope.AVAILABILITY_WRITE),
    ("GET", "/away/{away}", ApiScope.AVAILABILITY_READ),
    ("PATCH", "/away/{away}", ApiScope.AVAILABILITY_WRITE),
    ("DELETE", "/away/{away}", ApiScope.AVAILABILITY_WRITE),
    ("GET", "/teams", ApiScope.TEAMS_READ),
    ("POST", "/teams", ApiScope.TEAMS_WRITE),
    ("GET", "/teams/{team}", ApiScope.TEAMS_READ),
    ("PATCH", "/teams/{team}", ApiScope.TEAMS_WRITE),
    ("DELETE", "/teams/{team}", ApiScope.TEAMS_WRITE),
    ("DELETE", "/teams/{team}/invitations/{invitation}", ApiScope.TEAMS_WRITE),
    ("GET", "/teams/{team}/members", ApiScope.TEAMS_READ),
    ("POST", "/teams/{team}/members", ApiScope.TEAMS_WRITE),
    ("GET", "/teams/{team}/members/{member}", ApiScope.TEAMS_READ),
    ("PATCH", "/teams/{team}/members/{member}", ApiScope.TEAMS_WRITE),
    ("DELETE", "/teams/{team}/members/{member}", ApiScope.TEAMS_WRITE),
    ("GET", "/events", ApiScope.BOOKINGS_READ),
    ("GET", "/webhooks", ApiScope.WEBHOOKS),
    ("POST", "/webhooks", ApiScope.WEBHOOKS),
    ("GET", "/webhooks/{webhook}", ApiScope.WEBHOOKS),
    ("PATCH", "/webhooks/{webhook}", ApiScope.WEBHOOKS),
    ("DELETE", "/webhooks/{webhook}", ApiScope.WEBHOOKS),
    ("GET", "/webhooks/{webhook}/deliveries", ApiScope.WEBHOOKS),
    ("POST", "/webhooks/{webhook}/deliveries/{delivery}/replay", ApiScope.WEBHOOKS),
    ("POST", "/webhooks/{webhook}/test", ApiScope.WEBHOOKS),
    ("POST", "/webhooks/{webhook}/rotate", ApiScope.WEBHOOKS),
    ("GET", "/bookings", ApiScope.BOOKINGS_READ),
    ("POST", "/bookings", ApiScope.BOOKINGS_WRITE),
    ("GET", "/bookings/{booking}", ApiScope.BOOKINGS_READ),
    ("PATCH", "/bookings/{booking}", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/move", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/cancel", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/approve", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/decline", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/reassign", ApiScope.BOOKINGS_WRITE),
    ("POST", "/bookings/{booking}/guests", ApiScope.BOOKINGS_WRITE),
    ("GET", "/bookings/{booking}/history", ApiScope.BOOKINGS_READ),
]


BODIES = {
    "/teams/{team}/members": {"email": "new@team.example"},
    "/teams/{team}/members/{member}": {"role": "member"},
    "/pages/{page}/hosts": {"email": "new@team.example"},
    "/bookings/{booking}/move": {"start": "2030-01-01T10:00:00Z"},
}
"""What is sent where nothing at all would be refused before anybody asks whose it is."""
ANYBODYS = {("GET", "/pages/*/times")}
"""Asked without a key, too."""


@pytest.fixture
def names(alice, page) -> dict[str, str]:
    """Of things of hers."""
    team = Team.objects.create(name="Crew", handle="crew")
    Membership.objects.create(team=team, user=alice, role=Membership.Role.OWNER)
    hooked = NewWebhook(url="https://receiver.example/", events=["booking.created"])
    hook, _ = create_webhook(alice, hooked, now=present())
    day = present().date()
    (link,) = make_links(page, [LinkFor(label="", prefill={})], LinkRules(), by=alice, now=present())
    rows = {
        "page": page,
        "booking": book(order(page), now=present()),
        "schedule": page.schedule,
        "away": OutOfOffice.objects.create(host=alice, first=day, last=day),
        "link": link,
        "team": team,
        "member": alice,
        "invitation": invite_to_team(team, email="asked@team.example", by=alice),
        "asked": invite_cohost(page, email="asked@team.example", by=alice),
        "webhook": hook,
        "delivery": send_test(hook),
    }
    return {name: row.public_id for name, row in rows.items()}


@pytest.mark.whole
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_each_operation_asks_for_its_scope_and_for_a_key_that_is_good(alice, bob, names, method, path, scope):
    def asked(program):
        answer = program.ask(method, path.format(**names), BODIES.get(path) if method != "GET" else None)
        return answer, (answer.status_code, answer.json().get("code") if answer.content else None)

    nobody, said = asked(Program())
    assert said == (401, "unauthorized")
    assert "resource_metadata=" in nobody["WWW-Authenticate"]
    if scope is not None:
        small, said = asked(program_of(alice, [one for one in ApiScope if scope not in expanded([one])]))
        assert said == (403, "scope"), small.content
        assert f'scope="{scope}"' in small["WWW-Authenticate"]
    if "{" in path:
        assert asked(program_of(bob))[1] == (404, "not-found")
    allowed, expiring = (program_of(alice, [scope] if scope else [], days=days) for days in (None, 1))
    with transaction.atomic():
        assert asked(allowed)[0].status_code not in {401, 403, 404}
        transaction.set_rollback(True)
    with time_machine.travel(present() + timedelta(days=2)):
        assert asked(expiring)[1] == (401, "key-expired")
    ApiKey.objects.filter(start=name_of(expiring.token)).update(revoked_at=present())
    assert asked(expiring)[1] == (401, "key-revoked")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert asked(allowed)[1] == (401, "unauthorized")


@pytest.mark.whole
def test_every_operation_stands_in_the_table():
    there = {
        (method, re.sub(r"\{[a-z_]+\}", "*", route)): operation.auth_param
        for part in PARTS
        for route, view in part.router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    known = {
        (method, re.sub(r"\{[a-z_]+\}", "*", path.partition("?")[0])): scope
        for method, path, scope in OPERATIONS
    }

    assert {one: needs.scope for one, needs in there.items() if one not in ANYBODYS} == known
    assert {one for one, needs in there.items() if not isinstance(needs, Needs)} == ANYBODYS


@pytest.mark.parametrize("path", ["/schedules", "/away", "/teams"])
def test_a_key_for_some_pages_leaves_the_account_alone(alice, page, path):
    program = program_of(alice, pages=[page.pk])

    refused = program.get(path)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    assert program.post("/pages", {"title": "Another"}).status_code == 403


def test_a_key_ends_with_its_time_and_with_its_owner(alice, page):
    program = program_of(alice, days=1)
    assert program.get("/me").status_code == 200
    with time_machine.travel(present() + timedelta(days=1, minutes=1)):
        assert program.get("/me").json()["code"] == "key-expired"
    alice.is_active = False
    alice.save()
    assert program.get("/me").status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer tt_live_x",
        f"Bearer {'x' * 5_000}",
        "Bearer \x00",
        "bearer é",
    ],
)
def test_what_is_no_key_opens_nothing(page, header):
    answer = Client().get("/api/v1/me", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_slip_in_a_key_needs_no_query(alice, django_assert_num_queries):
    token = new_token()
    slipped = token[:-1] + ("0" if token[-1] != "0" else "1")

    assert is_well_formed(token)
    assert not is_well_formed(slipped)
    with django_assert_num_queries(0):
        assert Program(slipped).get("/me").status_code == 401


@pytest.mark.vendor
def test_a_key_and_its_owner_are_read_as_the_orm_reads_them(alice, program):
    ApiKey.objects.update(expires_at=present() + timedelta(days=1), revoked_at=None)
    User.objects.update(last_login=present())
    row = ApiKey.objects.select_related("owner").get()
    columns = [field.attname for field in ApiKey._meta.concrete_fields]
    of_owner = [field.attname for field in User._meta.concrete_fields]

    found = find_key(program.token)

    assert [getattr(found, name) for name in columns] == [getattr(row, name) for name in columns]
    assert [getattr(found.owner, name) for name in of_owner] == [
        getattr(row.owner, name) for name in of_owner
    ]
    assert [str(type(getattr(found, name))) for name in columns] == [
        str(type(getattr(row, name))) for name in columns
    ]


def test_the_key_itself_is_nowhere_kept(alice, program):
    (row,) = ApiKey.objects.filter(owner=alice).values()

    assert program.token not in str(row)
    assert program.token.split("_")[3] not in str(row)


def test_a_session_is_nobody_here(alice, page):
    browser = Client()
    browser.force_login(alice)

    assert browser.get("/api/v1/me").status_code == 401


def test_a_key_says_when_and_from_which_network_it_was_used_last(alice, program):
    program.get("/me")

    key = ApiKey.objects.get(owner=alice)
    assert key.last_used_at is not None
    assert len(key.last_network) == 64


def test_the_limit_is_said_and_kept(alice, program, settings):
    settings.API_LIMIT = 3

    left = [program.get("/me")["RateLimit"] for _ in range(3)]
    over = program.get("/me")

    assert [one.partition("r=")[2].partition(";")[0] for one in left] == ["2", "1", "0"]
    assert program_of(alice).get("/me").status_code == 200
    assert over.status_code == 429
    assert over.json()["code"] == "rate-limit"
    assert int(over["Retry-After"]) >= 1
    assert over["RateLimit-Policy"] == '"key";q=3;w=60'


def test_many_wrong_keys_of_one_network_stop_no_good_one(alice, program, django_assert_num_queries):
    unknown, revoked = Program(new_token()), program_of(alice)
    ApiKey.objects.filter(start=name_of(revoked.token)).update(revoked_at=present())
    with django_assert_num_queries(1):
        assert unknown.get("/me").status_code == 401
    for _ in range(59):
        assert Program("tt_live_nonsense").get("/me").status_code == 401

    with django_assert_num_queries(1):  # a key that is none costs as much as before
        over = unknown.get("/me")
    assert (over.status_code, over.json()["code"]) == (429, "rate-limit")
    assert 1 <= int(over["Retry-After"]) <= 60
    assert revoked.get("/me").status_code == 429
    assert program.get("/me").status_code == 200
    assert Program().get("/me").json()["code"] == "unauthorized"
    store().forget_all()
    assert unknown.get("/me").status_code == 401


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/bookings/bk_none/nothing", "/bookings/", "/Me"])
def test_where_nothing_is_there_is_a_problem(program, path):
    answer = program.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_head_is_as_get_and_other_verbs_say_what_goes(program, page):
    got, head = program.get("/me"), program.ask("HEAD", "/me")
    put = program.ask("PUT", "/bookings", {})

    assert head.status_code == 200
    assert head["ETag"] == got["ETag"]
    assert (put.status_code, put.json()["code"]) == (405, "method-not-allowed")
    assert put["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "malformed"),
        ("[]", "application/json", 422, "validation"),
        ('"x"', "application/json", 422, "validation"),
        ("null", "application/json", 422, "validation"),
        ('{"a":1}', "text/plain", 415, "unsupported-media-type"),
        ("a=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        ("\udcff".encode("utf-8", "surrogateescape"), "application/json", 400, "malformed"),
    ],
)
def test_a_body_that_is_none(program, page, body, kind, status, code):
    answer = Client().post(
        "/api/v1/bookings", body, content_type=kind, headers={"Authorization": f"Bearer {program.token}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def test_a_german_owner_reads_german(alice, program):
    alice.language = "de"
    alice.save()

    assert (
        program.get("/bookings/bk_none").json()["detail"] == "Unter dieser Adresse gibt es nichts von Ihnen."
    )


def test_anybody_asks_for_times_of_a_listed_page_and_of_no_other(alice, bob, page):
    span = {"start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z"}
    path = f"/pages/{page.public_id}/times"

    shown = Program().get(path, span)
    assert shown.status_code == 200
    assert shown["Access-Control-Allow-Origin"] == "*"
    for key in (program_of(bob), program_of(bob, [ApiScope.WEBHOOKS])):
        assert key.get(path, span).json() == shown.json()
    for change in (
        {"listed": False},
        {"listed": True, "link_only": True},
        {"link_only": False, "switched_off": True},
    ):
        BookingPage.objects.update(**change)
        assert Program().get(path, span).status_code == 404
        assert program_of(bob).get(path, span).status_code == 404
        assert program_of(alice).get(path, span).status_code == 200
