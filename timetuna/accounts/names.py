"""Names as people type them."""

from timetuna.lib.text import single_line

LONGEST = 100


def clean_name(text: str) -> str:
    """Return the name as one visible line. Raises ValueError with a sentence when nothing of it can be seen."""
    name = single_line(text, max_length=LONGEST)
    if not any(character.isalnum() for character in name):
        raise ValueError("Please give a name that people can read.")
    return name
