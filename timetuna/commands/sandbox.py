"""The sandbox as a child of `serve` and `demo`: it leaves when they do. Nothing else of the product imports it."""

import sys

from timetuna.processes.ending import leave_with

if __name__ == "__main__":
    from sandbox.__main__ import main

    leave_with(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
