import pytest
from django.utils.translation import override

from timetuna.l10n.lists import in_words


@pytest.mark.parametrize(
    ("language", "items", "said"),
    [
        ("en", [], ""),
        ("en", ["a"], "a"),
        ("en", ["a", "b", "c"], "a, b and c"),
        ("de", ["a", "b", "c"], "a, b und c"),
        ("es", ["Olga", "Inés"], "Olga e Inés"),
    ],
)
def test_the_last_is_joined_by_the_language_s_own_word(language: str, items: list[str], said: str) -> None:
    with override(language):
        assert in_words(items) == said
