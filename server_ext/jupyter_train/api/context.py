"""What an operation gets besides its input."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..engine.manager import Manager
from .identity import Caller
from .message import Request
from .models import Models
from .pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the serving process says of itself."""

    version: str
    pid: int
    url: str
    home: str
    started: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call's surroundings."""

    manager: Manager
    caller: Caller
    request: Request
    models: Models
    pages: Pages
    about: About


Operation = Callable[[Context, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""An operation: validated input in, output in AWS's words."""
