"""The running product for journeys and hard tests."""

from collections.abc import Iterator

import pytest

from tests.running import LiveTimeTuna, running_timetuna


@pytest.fixture(scope="package")
def served_timetuna(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTimeTuna]:
    """Start the product once for all tests in a row: one that nobody asks keeps looking for work."""
    with running_timetuna(tmp_path_factory.mktemp("timetuna")) as live:
        yield live


@pytest.fixture(name="live_timetuna")
def _live_timetuna(served_timetuna: LiveTimeTuna) -> LiveTimeTuna:
    """Return the running product, well, beside a sandbox that has forgotten everything."""
    served_timetuna.wait_healthy()
    served_timetuna.sandbox.reset()
    return served_timetuna
