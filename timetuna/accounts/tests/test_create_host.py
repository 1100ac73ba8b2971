import pytest

from timetuna.accounts.actions.create_host import create_host
from timetuna.accounts.models import User
from timetuna.accounts.tests.conftest import NEW_PASSWORD, PASSWORD, sign_up, signed_in

pytestmark = pytest.mark.vendor


def make(**values):
    data = {"email": "Ops@Example.org", "name": "Olga Ops", "password": PASSWORD} | values
    return create_host(**data)


def test_the_host_can_sign_in_at_once(settings):
    settings.SIGNUP_OPEN = False

    user = make(time_zone="Europe/Berlin")

    assert (user.email, user.handle, user.time_zone) == ("ops@example.org", "olga-ops", "Europe/Berlin")
    signed_in("ops@example.org")


@pytest.mark.parametrize(
    "values",
    [
        {"email": "no address"},
        {"name": " "},
        {"password": "short"},
        {"handle": "admin"},
        {"handle": "alice"},
        {"time_zone": "Mars"},
        {"email": "alice@example.org"},
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(alice, values):
    with pytest.raises(ValueError, match=r"\.$"):
        make(**values)

    assert User.objects.count() == 1


def test_an_unverified_account_makes_room(browser):
    sign_up(browser, "ops@example.org", password1=NEW_PASSWORD)

    make()

    assert User.objects.get().name == "Olga Ops"
