import pytest

from sandbox.zoom.control import ZoomControl
from timetuna.providers.tests.contracts.oauth import (
    ConferencingContract,
    IdentityContract,
    OAuthContract,
    WebhooksContract,
)


class TestZoomOAuth(OAuthContract):
    @pytest.fixture
    def control(self, running: tuple[object, ZoomControl]) -> ZoomControl:
        """Without the final look: exchanging a code twice is what one of these tests is for."""
        running[1].reset()
        running[1].decide("allow")
        return running[1]


class TestZoomIdentity(IdentityContract):
    pass


class TestZoomConferencing(ConferencingContract):
    pass


class TestZoomConferencingWithMoreScopes(ConferencingContract):
    @pytest.fixture(autouse=True)
    def _more(self, control: ZoomControl) -> None:
        control.app(extra_scopes=["meeting:update:meeting", "meeting:delete:meeting"])


class TestZoomWebhooks(WebhooksContract):
    pass
