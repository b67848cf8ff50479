"""Who may do what: every route and socket asks the server's authorizer under one name."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized

RESOURCE = "jupyter-train"

Method = TypeVar("Method", bound=Callable[..., Any])


def allowed(action: str, resource: str = RESOURCE) -> Callable[[Method], Method]:
    """Let only those pass who may do this action; the rest get 403."""
    return cast("Callable[[Method], Method]", authorized(action, resource=resource))
