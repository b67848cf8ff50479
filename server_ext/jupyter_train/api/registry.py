"""Operations by name: every file of `operations/` says its SERVICE and has a function for each."""

import importlib
import pkgutil
from types import ModuleType

from botocore import xform_name

from . import operations
from .context import Operation
from .errors import UnknownOperationError


class Registry:
    """Finds the function of an operation; a new file in the folder is all that a new one takes."""

    def __init__(self) -> None:
        self._modules: dict[str, list[ModuleType]] | None = None

    def find(self, service: str, name: str) -> Operation:
        """Return the function, or raise UnknownOperationError with what there is."""
        for module in self._services().get(service, ()):
            function: Operation | None = getattr(module, xform_name(name), None)
            if name in module.OPERATIONS and function is not None:
                return function
        there = ", ".join(self.names(service)) or "nothing"
        raise UnknownOperationError(
            f"{name} of {service} is not available here; of {service} there is: {there}"
        )

    def names(self, service: str) -> list[str]:
        """Return the names of the operations of a service that are answered here."""
        modules = self._services().get(service, ())
        return sorted(name for module in modules for name in module.OPERATIONS)

    def _services(self) -> dict[str, list[ModuleType]]:
        if self._modules is None:
            found: dict[str, list[ModuleType]] = {}
            for each in pkgutil.iter_modules(operations.__path__):
                module = importlib.import_module(f"{operations.__name__}.{each.name}")
                found.setdefault(module.SERVICE, []).append(module)
            # Only when it is whole: another thread may be asking.
            self._modules = found
        return self._modules
