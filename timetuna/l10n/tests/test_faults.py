from django.utils.translation import override

from timetuna.l10n.faults import for_now
from timetuna.providers.errors import AGAIN, ProviderError


def test_whoever_has_just_tried_is_not_told_that_it_is_tried_again() -> None:
    error = ProviderError(f"Zoom could not be reached{AGAIN}", code="timeout")

    assert for_now(error) == "Zoom could not be reached. Try again in a minute."
    with override("de"):
        assert for_now(error) == "Zoom war nicht erreichbar. Versuchen Sie es in einer Minute noch einmal."


def test_what_stands_in_a_sentence_is_told_too() -> None:
    refused = "The user name or the password has a character in it that cannot be sent."
    error = ProviderError(f"{refused} Connect the account again.", code="caldav:401")

    with override("de"):
        assert for_now(error) == (
            "Im Benutzernamen oder im Passwort steht ein Zeichen, das sich nicht senden lässt. "
            "Verbinden Sie das Konto neu."
        )
