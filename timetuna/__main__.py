"""`python -m timetuna …` is `timetuna …`."""

import sys

from timetuna.cli import main

if __name__ == "__main__":
    sys.exit(main())
