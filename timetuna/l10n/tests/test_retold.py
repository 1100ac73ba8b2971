import pytest
from django.utils import translation

from timetuna.l10n.retold import retold


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("", ""),
        ("Cancelled.", "Abgesagt."),
        ("Added 3 further guests.", "3 weitere Gäste hinzugefügt."),
        ("Handed over from Alice Host to Bob.", "Von Alice Host an Bob übergeben."),
        ("Handed over from Guest to Host.", "Von Guest an Host übergeben."),
        ("Handed over from 007 to %(host)s {0} 100% <b>.", "Von 007 an %(host)s {0} 100% <b> übergeben."),
        ("The mail to the guest (reminder) came back: the mailbox is full.",
         "Die E-Mail an den Gast (Erinnerung) kam zurück: das Postfach ist voll."),
        ("The event was written into the calendar Work.", "Eintrag geschrieben: der Kalender „Work“."),
        ("Zoom is not connected. Connect Zoom and the link is made.",
         "Zoom ist nicht verbunden. Verbinden Sie Zoom, dann entsteht der Link."),
        ("The link is missing. It is tried again now.", "Der Link fehlt. Es wird gerade noch einmal versucht."),
        ("Nobody wrote this sentence. The link is missing.", "Nobody wrote this sentence. Der Link fehlt."),
    ],
)  # fmt: skip
def test_what_was_kept_in_english_is_told_in_the_language_that_is_spoken(kept: str, said: str) -> None:
    with translation.override("de"):
        assert retold(kept) == said
    assert retold(kept) == kept


def test_a_language_without_these_sentences_tells_them_as_they_are() -> None:
    with translation.override("fr"):
        assert retold("Handed over from Alice Host to Bob.") == "Handed over from Alice Host to Bob."
