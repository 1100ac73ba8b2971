"""`timetuna insights rebuild`."""

import argparse

from timetuna.commands.database import database_answers
from timetuna.insights.actions.rebuild import rebuild


def run(_options: argparse.Namespace) -> int:
    """Count all days anew, while the server runs."""
    with database_answers():
        count = rebuild()
    print(
        f"Counted the days of {count} booking{'' if count == 1 else 's'}. Looks and picks are as they were."
    )
    return 0
