import pytest
from django.test import RequestFactory
from django.utils import translation

from timetuna.web.language import COOKIE, choose


@pytest.mark.parametrize(
    ("query", "cookie", "accepts", "language"),
    [
        ("", "", "", "en"),
        ("", "", "de-CH,fr;q=0.8", "de"),
        ("", "", "fr,de;q=0.5,en;q=0.9", "en"),
        ("", "", "fr", "en"),
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


def test_hosts_pages_stay_english_and_a_thread_forgets_its_last_guest(client):
    answer = client.get("/signin", headers={"Accept-Language": "de"})

    assert b'<html lang="en"' in answer.content
    assert translation.get_language() == "en"
