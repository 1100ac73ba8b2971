"""Stripe's API: accounts, pages to pay on (Checkout), money taken, let go and given back, and who is told of it.

https://docs.stripe.com/api, https://docs.stripe.com/connect/oauth-reference
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from timetuna.lib.http import Body, HttpClient, HttpError, Json, Response, parse_retry_after, part, text
from timetuna.lib.text import spoken
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.registry import Config
from timetuna.providers.rest import (
    CONFLICT,
    FORBIDDEN,
    NOT_FOUND,
    SERVER_ERROR,
    SUCCESS,
    TOO_MANY,
    UNAUTHORIZED,
)
from timetuna.providers.stripe.facts import (
    AccountFacts,
    IntentFacts,
    RefundFacts,
    SessionFacts,
    nested,
    read_account,
    read_intent,
    read_refund,
    read_session,
    unreadable,
)

VERSION = "2024-06-20"
"""What we were written for; Stripe answers in its shapes for years."""
EVENTS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.captured",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
    "account.updated",
)
"""What a webhook of a host's own key is to be told."""
_ID = re.compile(r"[A-Za-z0-9_]{1,100}")
_WORD = re.compile(r"[a-z0-9_]{1,60}")
_MINUTE = timedelta(minutes=1)
_WHOLE = {"expand[]": "payment_intent.latest_charge"}


class StripeRefused(ProviderError):  # noqa: N818 - it names what happened
    """Stripe understood, and will not do it. reason: its own word, as "amount_too_small", "" for none."""

    def __init__(self, reason: str, *, status: int, kind: str = "") -> None:
        super().__init__(
            spoken("Stripe refused (%(reason)s).") % {"reason": reason or status},
            code=f"stripe:{reason or status}",
            permanent=True,
        )
        self.reason = reason
        self.status = status
        self.key_used_otherwise = kind == "idempotency_error"


@dataclass(frozen=True, slots=True)
class StripeKey:
    """By what a call is made: a host's own key, or the platform's together with the host's account."""

    secret: str = field(repr=False)
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A page to pay on. amount: in minor units.  booking: its public id, the one thing Stripe is told of it.

    by_hand: the money is set aside only, until it is captured.  taxed: Stripe adds the tax there is.
    ends_at: between 30 minutes and 24 hours ahead.
    """

    booking: str
    title: str
    amount: int
    currency: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    ends_at: datetime
    by_hand: bool = False
    taxed: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Stripe sends events to, and what it signs them with."""

    id: str
    secret: str = field(repr=False)


