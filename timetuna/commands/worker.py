"""`timetuna worker`."""

import argparse

from timetuna.jobs import worker
from timetuna.processes.ending import leave_with


def run(options: argparse.Namespace) -> int:
    """Do jobs until SIGTERM or SIGINT; one that is under way is finished first."""
    leave_with(options.parent)
    worker.serve()
    return 0
