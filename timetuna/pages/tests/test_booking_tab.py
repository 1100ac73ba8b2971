from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.forms import rows_sent as sent
from tests.forms import submit
from timetuna.accounts.models import User
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.models import BookingPage, MeetingType
from timetuna.pages.public import PageDuration, PublicPage
from timetuna.pages.queries import values

ALONE = {"staffing": "solo", "rotating_count": "1", "share_rule": "ledger", "on_move": "same"}
FREE = {"price": "", "currency": "eur", "charges_tax": "", "refund_hours": ""}


def typed(rows: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    fields = (
        ALONE
        | FREE
        | {"title": "Intro call", "slug": "intro-call", "description": "", "type_phone": "on", "phone": "off"}
        | changes
    )
    chosen = {name: value for name, value in fields.items() if value is not None}
    return chosen | sent([{"minutes": 30}] if rows is None else rows, "durations", initial=1)


def save(client: Client, page: BookingPage, data: dict[str, Any]) -> Any:
    alone = {"part": "rotating", "weight": "100", "tier": "1", "position": "1"}
    parts = {f"host{row.pk}-{name}": value for row in page.page_hosts.all() for name, value in alone.items()}
    return submit(client, f"/booking-pages/{page.pk}/booking", parts | data)


def stored(page: BookingPage) -> PublicPage:
    return values(BookingPage.objects.get(pk=page.pk))


def test_the_tab_shows_what_is_stored(as_alice: Client, page: BookingPage) -> None:
    text = as_alice.get(f"/booking-pages/{page.pk}/booking").content.decode()

    assert 'value="Intro call"' in text
    assert 'value="intro-call"' in text
    assert 'data-copy="http://localhost:8000/alice/intro-call"' in text
    assert "View page" in text
    assert "Meeting type" in text
    assert "data-dirty" in text


def test_who_takes_the_meeting_is_one_line_while_nobody_else_could(
    as_alice: Client, page: BookingPage
) -> None:
    path = f"/booking-pages/{page.pk}/booking"
    folded, refused = as_alice.get(path), save(as_alice, page, typed(staffing="any", rotating_count="2"))
    as_alice.post(f"/booking-pages/{page.pk}/cohosts/ask", {"email": "bob@example.org"})

    assert "One host: you" in folded.content.decode()
    assert refused.status_code == 422
    for answer in (refused, as_alice.get(path)):
        assert "One host: you" not in answer.content.decode()


def test_saving_stores_everything(as_alice: Client, page: BookingPage) -> None:
    data = typed(
        [
            {"minutes": 60, "title": "Deep dive", "description": "For projects"},
            {"minutes": 15, "title": "", "description": ""},
        ],
        title="Talk to Alice",
        slug="Talk",
        description="First line\r\n\r\nSecond line",
        phone_number="+49 30 901820",
        type_in_person="on",
        place="Main Street 1",
        type_link="on",
        link="https://meet.example.org/alice",
    )

    response = save(as_alice, page, data)

    assert response["Location"] == f"/booking-pages/{page.pk}/booking"
    found = stored(page)
    assert (found.title, found.slug) == ("Talk to Alice", "talk")
    assert found.description == "First line\n\nSecond line"
    assert found.durations == (PageDuration(15), PageDuration(60, "Deep dive", "For projects"))
    assert [(one.kind, one.detail) for one in found.meeting_types] == [
        ("phone", "+49 30 901820"),
        ("in_person", "Main Street 1"),
        ("link", "https://meet.example.org/alice"),
    ]
    assert "Saved." in as_alice.get(response["Location"]).content.decode()


def test_an_empty_address_is_made_from_the_title(alice: User, as_alice: Client, page: BookingPage) -> None:
    create_page(alice, title="Coffee chat")

    save(as_alice, page, typed(title="Coffee chat", slug=""))

    assert stored(page).slug == "coffee-chat-2"


@pytest.mark.parametrize("slug", ["two words", "a--b", "-a", "a_b", "ä", "a/b", "../x", "a.b"])
def test_a_malformed_address_is_refused(as_alice: Client, page: BookingPage, slug: str) -> None:
    response = save(as_alice, page, typed(slug=slug))

    assert response.status_code == 422
    assert "Use the letters a to z" in response.content.decode()
    assert f'value="{slug}"' in response.content.decode()
    assert stored(page).slug == "intro-call"


def test_an_address_of_another_page_of_the_host_is_refused(
    alice: User, charlie: User, as_alice: Client, page: BookingPage
) -> None:
    create_page(alice, title="Taken")
    create_page(charlie, title="Elsewhere")

    refused = save(as_alice, page, typed(slug="taken"))
    allowed = save(as_alice, page, typed(slug="elsewhere"))

    assert "Another page of yours has this address." in refused.content.decode()
    assert allowed.status_code == 302


def test_a_failed_save_keeps_everything_that_was_typed(as_alice: Client, page: BookingPage) -> None:
    data = typed(
        [
            {"minutes": "never", "title": "Row one", "description": "Words one"},
            {"minutes": 45, "title": "Row two", "description": ""},
        ],
        title="",
        slug="new-address",
        description="A long story",
        type_phone=None,
        phone_number="+49 30 1234",
        type_link="on",
        link="javascript:alert(1)",
    )

    response = save(as_alice, page, data)

    text = response.content.decode()
    assert response.status_code == 422
    for kept in ("never", "Row one", "Words one", "45", "Row two", "new-address", "+49 30 1234"):
        assert f'value="{kept}"' in text
    assert "A long story" in text
    assert 'value="javascript:alert(1)"' in text
    for sentence in (
        "Give the page a title.",
        "Enter a whole number from 1 to 1440.",
        "Enter a full address that begins with https://.",
        "Nothing is saved yet.",
    ):
        assert sentence in text
    assert 'aria-describedby="id_title_error"' in text
    assert stored(page).title == "Intro call"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "A page needs at least one duration."),
        ([{"minutes": ""}], "A page needs at least one duration."),
        ([{"minutes": 30, "DELETE": "on"}], "A page needs at least one duration."),
        ([{"minutes": 0}], "Enter a whole number from 1 to 1440."),
        ([{"minutes": 1441}], "Enter a whole number from 1 to 1440."),
        ([{"minutes": "", "title": "Only words"}], "Enter a whole number from 1 to 1440."),
        ([{"minutes": 30}, {"minutes": 30}], "There is already a duration of 30 minutes."),
        ([{"minutes": number} for number in range(1, 12)], "A page can have 10 durations at most."),
        ([{"minutes": 30, "title": "x" * 81}], "This can have 80 characters at most."),
    ],
)
def test_durations_that_cannot_be(
    as_alice: Client, page: BookingPage, rows: list[dict[str, Any]], sentence: str
) -> None:
    response = save(as_alice, page, typed(rows))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert stored(page).durations == (PageDuration(30),)


