"""What a view's pages may do beside the policy in the settings: django-csp's decorators, for views with arguments."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from csp.constants import NONE
from csp.decorators import csp, csp_replace, csp_update
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Directives = dict[str, list[str]]
PART = "default-src 'none'; sandbox"
"""As a header, shorter than a page's: of what is put into a page by a script."""
NOTHING: Directives = {"default-src": [NONE], "sandbox": []}


def policy(directives: Directives) -> Callable[[View], View]:
    """Give the view's pages this policy alone."""
    decorate: Any = csp(directives)
    return decorate  # type: ignore[no-any-return]


def also(directives: Directives) -> Callable[[View], View]:
    """Let the view's pages do this too."""
    decorate: Any = csp_update(directives)
    return decorate  # type: ignore[no-any-return]


def instead(directives: Directives) -> Callable[[View], View]:
    """Let the view's pages do this in place of what the settings say of it."""
    decorate: Any = csp_replace(directives)
    return decorate  # type: ignore[no-any-return]


def forms_lead_to(origins: Callable[[], Iterable[str]]) -> Callable[[View], View]:
    """Let the pages' forms lead to these origins, asked for at each view: a form's redirect counts as its target."""

    def decorate(view: View) -> View:
        @wraps(view)
        def decorated(*args: Any, **kwargs: Any) -> HttpResponseBase:
            update: Any = csp_update({"form-action": [*origins()]})
            answer: HttpResponseBase = update(view)(*args, **kwargs)
            return answer

        return decorated  # type: ignore[return-value]

    return decorate
