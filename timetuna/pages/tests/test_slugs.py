"""A link that was shared never opens another page but on purpose."""

from typing import Any

import pytest
from django.test import Client

from tests.forms import main_form
from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.actions.give_address import AddressOnceUsed, give_address
from timetuna.pages.models import BookingPage, FormerSlug
from timetuna.pages.slugs import MOST_OF_DELETED

pytestmark = pytest.mark.vendor


def save(client: Client, page: BookingPage, **changes: str) -> Any:
    path = f"/booking-pages/{page.pk}/booking"
    form = main_form(client.get(path).content.decode())
    return client.post(path, dict(form.with_values(**changes)))


def opens(path: str) -> str:
    answer = Client().get(path)
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


def test_no_address_that_we_choose_was_another_pages(alice: User, page: BookingPage) -> None:
    give_address(page, "hello")

    made = create_page(alice, title="Intro call")
    named = create_page(alice, title="Other")
    named.title = "Intro call"
    give_address(named, "")
    copied_from = create_page(alice, title="Copy of Other")
    give_address(copied_from, "elsewhere")
    copy = duplicate_page(BookingPage.objects.get(title="Copy of Other"), by=alice)

    named.refresh_from_db()
    assert (made.slug, named.slug, copy.slug) == ("intro-call-2", "intro-call-3", "copy-of-copy-of-other")
    assert opens("/alice/intro-call") == "/alice/hello"


def test_a_page_gets_its_own_old_address_back_without_a_question(as_alice: Client, page: BookingPage) -> None:
    give_address(page, "hello")

    assert save(as_alice, page, slug="intro-call").status_code == 302
    assert opens("/alice/hello") == "/alice/intro-call"


def test_the_address_of_a_deleted_page_is_not_given_to_the_next(alice: User, page: BookingPage) -> None:
    give_address(page, "hello")
    delete_page(page)

    assert create_page(alice, title="Hello").slug == "hello-2"
    assert create_page(alice, title="Intro call").slug == "intro-call-2"
    assert {opens("/alice/hello"), opens("/alice/intro-call")} == {"404"}


def test_addresses_of_deleted_pages_are_kept_up_to_a_number(alice: User) -> None:
    for number in range(3):
        delete_page(create_page(alice, title=f"Page {number}"))
    FormerSlug.objects.bulk_create(FormerSlug(host=alice, slug=f"x{n}") for n in range(MOST_OF_DELETED))

    delete_page(create_page(alice, title="Last"))

    assert FormerSlug.objects.filter(host=alice, page=None).count() == MOST_OF_DELETED
    assert FormerSlug.objects.filter(slug="last").exists()


@pytest.mark.parametrize("deleted", [False, True])
def test_another_pages_old_address_is_taken_only_when_that_is_ticked(
    as_alice: Client, alice: User, page: BookingPage, *, deleted: bool
) -> None:
    give_address(page, "hello")
    if deleted:
        delete_page(page)
    other = create_page(alice, title="Workshop")

    refused = save(as_alice, other, slug="intro-call")
    text = refused.content.decode()
    owner = "the address of a page that is deleted" if deleted else "the address of “Intro call”"

    assert refused.status_code == 422
    assert f"This was {owner}. Links to it that you have shared would open this page." in text
    assert opens("/alice/intro-call") == ("404" if deleted else "/alice/hello")
    assert save(as_alice, other, slug="intro-call", takes_address="hello").status_code == 422
    assert save(as_alice, other, slug="intro-call", takes_address="intro-call").status_code == 302
    assert opens("/alice/intro-call") == "200"


def test_the_old_address_leads_on_again_when_the_page_that_took_it_is_deleted(
    alice: User, page: BookingPage
) -> None:
    give_address(page, "hello")
    other = create_page(alice, title="Workshop")
    give_address(other, "intro-call", takes_former=True)
    other.refresh_from_db()

    delete_page(other)

    assert opens("/alice/intro-call") == "/alice/hello"


def test_an_address_given_up_a_moment_ago_is_not_taken(alice: User, page: BookingPage) -> None:
    other = create_page(alice, title="Workshop")
    give_address(page, "hello")

    with pytest.raises(AddressOnceUsed):
        give_address(other, "intro-call")


def test_the_address_follows_the_title_until_the_first_save(as_alice: Client) -> None:
    as_alice.post("/booking-pages/new")
    page = BookingPage.objects.get()
    path = f"/booking-pages/{page.pk}/booking"
    before = as_alice.get(path).content.decode()

    save(as_alice, page)

    assert 'data-from="id_title"' in before
    assert 'data-from="id_title"' not in as_alice.get(path).content.decode()
    assert 'data-from="id_title"' not in as_alice.get(f"{path}?").content.decode()


def test_without_a_script_a_new_page_gets_the_address_of_its_title_too(as_alice: Client) -> None:
    as_alice.post("/booking-pages/new")
    as_alice.post("/booking-pages/new")
    page = BookingPage.objects.latest("pk")
    assert page.slug == "meeting-2"

    save(as_alice, page, title="Süd-Treffen")
    page.refresh_from_db()
    assert page.slug == "sued-treffen"

    save(as_alice, page, title="Another name")
    page.refresh_from_db()
    assert page.slug == "sued-treffen"
