from collections.abc import Callable

import pytest

from timetuna.accounts.models import User
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.models import BookingPage, Duration
from timetuna.pages.public import PageDuration, PublicPage
from timetuna.pages.queries import values
from timetuna.pages.slugs import from_title, well_formed
from timetuna.web.forms import fields_written, rows_written, with_values

pytestmark = pytest.mark.vendor


def fresh(page: BookingPage) -> PublicPage:
    return values(BookingPage.objects.get(pk=page.pk))


def test_a_new_page_can_be_booked_at_once(alice: User) -> None:
    page = fresh(create_page(alice))

    assert (page.title, page.slug, page.time_zone) == ("Meeting", "meeting", "Europe/Berlin")
    assert [duration.minutes for duration in page.durations] == [30]
    assert page.own.opening.weekly == tuple((day, 540, 1020) for day in range(5))
    assert [choice.kind for choice in page.meeting_types] == ["phone"]


def test_a_new_page_meets_on_zoom_where_it_is_connected(
    alice: User, connect_zoom: Callable[..., CalendarAccount]
) -> None:
    connect_zoom(alice)

    assert [choice.kind for choice in fresh(create_page(alice)).meeting_types] == ["zoom"]


def test_each_page_gets_an_address_of_its_own(alice: User, charlie: User) -> None:
    slugs = [create_page(owner).slug for owner in (alice, alice, alice, charlie)]

    assert slugs == ["meeting", "meeting-2", "meeting-3", "meeting"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Intro call", "intro-call"),
        ("  Über uns & mehr! ", "ueber-uns-mehr"),
        ("a_b -- c", "a-b-c"),
        ("1:1 im Südbüro, Straße 5", "1-1-im-suedbuero-strasse-5"),
        ("Su\N{COMBINING DIAERESIS}d", "sued"),
        ("Crème Łódź Ærø", "creme-lodz-aeroe"),
        ("שיחת היכרות", "meeting"),
        ("x" * 59 + " yz", "x" * 59),
    ],
)
def test_an_address_is_made_from_the_title(title: str, slug: str) -> None:
    assert from_title(title) == slug
    assert well_formed(slug)


def test_a_long_address_stays_free_and_short_enough(alice: User) -> None:
    slugs = [create_page(alice, title="x" * 80).slug for _ in range(2)]

    assert slugs == ["x" * 60, "x" * 58 + "-2"]


def test_a_copy_has_everything_but_the_address(alice: User) -> None:
    page = create_page(alice, title="Intro", minutes=(15, 60), meeting_types={"in_person": "Main Street 1"})
    page.notice_minutes, page.mail_subject = 90, "{page}"
    page.save()

    copy = duplicate_page(page, by=page.host)

    before, after = fresh(page), fresh(copy)
    assert (after.title, after.slug) == ("Copy of Intro", "copy-of-intro")
    for name in ("durations", "meeting_types", "time_zone"):
        assert getattr(after, name) == getattr(before, name)
    for name in ("notice_minutes", "mail_subject"):
        assert getattr(after.settings, name) == getattr(before.settings, name)
    assert [host.opening for host in after.hosts] == [host.opening for host in before.hosts]
    assert after.id != before.id


def test_a_copy_of_a_copy_fits(alice: User) -> None:
    page = create_page(alice, title="y" * 120)

    copies = [duplicate_page(page, by=page.host), duplicate_page(page, by=page.host)]

    assert [len(copy.title) for copy in copies] == [120, 120]
    assert len({copy.slug for copy in copies}) == 2


def test_deleting_takes_the_rows_along(page: BookingPage) -> None:
    delete_page(page)

    assert not Duration.objects.exists()


def tab(page: BookingPage, slug: str) -> BookingTabForm:
    """Return the tab as it is sent, and found good, with other values."""
    stored = BookingTabForm(page)
    data = (
        fields_written(stored)
        | fields_written(stored.staffing)
        | fields_written(stored.prices)
        | rows_written(stored.durations)
    )
    changes = {"title": ["New"], "slug": [slug], "durations-0-minutes": ["45"]}
    form = BookingTabForm(page, with_values({}, (data | changes).items()))
    assert form.is_valid()
    return form


def test_saving_replaces_the_durations(page: BookingPage) -> None:
    assert tab(page, "new").store()

    assert fresh(page).durations == (PageDuration(45),)


def test_saving_under_a_taken_address_changes_nothing(alice: User, page: BookingPage) -> None:
    form = tab(page, "other")
    create_page(alice, title="Other")

    assert not form.store()
    assert form.errors["slug"] == ["Another page of yours has this address. Choose a different one."]
    assert fresh(page).title == "Intro call"
    assert fresh(page).durations == (PageDuration(30),)
