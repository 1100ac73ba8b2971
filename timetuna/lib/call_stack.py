"""Room for the calls of a request, a job or a test in one piece of memory.

CPython 3.11 to 3.14 keeps the frames of Python functions in chunks of 16 KB, and gives a chunk back as soon as its
first frame returns. Where the calls of a request go up and down around the end of one, each of them asks the system
for memory and returns it: a quarter of the time of the tests that look at pages (docs/decisions/0046).
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
SLOTS = 1 << 16
"""Of 8 bytes. The chunk is the next power of two: as much again is left for the frames of what is called."""


def with_room(call: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Call it on top of a frame so large that what it calls fits beside it: 512 KB, reserved but not touched."""
    return call(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
