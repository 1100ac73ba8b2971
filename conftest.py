"""What holds for every test: no network but this machine's, examples that do not roll dice, three people."""

import gc
import os
import sys
from contextlib import closing, suppress

import pytest
from _pytest import runner
from hypothesis import settings as hypothesis_settings
from pytest_socket import socket_allow_hosts

from tests import clock
from timetuna.lib.call_stack import with_room
from timetuna.rate_limits import store

THIS_MACHINE = ["127.0.0.0/8", "0.0.0.0", "::1", "localhost"]  # noqa: S104 - to connect to, not to bind

pytest_plugins = ["tests.sampling", "tests.statements"]
hypothesis_settings.register_profile("house", deadline=None, derandomize=True)
hypothesis_settings.load_profile("house")
clock.set_clock()
gc.set_threshold(100_000, 20, 100)  # a test is over before there is much to collect


def pytest_collection_finish() -> None:
    """Look no more through what stays until the end: that took a tenth of the time of tests that ask for pages."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Refuse connections to anywhere else, share the clock, and begin to count anew what is limited."""
    clock.pass_on()
    socket_allow_hosts(THIS_MACHINE, allow_unix_socket=True)
    for one in store.opened():
        if one.written:
            with suppress(store.StoreAway):
                one.forget_all()
    if read_live := sys.modules.get("timetuna.calendars.actions.read_live"):
        read_live.LOOKS.forget()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):  # noqa: ANN001, ANN201
    """Run the test as requests are run."""
    return with_room(runner.pytest_runtest_protocol, item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem) -> None:  # noqa: ANN001
    """Close what counts before the last fixtures go: PostgreSQL drops no database that somebody is connected to."""
    if nextitem is None:
        store.close_all()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Do the same where the tests end early."""
    store.close_all()


@pytest.fixture(autouse=True, scope="session")
def _widgets_unseen(django_test_environment):  # noqa: ANN001, ANN202, ARG001
    """Keep no copy of the context for each option of each field: tests look at pages and their parts only."""
    from django.template.base import Template  # noqa: PLC0415 - as below

    seen = Template._render  # noqa: SLF001 - what Django's own test environment has put there

    def render(template, context):  # noqa: ANN001, ANN202
        if (template.name or "").startswith("django/forms/"):
            return template.nodelist.render(context)
        return seen(template, context)

    Template._render = render  # noqa: SLF001
    yield
    Template._render = seen  # noqa: SLF001


@pytest.fixture(autouse=True, scope="session")
def _mails_leave(django_test_environment):  # noqa: ANN001, ANN202, ARG001
    """Send mails as the product does: Django's test environment would keep them."""
    from django.conf import settings  # noqa: PLC0415 - as above

    from timetuna.mail import OUR_BACKEND  # noqa: PLC0415

    settings.EMAIL_BACKEND = OUR_BACKEND


@pytest.fixture(autouse=True, scope="session")
def _rows_are_deleted(django_test_environment):  # noqa: ANN001, ANN202, ARG001
    """Empty the tables by the short way after a test that commits."""
    from django.test import TransactionTestCase  # noqa: PLC0415 - as below

    from tests.emptying import empty_tables  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):  # noqa: ANN001, ANN201, ARG001
    """Let the tests' own database begin as a copy of one that all migrations have been run on."""
    from django.db import connection  # noqa: PLC0415 - as below

    from tests import migrated  # noqa: PLC0415

    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.postgresql_template(
            os.environ["DATABASE_URL"]
        )
        yield
        return
    with closing(migrated.fill_memory(connection.creation._get_test_db_name())):  # noqa: SLF001 - Django has no other way
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):  # noqa: ANN001, ANN201, ARG001
    """End what is still connected when the tests are over: PostgreSQL drops no database that is in use."""
    from django.db import connection  # noqa: PLC0415 - as above

    yield
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        connection.close()
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:  # noqa: SLF001 - Django has no other way
            closed = f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS false"
            cursor.execute(closed)  # a thread that is left would come back
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
            )


@pytest.fixture
def alice(db):  # noqa: ANN001, ANN201, ARG001
    """Return a host who owns what a test is about."""
    return _host("alice", "Alice Host")


@pytest.fixture
def bob(db):  # noqa: ANN001, ANN201, ARG001
    """Return alice's teammate."""
    return _host("bob", "Bob Teammate")


@pytest.fixture
def charlie(db):  # noqa: ANN001, ANN201, ARG001
    """Return a stranger."""
    return _host("charlie", "Charlie Stranger")


def _host(handle: str, name: str):  # noqa: ANN202
    """Store what `create_host` stores, without its questions."""
    # Django is ready only once pytest-django has set it up, after this file was read.
    from allauth.account.models import EmailAddress  # noqa: PLC0415

    from timetuna.accounts.models import User  # noqa: PLC0415

    email, password = f"{handle}@example.org", "a long enough password"
    user = User.objects.create_user(email, password, name=name, handle=handle, time_zone="Europe/Berlin")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
