"""Texts of rooms that know no framework: English there, and in a reader's language once they are shown."""


def spoken(text: str) -> str:
    """The text itself, which is stored and raised as it is; the mark has it translated (`timetuna.l10n.kept`)."""
    return text
