"""`timetuna worker`."""

import argparse

from timetuna.commands.parent import leave_with
from timetuna.jobs import worker


def run(options: argparse.Namespace) -> int:
    """Do jobs until SIGTERM or SIGINT; one that is under way is finished first."""
    leave_with(options.parent)
    worker.serve()
    return 0
