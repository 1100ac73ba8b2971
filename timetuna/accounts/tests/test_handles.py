import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from timetuna.accounts.actions.store_host import EmailTaken, store_host
from timetuna.accounts.handles import RESERVED, clean_handle, handle_for
from timetuna.accounts.models import FormerHandle, User

pytestmark = pytest.mark.vendor


def new_host(name: str, email: str = "") -> User:
    user = User(name=name, email=email or f"{User.objects.count()}@example.org")
    store_host(user)
    return user


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Zoë O'Neil", "zoe-o-neil"),
        ("Jürgen Weiß", "juergen-weiss"),
        ("ADA", "ada"),
        ("李雷", ""),
        ("--", ""),
        ("x" * 60, "x" * 32),
    ],
)
def test_a_handle_is_made_from_the_name(name, handle):
    assert handle_for(name) == handle


def test_the_first_free_one_is_taken():
    FormerHandle.objects.create(handle="ada-lovelace-2", user=None)

    handles = [new_host("Ada Lovelace").handle for _ in range(2)]

    assert handles == ["ada-lovelace", "ada-lovelace-3"]


@pytest.mark.parametrize(
    ("name", "start"), [("李雷", "host-"), ("Al", "al-2"), ("Admin", "admin-2"), ("x" * 99, "x" * 32)]
)
def test_every_name_gets_one(name, start):
    handle = new_host(name).handle

    assert handle.startswith(start)
    assert clean_handle(handle) == handle


def test_many_of_one_name_all_get_one():
    assert len({new_host("Ada").handle for _ in range(12)}) == 12


def test_the_same_address_twice_is_refused():
    new_host("Ada", "ada@example.org")

    with pytest.raises(EmailTaken):
        new_host("Ada", "ada@example.org")


def literals(patterns, prefix: str = ""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from literals(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route.lstrip("^").split("/")[0]


def test_every_first_part_of_our_own_addresses_is_reserved():
    own = {part for part in literals(get_resolver().url_patterns) if part.replace("-", "").isalnum()}

    assert own - RESERVED == set()
    assert {"signin", "settings"} <= own
