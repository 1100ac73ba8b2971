"""What Stripe says of an account, of a page to pay on, and of the money: read out of its answers, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.http import Json, is_https, part, text
from timetuna.lib.text import single_line, spoken
from timetuna.providers.errors import ProviderError

_SET_ASIDE_FOR = timedelta(days=7)
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Whose account a key is of. currency: its own, as "eur".  can_charge: whether it may be paid yet."""

    id: str
    name: str
    email: str
    currency: str
    can_charge: bool


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """What was charged. refunded: how much went back so far.  disputed: it was, whatever came of that."""

    id: str
    captured: bool
    refunded: int
    disputed: bool
    receipt_url: str


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """A payment. set_aside: the money waits to be taken, until `capture_before`.  over: it was let go."""

    id: str
    amount: int
    received: int
    set_aside: bool
    taken: bool
    over: bool
    capture_before: datetime
    charge: ChargeFacts | None


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A page to pay on. url: "" where nobody can pay on it.  booking: what we called the booking.

    subtotal: the price, total: with the tax on it.  intent: None while nobody has paid.
    """

    id: str
    is_open: bool
    is_complete: bool
    is_expired: bool
    paid: bool
    url: str
    subtotal: int
    total: int
    currency: str
    booking: str
    livemode: bool
    intent: IntentFacts | None


def read_account(body: Json) -> AccountFacts:
    """Raises ProviderError."""
    shown, profile = part(part(body, "settings"), "dashboard"), part(body, "business_profile")
    name = text(profile, "name") or text(shown, "display_name") or text(body, "email")
    return AccountFacts(
        id=_id(body, "acct_"),
        name=single_line(name, max_length=_NAME_LENGTH),
        email=single_line(text(body, "email"), max_length=320),
        currency=text(body, "default_currency").lower()[:3],
        can_charge=body.get("charges_enabled") is True,
    )


def read_session(body: Json) -> SessionFacts:
    """Raises ProviderError."""
    status, intent = text(body, "status"), body.get("payment_intent")
    if status not in {"open", "complete", "expired"}:
        raise unreadable()
    return SessionFacts(
        id=_id(body, "cs_"),
        is_open=status == "open",
        is_complete=status == "complete",
        is_expired=status == "expired",
        paid=text(body, "payment_status") in {"paid", "no_payment_required"},
        url=_link(text(body, "url")),
        subtotal=_whole(body, "amount_subtotal"),
        total=_whole(body, "amount_total"),
        currency=text(body, "currency").lower(),
        booking=text(body, "client_reference_id"),
        livemode=body.get("livemode") is True,
        intent=read_intent(intent) if isinstance(intent, dict) else None,
    )


def read_intent(body: Json) -> IntentFacts:
    """Raises ProviderError."""
    status, charge = text(body, "status"), body.get("latest_charge")
    known = charge if isinstance(charge, dict) else {}
    until = part(part(known, "payment_method_details"), "card").get("capture_before")
    return IntentFacts(
        id=_id(body, "pi_"),
        amount=_whole(body, "amount"),
        received=_whole(body, "amount_received"),
        set_aside=status == "requires_capture",
        taken=status == "succeeded",
        over=status == "canceled",
        capture_before=_moment(until) or (_moment(body.get("created")) or datetime.now(UTC)) + _SET_ASIDE_FOR,
        charge=read_charge(known) if known else None,
    )


def read_charge(body: Json) -> ChargeFacts:
    """Raises ProviderError."""
    return ChargeFacts(
        id=text(body, "id"),
        captured=body.get("captured") is True,
        refunded=_whole(body, "amount_refunded"),
        disputed=body.get("disputed") is True,
        receipt_url=_link(text(body, "receipt_url")),
    )


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """failed: nothing went back.  waits: it is on its way and may still fail."""

    id: str
    amount: int
    failed: bool
    waits: bool


def read_refund(body: Json) -> RefundFacts:
    """Raises ProviderError."""
    status = text(body, "status")
    return RefundFacts(
        id=text(body, "id"),
        amount=_whole(body, "amount"),
        failed=status in {"failed", "canceled"},
        waits=status in {"pending", "requires_action"},
    )


def unreadable() -> ProviderError:
    return ProviderError(
        spoken("Stripe answered with something that cannot be read; this is tried again."),
        code="protocol",
        outcome_unknown=True,
    )


def nested(fields: Mapping[str, Any], *, inside: str = "") -> dict[str, str]:
    """A form as Stripe wants it: `{"a": {"b": [1]}}` is `a[b][0]=1`. None is left out."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        path = f"{inside}[{name}]" if inside else name
        if isinstance(value, list | tuple):
            value = {str(place): one for place, one in enumerate(value)}  # noqa: PLW2901
        if isinstance(value, Mapping):
            found |= nested(value, inside=path)
        elif isinstance(value, bool):
            found[path] = "true" if value else "false"
        elif value is not None:
            found[path] = str(value)
    return found


def _id(body: Json, prefix: str) -> str:
    found = text(body, "id")
    if not found.startswith(prefix) or len(found) > 100:  # noqa: PLR2004
        raise unreadable()
    return found


def _whole(body: Json, name: str) -> int:
    value = body.get(name)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unreadable()
    return value


def _link(url: str) -> str:
    """With http only where Stripe's API is reached so, which is the caller's to say."""
    return url if is_https(url) or url.startswith("http://") else ""


def _moment(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
