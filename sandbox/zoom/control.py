"""A small client of the control API, of what all stand-ins share and of Zoom's, for tests and scripts."""

from typing import Any

from sandbox.config import example_app
from sandbox.control import Json, SandboxControl

APP = example_app("zoom")
"""The app that the stand-in knows where nothing else is said."""


class ZoomControl(SandboxControl):
    """Steers a sandbox with Zoom's stand-in in it."""

    def state(self) -> Json:
        """Return everything the sandbox and Zoom's stand-in know but tokens and secrets."""
        return super().state() | self.ask("zoom/state")

    def meetings(self) -> list[Json]:
        """Return the meetings, oldest first."""
        rows: list[Json] = self.ask("zoom/state")["meetings"]
        return rows

    def decide(self, decision: str, *, user: str = "robin") -> None:
        """Decide future consents: `allow`, `deny`, or `ask` to show the page again."""
        self.tell("zoom/decide", decision=decision, account=user)

    def remove_app(self, user: str = "robin", **options: Any) -> list[int | None]:
        """Remove the app at Zoom; return the statuses with which the app answered the event."""
        statuses: list[int | None] = self.tell("zoom/remove-app", account=user, **options)["statuses"]
        return statuses

    def deliver_held(self, *, newest_first: bool = False) -> list[int | None]:
        """Deliver the events held back by `hold`; return the app's statuses."""
        statuses: list[int | None] = self.tell("zoom/deliver-held", newest_first=newest_first)["statuses"]
        return statuses

    def url_validation(self, **options: Any) -> Json:
        """Send `endpoint.url_validation`; return `ok`, `problem`, `status`, `seconds`."""
        return self.tell("zoom/url-validation", **options)

    def app(self, **changes: Any) -> Json:
        """Change the registered app: `extra_scopes`, `redirect_uri`, `webhook_url` and so on."""
        return self.tell("zoom/app", **changes)

    def user(self, user: str = "robin", **changes: Any) -> Json:
        """Change a user: `can_host`, `passcode_required`, `display_name` and so on."""
        return self.tell("zoom/user", account=user, **changes)

    def marketplace_add(self, user: str = "robin") -> str:
        """Return the address a start from the Marketplace leads to: a code, and no state."""
        return str(self.tell("zoom/marketplace-add", account=user)["location"])

    def note_disconnect(self, user: str = "robin") -> None:
        """Make any further use of this user's grants a violation."""
        self.tell("zoom/note-disconnect", account=user)