def test_rows_are_added_and_removed_without_javascript(as_alice: Client, page: BookingPage) -> None:
    text = as_alice.get(f"/booking-pages/{page.pk}/booking").content.decode()
    rows = [{"minutes": 30, "DELETE": "on"}, {"minutes": 20, "title": "From the spare row"}]

    save(as_alice, page, typed(rows))

    assert 'name="durations-1-minutes"' in text
    assert 'name="durations-0-DELETE"' in text
    assert stored(page).durations == (PageDuration(20, "From the spare row"),)


def test_a_row_to_be_removed_may_be_wrong(as_alice: Client, page: BookingPage) -> None:
    response = save(as_alice, page, typed([{"minutes": "x", "DELETE": "on"}, {"minutes": 20}]))

    assert response.status_code == 302
    assert stored(page).durations == (PageDuration(20),)


def test_rows_without_their_count_are_an_error_not_a_crash(as_alice: Client, page: BookingPage) -> None:
    data = {name: value for name, value in typed().items() if not name.endswith("_FORMS")}

    assert save(as_alice, page, data).status_code == 422


def test_one_meeting_type_at_least(as_alice: Client, page: BookingPage) -> None:
    response = save(as_alice, page, typed(type_phone=None))

    assert response.status_code == 422
    assert "Switch on at least one meeting type" in response.content.decode()
    assert [one.kind for one in stored(page).meeting_types] == ["phone"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type_in_person": "on"}, "Enter the place where you meet."),
        ({"type_link": "on"}, "Enter a full address that begins with https://."),
        ({"type_link": "on", "link": "meet.example.org"}, "Enter a full address"),
        ({"type_link": "on", "link": "ftp://example.org"}, "Enter a full address"),
        ({"type_link": "on", "link": "https://a b"}, "Enter a full address"),
        ({"phone_number": "call me"}, "Enter a phone number"),
        ({"phone_number": "12"}, "Enter a phone number"),
    ],
)
def test_a_meeting_type_needs_its_detail(
    as_alice: Client, page: BookingPage, changes: dict[str, str], sentence: str
) -> None:
    response = save(as_alice, page, typed(**changes))

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_the_detail_of_a_type_that_is_off_is_kept(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed(place="Main Street 1"))

    row = MeetingType.objects.get(page=page, kind="in_person")
    assert (row.enabled, row.detail) == (False, "Main Street 1")


