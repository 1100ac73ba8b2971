"""A host who can be paid, a page that costs something, and guests at Stripe's page."""

import httpx2
from django.test import Client

from sandbox.stripe.control import APP, StripeControl
from tests.browsing import WEB
from timetuna.payments.models import Payment, StripeAccount
from timetuna.payments.secrets import seal

ACCOUNT = "acct_sandboxRobin01"


class Paying:
    """The sandbox's Stripe, as the product's settings see it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.control = StripeControl(sandbox.http_url)
        self.control.hold()

    def settings(self):
        return {
            "STRIPE_CLIENT_ID": APP.client_id,
            "STRIPE_SECRET_KEY": APP.client_secret,
            "STRIPE_WEBHOOK_SECRET": APP.webhook_token,
            "STRIPE_API_URL": f"{self.sandbox.http_url}/stripe",
            "STRIPE_CONNECT_URL": f"{self.sandbox.http_url}/stripe".replace("127.0.0.1", "localhost"),
        }

    def account(self, host, *, key="robin", stripe_id=ACCOUNT):
        """Connect the host with a key of their own, and the endpoint that belongs to it."""
        account = StripeAccount(host=host, kind="own", stripe_id=stripe_id, name="Robin", currency="eur")
        secret = self.control.key(key)
        url = f"http://localhost:8000/api/webhooks/stripe/{account.address}"
        made = WEB.post(
            f"{self.sandbox.http_url}/stripe/v1/webhook_endpoints",
            data={"url": url, "enabled_events[0]": "*"},
            headers={"Authorization": f"Bearer {secret}"},
        ).json()
        seal(account, "secret", secret)
        seal(account, "webhook_secret", made["secret"])
        account.endpoint_id = made["id"]
        account.save()
        return account

    def pay(self, payment):
        """As the guest does on Stripe's page."""
        return self.control.pay(payment.session_id)

    def act(self, payment, card):
        """Press a button of the page itself: pay, decline, proof, back."""
        with httpx2.Client(trust_env=False) as browser:
            return browser.post(payment.session_url, data={"card": card})

    def tell(self, *, newest_first=False):
        """Have what waits delivered to the product in this process; return the statuses."""
        return [self.send(one) for one in self.control.take(newest_first=newest_first)]

    def send(self, event):
        """Deliver one, as often as it is asked for."""
        path = event["url"].partition(":8000")[2]
        headers = {"stripe-signature": event["headers"]["Stripe-Signature"]}
        return (
            Client(headers=headers)
            .post(path, data=event["body"], content_type="application/json")
            .status_code
        )

    def charged(self):
        """How much has been taken at Stripe and not gone back, in all."""
        charges = self.control.known()["charges"]
        return sum(one["amount_captured"] - one["amount_refunded"] for one in charges)

    def set_aside(self):
        """How much is set aside at Stripe."""
        return sum(one["amount_capturable"] for one in self.control.known()["intents"])


def price(page, amount=4500, *, currency="eur", **columns):
    for name, value in {"price": amount, "currency": currency, **columns}.items():
        setattr(page, name, value)
    page.save()
    return page


def payment_of(booking):
    return Payment.objects.select_related("booking", "account").get(booking=booking)
