"""The product with a few handlers whose work can be watched, for worker processes that a test starts."""

from timetuna.settings import *  # noqa: F403
from timetuna.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "timetuna.jobs.tests.trial"]