def test_zoom_is_switched_on_when_it_is_connected(
    alice: User, as_alice: Client, page: BookingPage, connect_zoom: Callable[..., CalendarAccount]
) -> None:
    connect_zoom(alice)

    save(as_alice, page, typed(type_zoom="on"))

    assert [one.kind for one in stored(page).meeting_types] == ["zoom", "phone"]


@pytest.mark.parametrize("connection", ["none", "dead"])
def test_zoom_is_refused_while_it_is_not_connected(
    alice: User,
    as_alice: Client,
    page: BookingPage,
    connect_zoom: Callable[..., CalendarAccount],
    connection: str,
) -> None:
    if connection == "dead":
        connect_zoom(alice, needs_reconnect=True)

    response = save(as_alice, page, typed(type_zoom="on", title="Typed"))

    text = response.content.decode()
    assert response.status_code == 422
    assert "Zoom is not connected yet. Connect Zoom, then save again." in text
    assert 'href="/settings/providers"' in text
    assert 'value="Typed"' in text
    assert stored(page).title == "Intro call"


def test_what_this_server_has_no_keys_for_is_not_offered_for_connecting(
    as_alice: Client, page: BookingPage, settings: Any
) -> None:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"ZOOM_CLIENT_ID": ""}

    for text in (
        as_alice.get(f"/booking-pages/{page.pk}/booking").content.decode(),
        save(as_alice, page, typed(type_zoom="on")).content.decode(),
    ):
        assert text.count("Zoom is not set up on this server") == 1
        assert "Connect Zoom" not in text
    assert "Connect Zoom" not in as_alice.get("/booking-pages").content.decode()


def test_zoom_that_was_disconnected_later_does_not_stop_other_changes(
    as_alice: Client, page: BookingPage
) -> None:
    MeetingType.objects.create(page=page, kind="zoom", enabled=True)

    before = as_alice.get(f"/booking-pages/{page.pk}/booking").content.decode()
    response = save(as_alice, page, typed(type_zoom="on", type_phone=None, title="Changed"))
    after = as_alice.get(response["Location"]).content.decode()

    assert "Zoom is on, but not connected: guests do not see it." in before
    assert response.status_code == 302
    assert stored(page).title == "Changed"
    assert MeetingType.objects.get(page=page, kind="zoom").enabled
    assert "No usable meeting type" in after


def test_hostile_text_is_shown_as_text(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed(title="<script>x</script> \u202egnp", description='"><img src=x>'))

    text = as_alice.get(f"/booking-pages/{page.pk}/booking").content.decode()

    assert stored(page).title == "<script>x</script> gnp"
    assert "<script>x" not in text
    assert "<img src=x>" not in text


def test_a_stranger_finds_nothing(as_charlie: Client, page: BookingPage) -> None:
    assert as_charlie.get(f"/booking-pages/{page.pk}/booking").status_code == 404
    assert save(as_charlie, page, typed(title="Mine now")).status_code == 404
    assert stored(page).title == "Intro call"


def test_an_address_taken_a_moment_ago_is_an_error_not_a_crash(alice: User, page: BookingPage) -> None:
    whole = BookingTabForm(page)
    fields = dict.fromkeys([*whole.fields, *whole.staffing.fields], "")
    form = BookingTabForm(page, fields | typed(slug="popular"))
    assert form.is_valid()
    create_page(alice, title="Popular")

    assert not form.store()
    assert form.errors["slug"] == ["Another page of yours has this address. Choose a different one."]


def test_a_page_deleted_in_another_window_is_not_found(
    as_alice: Client, page: BookingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = BookingTabForm.is_valid

    def deleted_meanwhile(form: BookingTabForm) -> bool:
        valid = clean(form)
        BookingPage.objects.filter(pk=page.pk).delete()
        return valid

    monkeypatch.setattr(BookingTabForm, "is_valid", deleted_meanwhile)

    assert save(as_alice, page, typed()).status_code == 404


def test_a_page_is_listed_until_its_host_switches_that_off(as_alice: Client, page: BookingPage) -> None:
    assert BookingTabForm(page)["listed"].value() is True

    save(as_alice, page, typed())

    assert stored(page).settings.listed is False
    save(as_alice, page, typed(listed="on"))
    assert stored(page).settings.listed is True


@pytest.mark.parametrize(
    ("sent", "kept"), [("optional", "optional"), ("required", "required"), ("always", "off")]
)
def test_whether_guests_are_asked_for_a_number_is_one_of_the_choices(
    as_alice: Client, page: BookingPage, sent: str, kept: str
) -> None:
    answer = save(as_alice, page, typed(phone=sent))

    assert answer.status_code == (302 if sent == kept else 422)
    assert BookingPage.objects.get(pk=page.pk).phone == kept
