import pytest

from sandbox import Sandbox, SandboxControl
from sandbox.microsoft.control import MicrosoftControl
from timetuna.providers.microsoft.tests.conftest import fresh
from timetuna.providers.tests.contracts.calendar import (
    BusySourceContract,
    CalendarWriterContract,
    DirectoryContract,
)
from timetuna.providers.tests.contracts.oauth import IdentityContract, OAuthContract
from timetuna.providers.tests.contracts.repair import RepairContract


class TestMicrosoftOAuth(OAuthContract):
    @pytest.fixture
    def microsoft(self, running: tuple[Sandbox, SandboxControl]) -> MicrosoftControl:
        """Without the final look: exchanging a code twice is what one of these tests is for."""
        return fresh(running[1])


class TestMicrosoftIdentity(IdentityContract):
    pass


class TestMicrosoftDirectory(DirectoryContract):
    pass


class TestMicrosoftBusySource(BusySourceContract):
    free = ("transparent", "elsewhere", "cancelled", "declined")


class TestMicrosoftCalendarWriter(CalendarWriterContract, RepairContract):
    pass
