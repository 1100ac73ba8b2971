from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from sandbox.stripe.control import StripeControl
from sandbox.tests.conftest import running, sandbox

__all__ = ["control", "running", "sandbox"]


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[StripeControl]:
    with StripeControl(sandbox.http_url) as client:
        client.hold()
        yield client
