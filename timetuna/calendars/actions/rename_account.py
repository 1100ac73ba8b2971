"""A host calls an account by another name."""

from django.db import transaction

from timetuna.calendars.access_tokens import sealed_tokens, token_at_hand
from timetuna.calendars.models import EVERY, CalendarAccount
from timetuna.calendars.queries import own_names
from timetuna.lib.text import spoken
from timetuna.providers.base import Tokens
from timetuna.providers.errors import ProviderError


def rename_account(account: CalendarAccount, name: str) -> None:
    """Keep the name, one line, with what connects the account, and give it to its calendar.

    Raises ProviderError, and CalendarAccount.DoesNotExist where it was disconnected meanwhile.
    """
    provider = own_names(account.provider)
    if provider is None:
        raise ProviderError(spoken("Its name is its provider’s."), code="no-names", permanent=True)
    with transaction.atomic():
        # Locked like a look at its calendars, so that each finds the name or comes before it.
        row = CalendarAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        credential = token_at_hand(row)
        if credential is None:
            raise ProviderError(
                spoken("Connect it again, with this name."), code="needs-reconnect", permanent=True
            )
        tokens = Tokens(provider.renamed(name, credential=credential), "", row.expires_at, frozenset())
        row.access_token = sealed_tokens(tokens, account=row)["access_token"]
        row.display_name = name
        row.save(update_fields=["access_token", "display_name"])
        row.calendars.exclude(outside_id=EVERY).update(name=name)
