"""Screens: a template reads all that its view gives, and nothing else."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.template import Variable, loader
from django.template.base import FilterExpression, Node, NodeList, VariableNode
from django.template.defaulttags import ForNode, IfNode, WithNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode
from django.test import RequestFactory
from django.urls import get_resolver

from timetuna.web.forms import Screen
from timetuna.web.framing import in_frame
from timetuna.web.middleware import product

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = {"True", "False", "None", "csrf_token", "request", "messages", "block", "forloop"}
FRAME_OF_MAILS = {"accent", "host_name", "logo_url", "photo_url"}
"""A mail does without them."""
TITLE_OF_GUESTS = {"form", "code_error", "refusal"}
"""The title says that something is wrong, on pages where that can be."""
EXPRESSIONS = ("filter_expression", "filter_expr", "vars", "args", "kwargs")
NAMES = ("variable", "asvar", "target_var", "var_name")


def screens(base: type[Screen] = Screen) -> Iterator[type[Screen]]:
    assert get_resolver().url_patterns  # all views are loaded
    for screen in base.__subclasses__():
        if screen.__module__.startswith("timetuna.") and screen.template:
            yield screen
        yield from screens(screen)


def roots(value: object) -> Iterator[str]:
    if isinstance(value, Variable):
        yield from (value.lookups or ())[:1]
    elif isinstance(value, FilterExpression):
        yield from roots(value.var)
        for _, given in value.filters:
            for is_looked_up, argument in given:
                yield from roots(argument) if is_looked_up else ()
    elif isinstance(value, list | tuple):
        for one in value:
            yield from roots(one)
    elif isinstance(value, dict):
        yield from roots(list(value.values()))
    else:  # an operator of {% if %}
        for name in ("first", "second", "value"):
            if (part := getattr(value, name, None)) is not None:
                yield from roots(part)


class Reader:
    """What a template reads that it has not made itself, through all that it includes and extends."""

    def __init__(self, name: str) -> None:
        self.template = loader.get_template(name).template
        self.blocks: dict[str, list[BlockNode]] = {}
        self.named: dict[str, str] = {}

    def names(self) -> set[str]:
        return self._of(self.template.nodelist, set())

    def _of(self, nodes: NodeList, made: set[str]) -> set[str]:
        made = {*made}
        return {name for node in nodes for name in self._node(node, made)}

    def _node(self, node: Node, made: set[str]) -> set[str]:
        read = {name for one in EXPRESSIONS for name in roots(getattr(node, one, None))}
        inner = made
        match node:
            case ExtendsNode():
                for block in node.nodelist.get_nodes_by_type(BlockNode):
                    self.blocks.setdefault(block.name, []).append(block)
                return self._of(self.template.engine.get_template(node.parent_name.var).nodelist, made)
            case BlockNode():
                return self._block(node, made)
            case IncludeNode():
                return self._include(node, made)
            case IfNode():
                read |= {name for condition, _ in node.conditions_nodelists for name in roots(condition)}
                return read - made | self._of(
                    [one for _, some in node.conditions_nodelists for one in some], made
                )
            case ForNode():
                read |= set(roots(node.sequence))
                inner = made | {*node.loopvars}
            case WithNode():
                read |= set(roots(node.extra_context))
                inner = made | {*node.extra_context}
            case BlockTranslateNode():
                read |= set(roots(node.extra_context)) | set(roots(node.counter))
                words = [
                    token.contents
                    for token in (*node.singular, *node.plural)
                    if token.token_type.name == "VAR"
                ]
                own = {*node.extra_context, node.countervar}
                read |= {word.split("|")[0].split(".")[0] for word in words} - own
        read -= made
        for one in node.child_nodelists:
            read |= self._of(getattr(node, one, None) or [], inner)
        made |= {name for one in NAMES if isinstance(name := getattr(node, one, None), str)}
        return read

    def _block(self, node: BlockNode, made: set[str]) -> set[str]:
        first, *others = [*self.blocks.get(node.name, ()), node]
        inherits = any(
            str(one.filter_expression) == "block.super"
            for one in first.nodelist.get_nodes_by_type(VariableNode)
        )
        return self._of(first.nodelist, made) | (
            self._of(others[0].nodelist, made) if inherits and others else set()
        )

    def _include(self, node: IncludeNode, made: set[str]) -> set[str]:
        given = set(roots(node.extra_context)) - made
        self.named |= {
            name: value.var for name, value in node.extra_context.items() if isinstance(value.var, str)
        }
        template = node.template.var
        if isinstance(template, Variable):  # a text that the caller names
            template = self.named.get(template.var)
            if template is None:
                return given | (set(roots(node.template)) - made)
        nodes = self.template.engine.get_template(template).nodelist
        return given if node.isolated_context else given | (self._of(nodes, made | {*node.extra_context}))


SCREENS = {one.__name__: one for one in screens()}


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_a_template_reads_all_that_its_view_gives_and_nothing_else(screen: type[Screen]) -> None:
    given = {field.name for field in fields(screen)}
    read = Reader(screen.template).names() | (Reader(screen.fragment).names() if screen.fragment else set())
    read -= TITLE_OF_GUESTS - given
    request = RequestFactory().get("/")
    always = ALWAYS | product(request).keys() | in_frame(request).keys()
    assert read - always - FRAME_OF_MAILS == given


def test_views_give_no_loose_contexts() -> None:
    loose = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in ROOT.rglob("views/**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "render" and len(node.args) > 2
    ]
    assert loose == []
