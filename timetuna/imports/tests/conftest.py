from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from tests.clock import present
from timetuna.accounts.models import User
from timetuna.bookings.tests.conftest import letters
from timetuna.imports.actions.read_product import read_into
from timetuna.imports.models import Import
from timetuna.imports.products import Product
from timetuna.lib.http import HttpClient
from timetuna.providers.bundle import BundleSource, ExportReader
from timetuna.providers.registry import providers

TOKENS = {"calendly": "sandbox-calendly-{}", "calcom": "cal_sandbox_{}"}
PRODUCTS = tuple(TOKENS)
Read = Callable[..., Import]
__all__ = ["letters"]  # a fixture


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Sandbox, SandboxControl]]:
    with (
        Sandbox(SandboxConfig(parts=frozenset(PRODUCTS))) as sandbox,
        SandboxControl(sandbox.http_url) as control,
    ):
        yield sandbox, control


@pytest.fixture
def outside(running: tuple[Sandbox, SandboxControl]) -> Iterator[SandboxControl]:
    """Steer both products, whose rules nobody may have broken afterwards."""
    control = running[1]
    control.reset()
    yield control
    assert control.violations() == []


@pytest.fixture
def product_of(
    running: tuple[Sandbox, SandboxControl], outside: SandboxControl, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Product]:
    """Return a product as the server builds it, that does not sleep between its tries."""
    monkeypatch.setattr("timetuna.providers.paging.PatientReader.pauses", (0.0, 0.0, 0.0))
    monkeypatch.setattr("timetuna.providers.paging.PatientReader.sleep", lambda _self, _seconds: None)

    def build(slug: str) -> Product:
        provider = providers()[slug]
        config = {"api_url": f"{running[0].http_url}/{slug}"}
        built = provider.build(config, HttpClient(user_agent="test", allow_private=True))
        assert isinstance(built, BundleSource)
        return Product(slug, provider.label, "", built, built if isinstance(built, ExportReader) else None)

    return build


@pytest.fixture
def read(product_of: Callable[[str], Product], alice: User) -> Read:
    """Read an account as the thread does, and return the import's row."""

    def reading(slug: str, account: str, *, host: User = alice, token: str = "") -> Import:
        row = Import.objects.create(host=host, product=slug, started_at=present() - timedelta(seconds=1))
        read_into(row.pk, product_of(slug), token or TOKENS[slug].format(account))
        row.refresh_from_db()
        return row

    return reading
