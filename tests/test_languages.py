"""Every language that is there is complete and says the same with the same blanks."""

import re

import pytest

from tests.languages import language_of, read, strings_of, to_translate
from timetuna.l10n.catalogues import catalogues

BLANKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^{}]*\}")


@pytest.mark.parametrize("path", catalogues(), ids=language_of)
def test_every_text_is_translated(path):
    catalogue = read(path)
    wanted = {(message.id, message.context) for message in to_translate(language_of(path)) if message.id}

    there = {(message.id, message.context) for message in catalogue if message.id}
    empty = [message.id for message in catalogue if message.id and not all(strings_of(message))]
    assert (wanted - there, there - wanted, empty) == (set(), set(), [])
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


@pytest.mark.parametrize("path", catalogues(), ids=language_of)
def test_a_translation_fills_in_the_same(path):
    for message in read(path):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, tuple) else (message.id,)
        target = strings_of(message)
        blanks = set(BLANKS.findall(source[-1]))
        for text in target:
            assert set(BLANKS.findall(text)) <= blanks | set(BLANKS.findall(source[0])), text
        assert set(BLANKS.findall(target[-1])) == blanks, message.id
