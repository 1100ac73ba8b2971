"""Who may see and change what is said in each app's `permissions.py`; views ask it and nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VIEWS = sorted(path for path in (ROOT / "timetuna").glob("*/views/**/*.py") if path.stem != "__init__")
OWNERS = {"host", "host_id", "owner", "owner_id"}
LOOKS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "get_object_or_404", "Q"}


def offences(tree: ast.AST) -> Iterator[str]:
    """Yield what decides on its own whose something is: a look by its owner, a comparison, the account as such."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in LOOKS:
            yield from (f"{ast.unparse(node)}" for one in node.keywords if _is_owner(one.arg or ""))
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            yield from (
                ast.unparse(node) for side in sides if isinstance(side, ast.Attribute) and side.attr in OWNERS
            )
        if isinstance(node, ast.Attribute) and node.attr != "is_authenticated":
            yield from ([ast.unparse(node)] if ast.unparse(node.value).endswith("request.user") else [])


def _is_owner(keyword: str) -> bool:
    return bool(OWNERS & set(keyword.split("__")))


def test_the_rule_sees_the_views() -> None:
    assert len(VIEWS) > 40


@pytest.mark.parametrize(
    "text",
    [
        "Booking.objects.filter(pk=1, host_id=user.pk)",
        "get_object_or_404(Calendar, account__host=user)",
        "row.host_id == user.pk",
        "row.pk if user == row.owner else None",
        "spend(request.user.pk)",
    ],
)
def test_the_rule_knows_what_it_looks_for(text: str) -> None:
    assert list(offences(ast.parse(text)))


def test_views_ask_permissions_and_decide_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {offence}"
        for path in VIEWS
        for offence in offences(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
