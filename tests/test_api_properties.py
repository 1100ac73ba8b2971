"""Whatever is sent to the API that its document allows or forbids, the running server answers as the document says."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.running import LiveTimeTuna, running_timetuna
from tests.sampling import parts_of, sampled

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.whole]
document = schemathesis.openapi.from_path(Path(__file__).resolve().parent.parent / "docs/openapi.json")
LABELS = [found.ok().label for found in document.get_all_operations()]
CHOSEN = {*sampled(LABELS, parts=parts_of(LABELS))}
schema = document.include(lambda context: context.operation.label in CHOSEN)
"""Chosen before examples are made, which takes long; each operation by one of thirty-two commits."""
load_all_checks()
UNPROCESSABLE = 422
OF_RULES = {"invalid", "unknown"}
"""What a form, a row that is not there or a cursor says. Every other code is of the shape of what was sent, but for:"""
NAMED = {
    "This has to be an IANA name like Europe/Berlin.",
    "This has to be between the years 2000 and 2200.",
    "This is no text that can be read.",  # with a NUL in it, which PostgreSQL keeps in none
}
OF_ITS_PAGE = {"/meeting_type"}
"""Can be what its page has, which no document knows."""


@schemathesis.check
def refused_by_rules_alone(_ctx, response, case) -> None:
    """What the document allows is refused by rules alone, which no document can tell: never for its shape."""
    if response.status_code != UNPROCESSABLE or not case.meta.generation.mode.is_positive:
        return
    found = response.json()
    faults = [
        one
        for one in found.get("errors", [])
        if one["detail"] not in NAMED and one["pointer"] not in OF_ITS_PAGE
    ]
    shape = [one for one in faults if one["code"] not in OF_RULES]
    if shape:
        raise AssertionError(f"allowed by the document, and refused: {shape}")


NETWORKS = (f"203.0.{number // 200}.{number % 200 + 1}" for number in count())
"""Each request comes from one of its own: what is asked without a key is counted by network."""
MAKE_KEY = """
from django.utils import timezone
from tests.guest import weekdays
from timetuna.accounts.models import Membership, Team, User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import Order, book
from timetuna.bookings.guests import Guest
from timetuna.pages.actions.make_links import LinkFor, LinkRules, make_links
from timetuna.pages.models import BookingPage, OutOfOffice
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook, send_test
now = timezone.now()
host = User.objects.get(pk={host})
page = BookingPage.objects.filter(host=host).first()
team = Team.objects.create(name="Crew", handle=host.handle + "-crew")
Membership.objects.create(team=team, user=host, role="owner")
guest = Guest("Kim", "kim@guest.example", "UTC", "en")
start = minute_of(weekdays(1)[0])
order = Order(page_id=page.pk, minutes=30, start_minute=start, kind="phone", guest=guest, key="properties")
hook, _ = create_webhook(host, NewWebhook(url="https://receiver.example/", events=["booking.created"]), now=now)
asked = {{"email": "asked@guest.example", "expires_at": now}}
_, token = create_key(host, NewKey(name="Any", scopes=[*ApiScope]), now=now)
rows = {{
    "page_id": page, "schedule_id": page.schedule, "team_id": team, "member_id": host, "webhook_id": hook,
    "away_id": OutOfOffice.objects.create(host=host, first=now.date(), last=now.date()),
    "booking_id": book(order, now=now), "delivery_id": send_test(hook),
    "link_id": make_links(page, [LinkFor(label="", prefill={{}})], LinkRules(), by=host, now=now)[0],
    "invitation_id": team.invitations.create(token_fingerprint="a", **asked),
}}
answer([token, {{name: row.public_id for name, row in rows.items()}}])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTimeTuna]:
    with running_timetuna(
        tmp_path_factory.mktemp("properties"),
        TIMETUNA_API_LIMIT="100000",
        TIMETUNA_TRUSTED_PROXIES="127.0.0.1",
    ) as live:
        yield live


@pytest.fixture(scope="module")
def opened(server: LiveTimeTuna) -> Any:
    """A key for everything, and what its host has, by the name of a parameter."""
    return server.run_python(MAKE_KEY.format(host=server.new_host().pk))


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_its_document_says(case, server, opened) -> None:
    token, names = opened
    for name in case.path_parameters or {}:  # of every two that are asked for, one is there
        if name in names and len(str(case.body)) % 2 and case.method != "DELETE":
            case.path_parameters[name] = names[name]
    case.call_and_validate(
        base_url=f"{server.base_url}/api/v1",
        headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": next(NETWORKS)},
        additional_checks=[refused_by_rules_alone],
        excluded_checks=[CHECKS.get_one("positive_data_acceptance")],
    )
