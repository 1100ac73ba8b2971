"""One command a file, each with `run(options)`; what they share in refusing."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command cannot do what was asked. `str()` is a sentence for the person who typed it."""
