"""Who made a webhook: a key, an app or its owner by hand. What those are called is known above, and asked there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from timetuna.webhooks.models import WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMaker:
    """name: "" where its owner made it by hand, or the key or app is not there any more."""

    kind: Literal["owner", "key", "app"]
    id: str = ""
    name: str = ""


Reader = Callable[[WebhookEndpoint], WebhookMaker | None]
readers: list[Reader] = []
"""Of the apps that know keys and connected apps; one that knows nothing of it answers None."""


def maker_of(hook: WebhookEndpoint) -> WebhookMaker:
    """With whose end it ends."""
    kind: Literal["owner", "key", "app"] = (
        "app" if hook.app is not None else "key" if hook.key is not None else "owner"
    )
    return next((found for read in readers if (found := read(hook))), WebhookMaker(kind=kind))


def in_words(maker: WebhookMaker) -> str:
    """Who made it, and what becomes of it when they end."""
    match maker.kind, maker.name:
        case "owner", _:
            return gettext("Made here by hand, so it ends with no key and no app.")
        case "key", "":
            return gettext("Made with a key that is not there any more.")
        case "app", "":
            return gettext("Made by an app that is not there any more.")
        case "key", name:
            sentence = gettext(
                "Made with the key “%(name)s”. When that is revoked or expires, nothing more is sent here until you "
                "switch it on again."
            )
            return sentence % {"name": name}
        case _, name:
            sentence = gettext("Made by the app “%(name)s”. When you disconnect that, it is removed.")
            return sentence % {"name": name}
