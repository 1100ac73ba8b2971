"""What the stand-in for texts remembers: every text, and what its operator would have to pay for it."""

import base64
import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account, OAuthData
from sandbox.base.service import Service
from sandbox.base.world import World

Json = dict[str, Any]
ACCOUNT, TOKEN = "sandbox-twilio-account", "sandbox-twilio-auth"
KEY, SECRET = "sandbox-vonage-key", "sandbox-vonage-secret"
SENDER = "+15005550006"
CENTS = 8
"""What a text costs here; whoever has the number gets a part of it."""
_PREFIX_DIGITS = 4


@dataclass
class Text:
    """One text. way: sent, or answered by whoever has the number.  told: whether the app never heard that it went."""

    number: int
    time: str
    way: str
    sender: str
    to: str
    body: str
    service: str
    reference: str = ""
    told: bool = True


@dataclass
class TextsData(OAuthData[Account]):
    """All texts, and who wants none."""

    texts: list[Text] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    rows: ClassVar[Mapping[str, type]] = {**OAuthData.rows, "texts": Text}

    def secrets(self) -> list[str]:
        return [*super().secrets(), TOKEN, SECRET]

    def shown(self) -> Json:
        return {
            "texts": [asdict(one) for one in self.texts],
            "stopped": list(self.stopped),
            "cents": CENTS * sum(one.way == "sent" for one in self.texts),
            "prefixes": dict(self.prefixes()),
        }

    def prefixes(self) -> list[tuple[str, int]]:
        """Who earns by texts: how many went to numbers that differ in their last four digits, most first."""
        sent = (one.to[:-_PREFIX_DIGITS] for one in self.texts if one.way == "sent")
        return Counter(sent).most_common(20)


class Texts(Service[TextsData]):
    """Twilio's API below /sms/twilio, Vonage's below /sms/vonage."""

    part, label, prefix, home, addresses = "sms", "The text service", "sms", "/sms", ()

    def settings(self, world: World) -> dict[str, str]:
        """Return what points the product here."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_FROM": SENDER,
            "TWILIO_API_URL": f"{world.public_url}{self.home}/twilio",
            "VONAGE_API_KEY": KEY,
            "VONAGE_API_URL": f"{world.public_url}{self.home}/vonage",
        }


TEXTS = Texts()


def keep(world: World, *, to: str, sender: str, body: str, service: str, way: str = "sent") -> Text:
    """Write a text down."""
    with world.store.lock:
        data = TEXTS.of(world)
        text = Text(
            number=len(data.texts) + 1,
            time=world.store.stamp(milliseconds=True),
            way=way,
            sender=sender,
            to=to,
            body=body,
            service=service,
            reference=f"SM{secrets.token_hex(16)}",
        )
        data.texts.append(text)
        return text


def signed(url: str, fields: Mapping[str, str]) -> str:
    """Return what Twilio puts into X-Twilio-Signature."""
    whole = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(TOKEN.encode(), whole.encode(), hashlib.sha1).digest()).decode()
