"""The plan of an import: from what is there and what is here, what would be made. Nothing is asked or written."""

from timetuna.imports.facts import Facts
from timetuna.imports.planning.bookings import left_over, plan_bookings
from timetuna.imports.planning.pages import plan_pages
from timetuna.imports.planning.rows import Plan
from timetuna.imports.planning.schedules import plan_schedules
from timetuna.providers.bundle import Bundle

__all__ = ["left_over", "make_plan"]


def make_plan(bundle: Bundle, facts: Facts, *, label: str) -> Plan:
    """label: what people call the product. The same facts and the same bundle give the same plan."""
    plan = Plan()
    plan_schedules(plan, bundle, facts, label=label)
    plan_pages(plan, bundle, facts, label=label)
    plan_bookings(plan, bundle, facts, label=label)
    return plan
