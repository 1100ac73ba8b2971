"""Begin an authorization: remember a state for this person and session, and say where the browser goes."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from timetuna.calendars.access_tokens import authorization_context
from timetuna.calendars.actions.forget_expired import forget_expired
from timetuna.calendars.models import Authorization
from timetuna.calendars.queries import linkable
from timetuna.encryption import box
from timetuna.lib.crypto import fingerprint, pkce_pair, random_token

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is connecting what, and in which login session."""

    host_id: int
    session_key: str
    provider: str


def begin_connecting(visit: Visit) -> str:
    """Return the provider's address for a fresh authorization. Raises ProviderError when it is not set up here.

    State and verifier are new each time; only a fingerprint of the state and of the session are kept.
    """
    provider = linkable(visit.provider)
    state, challenge = begin_state(visit)
    return provider.authorize_url(state=state, code_challenge=challenge)


def begin_state(visit: Visit) -> tuple[str, str]:
    """Remember a fresh state; return it, and the challenge (PKCE) for services that know one."""
    forget_expired()
    state, pkce = random_token(), pkce_pair()
    row = new_authorization(visit, state=state)
    row.code_verifier = box().seal(pkce.verifier, context=authorization_context("code_verifier", row))
    row.save()
    return state, pkce.challenge


def new_authorization(visit: Visit, *, state: str) -> Authorization:
    """Unsaved; lives for ten minutes."""
    return Authorization(
        state_fingerprint=fingerprint(state),
        host_id=visit.host_id,
        provider=visit.provider,
        session_fingerprint=fingerprint(visit.session_key),
        expires_at=timezone.now() + LIFETIME,
    )