class Stripe:
    """Everything we do with Stripe. Nothing is repeated in here: whoever asks again does so with the same `key`."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._client_id, self.platform_secret = config["client_id"], config["secret_key"]
        self.webhook_secrets = tuple(filter(None, map(str.strip, config["webhook_secret"].split(","))))
        self._redirect_uri = config["redirect_uri"]
        self._connect_url = config["connect_url"].rstrip("/")
        self._api_url = config["api_url"].rstrip("/")
        self._http = replace(http, log_paths=False)

    def is_platform(self) -> bool:
        """Whether the operator has one, so that hosts can connect without a key of their own."""
        return bool(self._client_id and self.platform_secret)

    def key_of(self, account: str) -> StripeKey:
        """The platform's, for a connected account."""
        return StripeKey(self.platform_secret, account)

    def account(self, key: StripeKey) -> AccountFacts:
        return read_account(self._call("GET", "/v1/account", key))

    def create_session(self, key: StripeKey, wanted: Checkout, *, once: str) -> SessionFacts:
        return read_session(self._call("POST", "/v1/checkout/sessions", key, _asked(wanted), once=once))

    def session(self, key: StripeKey, session_id: str) -> SessionFacts:
        """With the payment and its charge, where there are any."""
        path = f"/v1/checkout/sessions/{_plain(session_id)}?{urlencode(_WHOLE)}"
        return read_session(self._call("GET", path, key))

    def expire_session(self, key: StripeKey, session_id: str, *, once: str) -> SessionFacts:
        """Raises StripeRefused where it is complete, or has ended by itself."""
        path = f"/v1/checkout/sessions/{_plain(session_id)}/expire"
        return read_session(self._call("POST", path, key, {}, once=once))

    def intent(self, key: StripeKey, intent_id: str) -> IntentFacts:
        path = f"/v1/payment_intents/{_plain(intent_id)}?{urlencode({'expand[]': 'latest_charge'})}"
        return read_intent(self._call("GET", path, key))

    def capture(self, key: StripeKey, intent_id: str, *, once: str) -> None:
        """Take what is set aside, all of it."""
        self._call("POST", f"/v1/payment_intents/{_plain(intent_id)}/capture", key, {}, once=once)

    def cancel_intent(self, key: StripeKey, intent_id: str, *, once: str) -> None:
        """Let go what is set aside."""
        self._call("POST", f"/v1/payment_intents/{_plain(intent_id)}/cancel", key, {}, once=once)

    def refund(self, key: StripeKey, intent_id: str, amount: int, *, once: str) -> RefundFacts:
        form = {"payment_intent": _plain(intent_id), "amount": amount}
        return read_refund(self._call("POST", "/v1/refunds", key, form, once=once))

    def read_refund(self, key: StripeKey, refund_id: str) -> RefundFacts:
        return read_refund(self._call("GET", f"/v1/refunds/{_plain(refund_id)}", key))

    def create_endpoint(self, key: StripeKey, url: str, *, once: str) -> Endpoint:
        form = {"url": url, "enabled_events": EVENTS, "api_version": VERSION}
        body = self._call("POST", "/v1/webhook_endpoints", key, form, once=once)
        found = Endpoint(text(body, "id"), text(body, "secret"))
        if not found.id or not found.secret:
            raise unreadable()
        return found

    def delete_endpoint(self, key: StripeKey, endpoint_id: str) -> None:
        """One that is gone already is as good."""
        try:
            self._call("DELETE", f"/v1/webhook_endpoints/{_plain(endpoint_id)}", key)
        except StripeRefused as error:
            if error.status != NOT_FOUND:
                raise

    def authorize_url(self, *, state: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "scope": "read_write",
            "redirect_uri": self._redirect_uri,
            "state": state,
        }
        return f"{self._connect_url}/oauth/authorize?{urlencode(query)}"

    def exchange(self, code: str) -> tuple[str, bool]:
        """Trade the code for the account's id, and whether it is live."""
        form = {"grant_type": "authorization_code", "code": code}
        body = self._connect("/oauth/token", form)
        account = text(body, "stripe_user_id")
        if not account.startswith("acct_") or not _ID.fullmatch(account):
            raise unreadable()
        return account, body.get("livemode") is True

    def deauthorize(self, account: str) -> None:
        """End the connection at Stripe, too; one that has ended already is as good."""
        try:
            self._connect("/oauth/deauthorize", {"client_id": self._client_id, "stripe_user_id": account})
        except StripeRefused as error:
            if error.reason != "invalid_client":
                raise

    def pays_at(self) -> tuple[str, ...]:
        """The origins of its pages to pay on, as far as the settings tell."""
        if self._api_url == "https://api.stripe.com":
            return ("https://checkout.stripe.com",)
        return tuple(dict.fromkeys(map(_origin, (self._api_url, self._connect_url))))

    def _connect(self, path: str, form: Mapping[str, Any]) -> Json:
        return self._ask("POST", f"{self._connect_url}{path}", StripeKey(self.platform_secret), form)

    def _call(
        self, method: str, path: str, key: StripeKey, form: Mapping[str, Any] | None = None, *, once: str = ""
    ) -> Json:
        return self._ask(method, f"{self._api_url}{path}", key, form, once=once)

    def _ask(
        self, method: str, url: str, key: StripeKey, form: Mapping[str, Any] | None, *, once: str = ""
    ) -> Json:
        headers = {"Authorization": f"Bearer {key.secret}", "Stripe-Version": VERSION}
        headers |= {"Stripe-Account": key.account} if key.account else {}
        headers |= {"Idempotency-Key": once} if once else {}
        body = None if form is None else Body.form(nested(form))
        try:
            response = self._http.request(method, url, headers=headers, body=body)
        except HttpError as error:
            raise ProviderError(
                spoken("Stripe could not be reached; this is tried again."),
                code=f"network:{error.kind}",
                outcome_unknown=error.sent and method != "GET",
            ) from None
        if response.status not in SUCCESS:
            raise _refusal(response)
        found = response.fields()
        if not found:
            raise unreadable()
        return found


def _asked(wanted: Checkout) -> dict[str, Any]:
    price = {
        "currency": wanted.currency,
        "unit_amount": wanted.amount,
        "product_data": {"name": wanted.title},
    }
    return {
        "mode": "payment",
        "client_reference_id": wanted.booking,
        "metadata": {"booking": wanted.booking},
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_method_types": ["card"],  # what is paid at once or not at all
        "payment_intent_data": {"capture_method": "manual"} if wanted.by_hand else None,
        "automatic_tax": {"enabled": True} if wanted.taxed else None,
        "customer_email": wanted.email,
        "locale": wanted.language,
        "success_url": wanted.success_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": int(wanted.ends_at.timestamp()),
    }


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _plain(name: str) -> str:
    """Something Stripe has called so; nothing else gets into a path."""
    if not _ID.fullmatch(name):
        raise StripeRefused("no_such_id", status=NOT_FOUND)
    return name


def _refusal(response: Response) -> ProviderError | NeedsReconnect:
    status, body = response.status, response.fields()
    error = part(body, "error")
    # The endpoints of Connect say their word alone.
    reason = text(error, "code") or text(error, "type") or text(body, "error")
    reason = reason if _WORD.fullmatch(reason) else ""
    if status == UNAUTHORIZED:
        return NeedsReconnect(
            spoken("Stripe does not accept the key any more. Connect Stripe again."), code="stripe:key"
        )
    if status == FORBIDDEN:
        return NeedsReconnect(
            spoken("Stripe did not allow it: the key lacks a permission, or the connection has ended."),
            code="stripe:forbidden",
        )
    if status in {TOO_MANY, CONFLICT}:
        when = parse_retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))
        return ProviderError(
            spoken("Stripe is very busy; this is tried again."),
            code=f"stripe:{status}",
            retry_after=when or (datetime.now(UTC) + _MINUTE if status == TOO_MANY else None),
        )
    if status >= SERVER_ERROR or not reason:
        return ProviderError(
            spoken("Stripe has a problem at the moment; this is tried again."),
            code=f"http:{status}",
            outcome_unknown=True,
        )
    return StripeRefused(reason, status=status, kind=text(error, "type"))
