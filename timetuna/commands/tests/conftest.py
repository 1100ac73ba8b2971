"""Servers to back up and to restore; commands that need less have a server of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrated import fresh_database
from timetuna.commands.tests.servers import (
    MAKE_BOOKING,
    POSTGRES,
    Server,
    empty_database,
    python,
    settings_for,
)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The settings of a server with a host and a booking, which no test changes."""
    folder = tmp_path_factory.mktemp("server")
    with fresh_database(folder) as url:
        settings = settings_for(folder, url if POSTGRES else "")
        python(MAKE_BOOKING, settings)
        yield settings


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Server]:
    """The settings of a server whose database is empty, without so much as a table."""
    with empty_database() as url:
        yield settings_for(tmp_path / "other", url)
