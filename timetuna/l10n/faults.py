"""What went wrong outside, as whoever has just tried it reads it."""

from django.utils.translation import gettext

from timetuna.l10n.retold import retold
from timetuna.providers.errors import AGAIN, AT_ONCE, ProviderError


def for_now(error: ProviderError) -> str:
    """In the language that is spoken: nothing tries it again but they."""
    return retold(str(error)).replace(gettext(AGAIN), gettext(AT_ONCE))
