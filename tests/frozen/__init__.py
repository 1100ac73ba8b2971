"""What the last release left behind: its migrations' checksums, and a backup of each engine as it wrote them.

`DATABASE_URL=postgres://… python -m tests.frozen` writes all of it anew. That is done once a release, before the next
migration is added: what lies here is what operators have. timetuna/commands/tests/test_upgrade.py brings it up to date.
"""
