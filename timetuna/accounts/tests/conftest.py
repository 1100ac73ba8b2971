import json
import re
from dataclasses import dataclass

import pytest
from django.test import Client

from timetuna.accounts.emails import seal_context
from timetuna.accounts.models import User
from timetuna.encryption import box
from timetuna.jobs.models import Job

PASSWORD = "a long enough password"
NEW_PASSWORD = "another long one 47"


@pytest.fixture(autouse=True)
def _with_database(db):
    pass


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def as_alice(alice):
    return signed_in("alice@example.org")


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    html: str

    @property
    def path(self) -> str:
        """The path of the link behind the button; links begin with the base address."""
        return re.search(r"http://localhost:8000(/\S+)", self.text).group(1)


def mails() -> list[Mail]:
    """Open all mails that wait to be sent, oldest first."""
    found = []
    for job in Job.objects.filter(name="accounts.send_mail").order_by("id"):
        sealed, mail = job.arguments["sealed"], job.arguments["mail"]
        found.append(Mail(**json.loads(box().open(sealed, context=seal_context(mail)))))
    return found


def signed_in(email: str, *, password: str = PASSWORD) -> Client:
    browser = Client()
    answer = sign_in(browser, email, password=password)
    assert answer["Location"] == "/booking-pages"
    return browser


def sign_in(browser: Client, email: str, *, password: str = PASSWORD, **more: str):
    return browser.post("/signin", {"login": email, "password": password} | more)


def sign_up(browser: Client, email: str = "dora@example.org", **more: str):
    data = {"name": "Dora Müller", "email": email, "password1": PASSWORD, "time_zone": "Europe/Berlin"}
    return browser.post("/signup", data | more)


def is_signed_in(browser: Client, email: str) -> bool:
    user_id = browser.session.get("_auth_user_id")
    return (
        bool(user_id)
        and browser.get("/settings/profile").status_code == 200
        and str(User.objects.get(email=email).pk) == user_id
    )
