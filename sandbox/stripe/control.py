"""A small client of the control API of Stripe's stand-in, for tests and scripts."""

from typing import Any

from sandbox.config import example_app
from sandbox.control import Json, SandboxControl

APP = example_app("stripe")


class StripeControl(SandboxControl):
    """Steers a sandbox with Stripe's stand-in in it."""

    def known(self) -> Json:
        """Return all that it knows but keys and secrets."""
        return self.ask("stripe/state")

    def sessions(self) -> list[Json]:
        """Return the pages that were made to pay on, oldest first."""
        rows: list[Json] = self.known()["sessions"]
        return rows

    def key(self, account: str = "robin") -> str:
        """Return the key that its owner would copy."""
        return str(self.tell("stripe/key", account=account)["key"])

    def pay(self, session: str) -> Json:
        """Pay on a session, as its guest would."""
        return self.tell("stripe/pay", session=session)

    def refund(self, session: str, amount: int | None = None) -> None:
        """Give money back in the dashboard."""
        self.tell("stripe/refund", session=session, amount=amount)

    def dispute(self, session: str) -> None:
        """Have the payer's bank take the money back."""
        self.tell("stripe/dispute", session=session)

    def account(self, account: str = "robin", **changes: Any) -> None:
        """Change an account."""
        self.tell("stripe/account", account=account, **changes)

    def hold(self, *, held: bool = True) -> None:
        """Hold events back until they are delivered or taken."""
        self.tell("stripe/hold", held=held)

    def deliver(self, *, newest_first: bool = False) -> list[int | None]:
        """Deliver what waits; return the app's statuses."""
        statuses: list[int | None] = self.tell("stripe/deliver", newest_first=newest_first)["statuses"]
        return statuses

    def take(self, *, newest_first: bool = False) -> list[Json]:
        """Return what waits, signed; it is not delivered then."""
        found: list[Json] = self.tell("stripe/take", newest_first=newest_first)["events"]
        return found

    def decide(self, decision: str, *, account: str = "robin") -> None:
        """Decide future consents: allow, deny, ask."""
        self.tell("stripe/decide", decision=decision, account=account)
