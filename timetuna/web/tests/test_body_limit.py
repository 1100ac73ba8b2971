import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("charset", ["utf-7", "latin-1", "utf-16"])
@pytest.mark.parametrize("path", ["/signin", "/holds/release", "/nowhere"])
def test_a_form_that_is_no_utf_8_is_refused_in_a_sentence(path: str, charset: str) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    token = browser.get("/signin").cookies[settings.CSRF_COOKIE_NAME].value

    answer = browser.post(
        path, b"login=a", content_type=f"{FORM}; charset={charset}", headers={"X-CSRFToken": token}
    )

    assert (answer.status_code, answer.content) == (400, b"TimeTuna reads forms in UTF-8 only.")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("charset", ["", "; charset=UTF-8"])
def test_a_form_in_utf_8_is_read(client: Client, charset: str) -> None:
    assert client.post("/signin", b"login=a", content_type=FORM + charset).status_code == 422


def test_what_says_it_is_too_large_is_not_read(client: Client) -> None:
    answer = client.post("/signin", b"login=a", content_type=FORM, headers={"Content-Length": "262145"})

    assert (answer.status_code, answer.content) == (413, b"This is more than TimeTuna accepts at once.")
