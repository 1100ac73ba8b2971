"""Pages that were opened and times that were picked, noted in memory for whoever counts them: no look waits for that.

Nothing is kept of who it was: which page, when, and by which clock its days go.
"""

import re
from collections import deque
from datetime import datetime
from typing import NamedTuple

from timetuna.rate_limits.limits import Limit

MOST_NOTED = 50_000
"""Of more the latest, should nobody come to count them."""
ONE_PICK = Limit("pick", (1, 86_400))
"""A visit in which several times were tried has picked once."""
ROBOT = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|preview|externalhit|headless|lighthouse|monitor|scan|https?:|@",
    re.IGNORECASE,
)
"""In the names of programs that open pages by themselves and say so. Cubot makes telephones."""


class PageLook(NamedTuple):
    """at: aware UTC.  zone: of the page's hours."""

    page_id: int
    zone: str
    at: datetime
    picked: bool


NOTED: deque[PageLook] = deque(maxlen=MOST_NOTED)
