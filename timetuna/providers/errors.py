"""All that crosses the border of a provider when something goes wrong."""

from datetime import datetime

from timetuna.lib.text import spoken

AGAIN = spoken("; this is tried again.")
"""How a sentence ends where work in the background goes on trying."""
AT_ONCE = spoken(". Try again in a minute.")
"""How it ends for somebody who has just tried."""


class ProviderError(Exception):
    """An outside service did not do what was asked.

    `str(error)` is one sentence a host can read: never a token, a code, a guest's text or a raw answer.
    permanent: the same call will not work later either (refused input, an account that may not host).
    retry_after: the earliest moment (aware UTC) at which a retry makes sense, where the service said one.
    outcome_unknown: a meeting or an event may have been made that nobody heard of. Never said of tokens: a token
    endpoint makes nothing, and whether it has rotated them shows at the next call.
    operator: the operator's own settings are wrong (client id or secret); hosts cannot repair it.
    code: a short machine-readable word for logs and history ("zoom:3161", "timeout", "http:502").
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        permanent: bool = False,
        retry_after: datetime | None = None,
        outcome_unknown: bool = False,
        operator: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        self.operator = operator

    def for_now(self) -> str:
        """For somebody who has just tried: nothing tries it again but they."""
        return str(self).replace(AGAIN, AT_ONCE)


class AccessTokenRefused(ProviderError):  # noqa: N818 - it names what happened
    """The access token is expired or revoked; nothing was carried out. A refresh may help, once."""


class NeedsReconnect(Exception):  # noqa: N818 - it names what the host has to do
    """The grant is dead or too small; only the host can repair it, by connecting again. `str()` says why.

    outcome_unknown: as in ProviderError, where an earlier call of the same work had made something.
    """

    def __init__(self, message: str, *, code: str, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.outcome_unknown = outcome_unknown
