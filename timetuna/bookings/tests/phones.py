"""The stand-in for texts, as the product's settings see it."""

from sandbox.sms.state import TEXTS


class Phones:
    def __init__(self, sandbox):
        self.sandbox = sandbox

    def settings(self):
        return {
            "TWILIO_ACCOUNT_SID": "sandbox-twilio-account",
            "TWILIO_AUTH_TOKEN": "sandbox-twilio-auth",
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_URL": f"{self.sandbox.http_url}/sms/twilio",
        }

    def texts(self, to=""):
        return [one for one in TEXTS.of(self.sandbox.world).texts if to in {"", one.to}]

    def fault(self, name, *, times=1, **args):
        self.sandbox.world.faults.switch_on(name, times=times, args=args)
