"""Writes down what a new host has said about a step, and whether they want to see the steps."""

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.pages.first_steps import StepName, StepState
from timetuna.pages.models import FirstSteps


def note_step(host: User, name: StepName, state: StepState) -> None:
    """What is to do again is forgotten."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)
        row, _ = FirstSteps.objects.get_or_create(host=host)
        row.states.pop(name.value, None)
        if state is not StepState.TODO:
            row.states[name.value] = state.value
        row.save(update_fields=["states"])


def put_away(host: User, *, away: bool) -> None:
    FirstSteps.objects.update_or_create(host=host, defaults={"put_away": away})
