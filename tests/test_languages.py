"""Every language that is there is complete and says the same with the same blanks."""

import re

import pytest

from tests.languages import language_of, read, strings_of, to_translate
from timetuna.l10n.catalogues import catalogues

BLANKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^{}]*\}")


@pytest.mark.matrix
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


TAG = re.compile(r"<[^<>]*>")
STRAIGHT = re.compile("['\"`\N{ACUTE ACCENT}]")
HOSTS_OWN = {"I have moved. Please book here from now on: %(address)s"}
"""What a host says to guests elsewhere, one person to another."""


def sources_in(catalogue):
    for message in catalogue:
        if message.id:
            yield from message.id if isinstance(message.id, tuple) else (message.id,)


@pytest.mark.parametrize("path", catalogues(), ids=language_of)
def test_quotes_and_apostrophes_are_those_of_print(path):
    catalogue = read(path)
    texts = [
        *sources_in(catalogue),
        *(text for message in catalogue if message.id for text in strings_of(message)),
    ]
    assert [text for text in texts if STRAIGHT.search(TAG.sub("", text))] == []


def test_nothing_is_asked_with_please():
    texts = set(sources_in(to_translate("de")))
    assert {text for text in texts if re.search(r"\bplease\b", text, re.IGNORECASE)} == HOSTS_OWN


def test_german_has_one_word_for_one_thing():
    """Without “Mailadresse” beside “E-Mail-Adresse”, and “verlegen” beside “verschieben”."""
    german = next(path for path in catalogues() if language_of(path) == "de")
    texts = [text for message in read(german) for text in strings_of(message)]
    assert [text for text in texts if re.search(r"(?<!-)Mailadress|[Vv]erleg(?:en|t)", text)] == []
