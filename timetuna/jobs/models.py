"""One row for each thing that has to happen outside, visible to the host until it is done."""

from django.db import models
from django.utils import timezone

GENERAL, MAIL, CALLS = "", "mail", "calls"
LANES = (GENERAL, MAIL, CALLS)
"""Each has threads of its own in every worker, so that who waits in one holds nothing up in another."""
GROUPED = (GENERAL, CALLS)
"""In these, jobs of one `concurrency` run one at a time; mails go to many people at once."""
ALONE = models.Q(lane__in=GROUPED) & ~models.Q(concurrency="")


class Worker(models.Model):
    """A running worker process. A job it claimed is free again once its heartbeat is old."""

    machine = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)


class Job(models.Model):
    """Work to be done later: a handler's name and the ids it needs.

    concurrency: what it belongs to ("booking:17"): it is shown there, and of those with the same one no two run at
    once; of mails any number.
    """

    class State(models.TextChoices):
        """Where a job stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200, unique=True, null=True, default=None)  # noqa: DJ001 - many rows have none
    lane = models.CharField(max_length=10, default="")
    concurrency = models.CharField(max_length=100, default="", db_index=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    run_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    """When it was first tried since it was written down or asked for again."""
    last_error = models.CharField(max_length=500, default="")
    worker = models.ForeignKey(Worker, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "run_at", "id"], name="jobs_due", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["worker"], name="jobs_running", condition=models.Q(state="running")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["concurrency"],
                name="jobs_one_at_a_time",
                condition=ALONE & models.Q(state="running"),
            )
        ]
