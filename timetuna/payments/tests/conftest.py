import pytest

from sandbox import Sandbox, SandboxConfig
from timetuna.bookings.tests.conftest import alice, bob, charlie, kim, letters, page, sam
from timetuna.payments.tests.paying import Paying, price

__all__ = ["alice", "bob", "charlie", "kim", "letters", "page", "sam"]


@pytest.fixture(scope="session")
def running_stripe():
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0, parts=frozenset({"stripe"}))) as sandbox:
        yield sandbox


@pytest.fixture
def paying(running_stripe, settings):
    running_stripe.reset()
    paying = Paying(running_stripe)
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | paying.settings()
    yield paying
    violations = paying.control.violations()
    paying.control.close()
    assert violations == []


@pytest.fixture
def account(paying, alice):
    return paying.account(alice)


@pytest.fixture
def paid_page(page, account):
    """Return a page of alice's that costs 45 euros."""
    assert account
    return price(page)
