"""How a command, or a process it starts, says that it cannot."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command cannot do what was asked. `str()` is a sentence for the person who typed it."""
