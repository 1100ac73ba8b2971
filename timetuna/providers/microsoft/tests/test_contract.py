import pytest

from timetuna.providers.contracts.calendar import (
    BusySourceContract,
    CalendarWriterContract,
    DirectoryContract,
)
from timetuna.providers.contracts.oauth import IdentityContract, OAuthContract
from timetuna.providers.contracts.repair import RepairContract
from timetuna.providers.microsoft.tests.conftest import fresh
from timetuna.sandbox import Sandbox, SandboxControl
from timetuna.sandbox.microsoft.control import MicrosoftControl


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
