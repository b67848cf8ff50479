"""What callbacks share: whose child they are, which values are numbers, which process speaks."""

from __future__ import annotations

import os
import sys

from ..metrics import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Callback:
    """Becomes a child of the framework's own class where the job has imported that.

    Some frameworks ask for that; where it is not imported, the methods are all there is to it.
    `PARENTS` are (module, class), of which the first that is there counts.
    """

    PARENTS: tuple[tuple[str, str], ...] = ()

    def __new__(cls, *_arguments: Any, **_options: Any) -> Any:
        """Make one; its class is made for the parent that was found."""
        for module, name in cls.PARENTS:
            parent = getattr(sys.modules.get(module), name, None)
            if parent is not None and not issubclass(cls, parent):
                # `_own`: what to look up when it is copied or pickled.
                return object.__new__(type(cls.__name__, (cls, parent), {"_own": cls}))
        return object.__new__(cls)

    def __init__(self) -> None:
        super().__init__()

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle as the class that the job has named."""
        return getattr(self, "_own", type(self)), (), self.__dict__


def keep(values: Mapping[str, Any] | None, step: int | None) -> None:
    """Log what is a number; one process speaks for all."""
    found = {str(name): value for name, value in (values or {}).items() if _is_number(value)}
    if found and is_first():
        log(found, step)


def is_first() -> bool:
    """Whether this process is the first, or the only one, of its training."""
    ranks = ("RANK",) if "RANK" in os.environ else ("LOCAL_RANK", "NODE_RANK", "GROUP_RANK")
    return all(os.environ.get(name, "0") in {"", "0"} for name in ranks)


def _is_number(value: Any) -> bool:
    if isinstance(value, (str, bytes)) or value is None:
        return False
    try:
        float(value)
    except (TypeError, ValueError, RuntimeError):  # torch: a tensor of more than one element
        return False
    return True
