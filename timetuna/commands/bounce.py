"""`timetuna bounce`: takes a mail that came back, on standard input, as mail servers hand it to a command."""

import argparse
import sys

from timetuna.bookings.actions.note_bounce import note_bounce
from timetuna.commands.database import database_answers
from timetuna.lib.bounces import MOST_BYTES, read_bounce


def run(_options: argparse.Namespace) -> int:
    """Note it at its booking. What is no report, or belongs to no booking, is dropped: nobody shall send it again."""
    bounce = read_bounce(sys.stdin.buffer.read(MOST_BYTES))
    if bounce is None:
        print("This mail is no report of a failed delivery.")
        return 0
    with database_answers():
        noted = note_bounce(bounce)
    print("Noted at its booking." if noted else "It belongs to no booking of this server.")
    return 0
