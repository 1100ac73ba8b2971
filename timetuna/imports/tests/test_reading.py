"""What is read of Calendly and Cal.com, and what is said where it cannot be."""

import logging
import re
from collections.abc import Callable

import pytest
from django.utils import translation

from sandbox import SandboxControl
from timetuna.accounts.models import User
from timetuna.imports.actions.read_product import read_into
from timetuna.imports.models import Import
from timetuna.imports.products import Product
from timetuna.imports.tests.conftest import PRODUCTS, TOKENS, Read
from timetuna.l10n.retold import retold
from timetuna.providers.bundle import Bundle, Progress

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(r"\b(?:and|the|is|are|your|things?|without)\b")


@pytest.mark.parametrize("slug", PRODUCTS)
def test_a_clean_account_is_read_as_it_is(slug: str, read: Read) -> None:
    row = read(slug, "small")

    found = Bundle.read(row.draft)
    assert (row.state, row.problem) == (Import.State.READ, "")
    assert found.owner.email == "casey@cohost.example"
    assert [one.title for one in found.pages] == ["Intro call", "Consultation"]
    assert [one.minutes for one in found.pages] == [(15,), (30, 60)]
    assert [one.kind for one in found.pages[1].places] == ["in_person", "phone"]
    assert [(one.kind, one.options, one.required) for one in found.pages[1].questions] == [
        ("one", ("A friend", "Search"), True)
    ]
    assert found.schedules[0].weekly[0] in {(0, 540, 720), (0, 540, 1_020)}
    assert len(found.bookings) == 3
    first = found.bookings[0]
    assert (first.guest.email, first.minutes, first.join_url[:18]) == (
        "guest0@guests.example",
        30,
        "https://zoom.us/j/",
    )
    assert first.answers[-1][1] == "About 0."
    assert first.cancel_url.startswith(("https://calendly.com/", "https://cal.com/"))


@pytest.mark.matrix(of="import")
@pytest.mark.parametrize("slug", PRODUCTS)
def test_a_large_account_is_read_whole(slug: str, read: Read, outside: SandboxControl) -> None:
    """With a limit of calls that asks for pauses again and again."""
    outside.tell(f"{slug}/limit", calls=3)

    row = read(slug, "large")

    found = Bundle.read(row.draft)
    assert row.state == Import.State.READ, row.problem
    assert len(found.pages) >= 20
    assert len({one.id for one in found.bookings}) == len(found.bookings) == 299
    assert [one.name for one in found.pages[-2].hosts] or slug == "calendly"
    assert any("without a name or a time" in one for one in found.lost)
    with translation.override("de"):
        assert [one for one in found.lost if ENGLISH.search(retold(one))] == []
    assert [call for call in outside.calls(slug) if call["status"] == 429]


@pytest.mark.parametrize("slug", PRODUCTS)
def test_a_hostile_account_is_read_and_says_less(slug: str, read: Read) -> None:
    row = read(slug, "hostile")

    found = Bundle.read(row.draft)
    said = str(row.draft)
    assert row.state == Import.State.READ, row.problem
    assert "javascript:" not in "".join(one.join_url + one.cancel_url for one in found.bookings)
    assert not {*"\x00\r\u202e"} & {*said}
    assert all(len(one.title) <= 300 and len(one.description) <= 10_000 for one in found.pages)


SENTENCES = {
    "401": "does not accept this",
    "403": "your plan there",
    "500": "has a problem at the moment",
    "not_json": "not whole or cannot be read",
    "cut_off": "not whole or cannot be read",
    "reset": "be reached|not whole",
    "429_long": "longer pauses",
}


@pytest.mark.matrix
@pytest.mark.parametrize("slug", PRODUCTS)
@pytest.mark.parametrize("fault", SENTENCES)
def test_what_does_not_pass_ends_in_a_sentence_and_nothing_is_half_made(
    slug: str, fault: str, read: Read, outside: SandboxControl
) -> None:
    """Wherever it strikes: at the first call or in the midst of the bookings."""
    for kind in ("me", "bookings"):
        outside.clear_faults()
        outside.fault(f"{slug}_{fault}", times=None, on=f"{slug}.{kind}")

        row = read(slug, "small")

        assert row.state == Import.State.FAILED
        assert any(one in row.problem for one in SENTENCES[fault].split("|")), row.problem
        assert row.draft == {}


@pytest.mark.parametrize("slug", PRODUCTS)
@pytest.mark.parametrize("fault", ["500", "cut_off", "not_json", "reset", "429"])
def test_what_passes_is_asked_for_again(slug: str, fault: str, read: Read, outside: SandboxControl) -> None:
    outside.fault(f"{slug}_{fault}", times=2)

    assert read(slug, "small").state == Import.State.READ


def test_lists_that_lead_back_or_repeat_are_refused(read: Read) -> None:
    assert "does not end" in read("calendly", "looping").problem
    assert "twice" in read("calcom", "repeating").problem


@pytest.mark.parametrize(
    ("slug", "fault"), [("calendly", "calendly_no_colleagues"), ("calcom", "calcom_no_teams")]
)
def test_what_a_plan_does_not_have_is_said_and_left_out(
    slug: str, fault: str, read: Read, outside: SandboxControl
) -> None:
    outside.fault(fault, times=None)

    found = Bundle.read(read(slug, "large").draft)

    assert any("does not let this" in one for one in found.lost)
    assert not any(one.hosts for one in found.pages)


@pytest.mark.parametrize("slug", PRODUCTS)
def test_the_token_is_nowhere(
    slug: str, read: Read, outside: SandboxControl, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = TOKENS[slug].format("small")

    good, bad = read(slug, "small"), read(slug, "", token="secret-that-nobody-knows")

    stored = [str(vars(row)) for row in (good, bad)]
    assert token not in "".join([*stored, caplog.text])
    assert "secret-that-nobody-knows" not in "".join([*stored, caplog.text])
    assert "Copy it once more" in bad.problem


def test_progress_is_told_and_a_reading_that_was_dropped_ends(
    product_of: Callable[[str], Product], alice: User, read: Read
) -> None:
    told: list[Progress] = []

    product_of("calendly").source.read(TOKENS["calendly"].format("small"), tell=told.append)

    assert told[0].step == "your account"
    assert (told[-1].step, told[-1].done, told[-1].total) == ("your bookings to come", 3, 3)
    row = Import.objects.create(host=alice, product="calendly")
    Import.objects.all().delete()

    read_into(row.pk, product_of("calendly"), TOKENS["calendly"].format("small"))
    assert not Import.objects.exists()
