"""Connect an outside account by what its host typed."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils import timezone

from timetuna.calendars.actions.list_calendars import list_soon
from timetuna.calendars.actions.store_grant import Grant, store_grant
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import login_form
from timetuna.lib.text import spoken
from timetuna.providers.base import Tokens
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def log_in(provider: str, given: Mapping[str, str], *, host_id: int) -> CalendarAccount:
    """Try what was typed, store the link and return it; the same outside account once more is the same row.

    given: the answers by their names, as the provider's form asks for them. Not to be called inside a transaction.
    Raises ProviderError with the sentence the host reads; then nothing has changed.
    """
    form = login_form(provider)
    if form is None:
        raise ProviderError(spoken("This is not set up on this server."), code="not-set-up", operator=True)
    asked_at = timezone.now()
    try:
        login = form.log_in(given)
    except NeedsReconnect as error:
        raise ProviderError(str(error), code=error.code, permanent=True) from error
    except ProviderError as error:
        log.info("%s not connected: %s", provider, error.code)
        raise
    tokens = Tokens(login.credential, "", NEVER, frozenset())
    store_grant(Grant(provider, tokens, login.profile, asked_at), host_id=host_id, replace=True)
    account = CalendarAccount.objects.get(
        host_id=host_id, provider=provider, provider_user_id=login.profile.user_id
    )
    list_soon(account)
    return account
