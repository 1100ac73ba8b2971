import re

import pytest
from allauth.account.models import EmailAddress
from babel.messages.pofile import write_po
from django.test import Client, RequestFactory
from django.utils import translation

from tests.forms import submit
from tests.languages import read, update
from timetuna.accounts.models import User
from timetuna.l10n.catalogues import compile_changed
from timetuna.pages.actions.create_page import create_page
from timetuna.web.middleware import COOKIE, choose


@pytest.fixture
def public_page(db):
    host = User.objects.create_user(
        "alice@host.example",
        "correct horse battery",
        name="Alice Host",
        handle="alice",
        time_zone="Europe/Berlin",
    )
    EmailAddress.objects.create(user=host, email=host.email, verified=True, primary=True)
    page = create_page(host, title="Intro call", meeting_types={"in_person": "Room 1"})
    return f"/alice/{page.slug}"


@pytest.mark.parametrize(
    ("query", "cookie", "accepts", "language"),
    [
        ("", "", "", "en"),
        ("", "", "de-CH,fr;q=0.8", "de"),
        ("", "", "eo,de;q=0.5,en;q=0.9", "en"),
        ("", "", "eo", "en"),
        ("", "de", "en", "de"),
        ("en", "de", "de", "en"),
        ("xx", "yy", "de", "de"),
        ("../etc", "", "\0;q=1,,,", "en"),
    ],
)
def test_a_choice_comes_before_the_browsers_wish(query, cookie, accepts, language):
    request = RequestFactory(HTTP_ACCEPT_LANGUAGE=accepts).get("/", {"lang": query})
    request.COOKIES[COOKIE] = cookie

    assert choose(request) == language


def test_hosts_pages_speak_what_is_whole_for_hosts_and_a_thread_forgets_its_last_reader(client):
    german = client.get("/signin", headers={"Accept-Language": "de"})
    english = client.get("/signin", headers={"Accept-Language": "fr"})

    assert b'<html lang="de"' in german.content
    assert b'<html lang="en"' in english.content
    assert translation.get_language() == "en"


def test_a_hosts_pages_and_mails_speak_as_the_profile_says_else_as_the_browser_of_what_is_whole(
    client, public_page
):
    host = User.objects.get()
    client.force_login(host)

    def spoken(accepts):
        page = client.get("/settings/profile", headers={"Accept-Language": accepts})
        return re.search('<html lang="(..)"', page.content.decode())[1]

    assert [spoken("de-AT"), spoken("fr,de;q=0.3"), spoken("fr"), spoken("")] == ["de", "de", "en", "en"]
    said = {"name": "Alice Host", "handle": "alice", "time_zone": "Europe/Berlin"}
    submit(client, "/settings/profile", said | {"language": "de"})
    host.refresh_from_db()
    assert (host.language, spoken("en"), spoken("fr")) == ("de", "de", "de")

    submit(client, "/settings/profile", said | {"language": "fr"})
    host.refresh_from_db()
    assert host.language == "de"  # guests' pages have it, hosts' have not


def test_a_page_can_be_switched_and_keeps_where_it_is(client, public_page):
    german = client.get(f"{public_page}?zone=Asia/Tokyo&clock=12&lang=de").content.decode()
    later = client.get(f"{public_page}?zone=Asia/Tokyo", headers={"Accept-Language": "en"}).content.decode()

    assert '<html lang="de"' in german
    assert 'href="?zone=Asia%2FTokyo&amp;clock=12&amp;lang=en"' in german
    assert 'lang="en" hreflang="en"' in german
    assert client.cookies[COOKIE]["httponly"]
    assert '<html lang="de"' in later


@pytest.mark.parametrize("wish", ["pt-BR", "pt-br", "pt", "PT-pt"])
def test_a_language_is_known_by_any_of_its_names(client, public_page, wish):
    page = client.get(f"{public_page}?lang={wish}").content.decode()

    assert '<html lang="pt-br"' in page
    assert "Português (Brasil)" in page
    assert client.cookies[COOKIE].value == "pt-br"


@pytest.mark.parametrize("wish", ["tlh", "../../etc", "e" * 5_000, "\0", ""])
def test_what_is_no_language_changes_nothing(client, public_page, wish):
    page = client.get(public_page, {"lang": wish})

    assert '<html lang="en"' in page.content.decode()
    assert COOKIE not in client.cookies


def test_without_a_choice_there_is_no_switch(client, public_page, settings):
    settings.LANGUAGES = [("en", "English")]

    page = client.get(public_page).content.decode()

    assert "hreflang" not in page


def test_hosts_pages_have_no_switch_and_their_errors_are_in_their_language(client, db):
    signin = client.get("/signin?lang=de", headers={"Accept-Language": "de"})
    refused = Client(enforce_csrf_checks=True).post("/signin", headers={"Accept-Language": "de"})

    assert b"hreflang" not in signin.content
    assert COOKIE not in signin.cookies
    assert '<html lang="de"' in refused.content.decode()


def test_an_address_that_leads_nowhere_answers_in_the_readers_language(client):
    assert '<html lang="de"' in client.get("/a/b/c/d", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="en"' in client.get("/a/b/c/d").content.decode()


def test_a_body_that_is_too_large_is_refused_in_the_readers_language(client):
    answer = client.post("/alice/intro/book", {"notes": "x" * 300_000}, headers={"Accept-Language": "de"})

    assert answer.content.decode() == "Das ist mehr, als TimeTuna auf einmal annimmt."


def test_a_further_language_is_one_file(client, public_page, settings, tmp_path):
    catalogue = tmp_path / "eo" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    update(catalogue)
    translate(catalogue, {"Your time zone": "Via horzono"})
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("en", "English"), ("eo", "esperanto")]

    page = client.get(public_page, headers={"Accept-Language": "eo"}).content.decode()

    assert '<html lang="eo"' in page
    assert "Via horzono" in page
    assert ">esperanto</a>" in page


def translate(path, words):
    catalogue = read(path)
    assert len(catalogue) > 250
    for source, target in words.items():
        catalogue[source].string = target
    with path.open("wb") as file:
        write_po(file, catalogue)
    compile_changed(path.parents[2])
