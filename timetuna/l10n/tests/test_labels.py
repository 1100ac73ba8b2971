import pytest
from django.utils.translation import override

from timetuna.l10n.lists import labelled


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [
        ("en", "Topic", "Topic: Budget"),
        ("fr", "Sujet", "Sujet\N{NO-BREAK SPACE}: Budget"),
        ("en", "What is it about?", "What is it about? Budget"),
        ("fr", "De quoi s’agit-il ?", "De quoi s’agit-il ? Budget"),
        (
            "en",
            "何についてですか\N{FULLWIDTH QUESTION MARK}",
            "何についてですか\N{FULLWIDTH QUESTION MARK} Budget",
        ),
        ("en", "About:", "About: Budget"),
    ],
)
def test_what_ends_in_a_mark_gets_no_second_one(language: str, label: str, said: str) -> None:
    with override(language):
        assert labelled(label, "Budget") == said
