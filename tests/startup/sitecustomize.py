"""Lets a Python process begin at the present that the tests have set; its own children inherit it.

Python runs this file at its start where its folder is on PYTHONPATH. Only `tests/clock.py` puts it there, so that no
environment of an operator's can move the product's clock. Monotonic clocks are never touched.
"""

import os
import sys
import time

AHEAD = "TESTS_CLOCK_AHEAD"
"""The environment's name for how many nanoseconds the tests' present lies after the machine's."""


def travel() -> None:
    """Set this process's clock by the environment, unless it is set already. It goes on ticking."""
    unneeded = [name for name in ("pytest", "dateutil") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unneeded))  # None: not to be found. They would cost every process 0.2 s
    import time_machine  # noqa: PLC0415 - without them

    for name in unneeded:
        del sys.modules[name]
    if not time_machine.escape_hatch.is_travelling():
        time_machine.travel((time.time_ns() + int(os.environ[AHEAD])) / 1e9, tick=True).start().time_ns()


if AHEAD in os.environ:
    travel()
