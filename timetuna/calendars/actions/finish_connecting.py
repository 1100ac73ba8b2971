"""Finish an authorization: take the code that came back, ask whose account it is, and store the link."""

import logging

from django.utils import timezone
from django.utils.translation import gettext

from timetuna.calendars.access_tokens import authorization_context, grant_owner, seal_grant
from timetuna.calendars.actions.begin_connecting import Visit, new_authorization
from timetuna.calendars.actions.forget_expired import forget_expired
from timetuna.calendars.actions.list_calendars import list_soon
from timetuna.calendars.actions.store_grant import Grant, store_grant
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.queries import linkable, listing
from timetuna.encryption import box
from timetuna.l10n.retold import retold
from timetuna.lib.crypto import SecretBoxError, fingerprint, random_token
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")


class StrayCodeError(Exception):
    """The code belongs to no authorization that this person began in this session; it was not used."""


class NotConnectedError(Exception):
    """Nothing was stored and nothing changed. `str()` is the sentence the host reads."""


def finish_connecting(visit: Visit, *, state: str, code: str) -> Authorization | None:
    """Store the link; or return the authorization in which another account waits for the host's yes.

    Raises StrayCodeError before anything was asked of the provider, NotConnectedError after it refused.
    """
    verifier = use_state(visit, state)
    grant = _ask_provider(visit, code=code, verifier=verifier)
    if store_grant(grant, host_id=visit.host_id):
        _list_calendars(grant, visit.host_id)
        return None
    return _keep_waiting(visit, grant)


def use_state(visit: Visit, state: str) -> str:
    """Use the state up and return its verifier. Whoever deletes the row has it; everybody else comes too late.

    Raises StrayCodeError for one that this person did not begin with in this session.
    """
    row = Authorization.objects.filter(
        state_fingerprint=fingerprint(state),
        host_id=visit.host_id,
        provider=visit.provider,
        session_fingerprint=fingerprint(visit.session_key),
        expires_at__gt=timezone.now(),
        grant="",
    ).first()
    if row is None:
        raise StrayCodeError
    deleted, _ = Authorization.objects.filter(state_fingerprint=row.state_fingerprint).delete()
    if not deleted:
        raise StrayCodeError
    try:
        return box().open(row.code_verifier, context=authorization_context("code_verifier", row))
    except SecretBoxError as error:  # the key went out of the settings in these ten minutes
        raise StrayCodeError from error


def _ask_provider(visit: Visit, *, code: str, verifier: str) -> Grant:
    """Exchange the code, then read the profile; each of them once."""
    label = _label(visit.provider)
    try:
        provider = linkable(visit.provider)
        # The moment before the exchange: a removal that comes while the profile is read is younger than the grant.
        asked_at = timezone.now()
        tokens = provider.exchange(code=code, code_verifier=verifier)
    except NeedsReconnect as error:
        log.info("%s not connected: %s", visit.provider, error.code)
        raise NotConnectedError(retold(str(error))) from error
    except ProviderError as error:
        raise NotConnectedError(_refusal(visit.provider, error)) from error
    try:
        profile = provider.profile(tokens.access_token)
    except (NeedsReconnect, ProviderError) as error:
        log.warning("%s profile not read: %s", visit.provider, error.code)
        text = gettext("%(label)s was not connected: your %(label)s profile could not be read. Try again.")
        sentence = text % {"label": label}
        raise NotConnectedError(sentence) from error
    return Grant(visit.provider, tokens, profile, asked_at)


def _refusal(provider: str, error: ProviderError) -> str:
    label = _label(provider)
    if error.operator:
        log.error("%s refuses this server's own keys (%s); check its settings", provider, error.code)
        text = gettext(
            "%(label)s was not connected: this server’s %(label)s keys do not work. Tell whoever runs it."
        )
        return text % {"label": label}
    log.warning("%s exchange failed: %s", provider, error.code)
    if error.permanent:
        return gettext("%(label)s was not connected: the link had expired. Try again.") % {"label": label}
    text = gettext(
        "%(label)s was not connected: %(label)s did not answer as it should. Try again in a minute."
    )
    return text % {"label": label}


def _keep_waiting(visit: Visit, grant: Grant) -> Authorization:
    row = new_authorization(visit, state=random_token())
    row.grant = seal_grant(grant.tokens, grant.profile, authorization=row)
    row.grant_owner = grant_owner(grant.provider, grant.profile.user_id)
    row.created_at, row.granted_at = grant.asked_at, grant.granted_at()
    row.save()
    forget_expired.enqueue(at=row.expires_at, key=f"forget-authorization:{row.state_fingerprint}")
    return row


def _list_calendars(grant: Grant, host_id: int) -> None:
    rows = CalendarAccount.objects.filter(host_id=host_id, provider=grant.provider)
    account = rows.filter(provider_user_id=grant.profile.user_id).first()
    if account is not None:
        list_soon(account)


def _label(provider: str) -> str:
    found = listing(provider)
    return found.label if found else provider
