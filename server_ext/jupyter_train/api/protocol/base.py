"""What a wire protocol does: name the operation, read its input, write its output or its error."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, ServiceModel

from ..errors import Failure, UnknownOperationError
from ..message import Request, Response


class Protocol(ABC):
    """One of AWS's wire protocols; it knows shapes and nothing of what operations do."""

    @abstractmethod
    def operation(self, request: Request, model: ServiceModel) -> OperationModel:
        """Return the operation that is asked for, or raise UnknownOperationError."""

    @abstractmethod
    def read(self, request: Request, operation: OperationModel) -> dict[str, Any]:
        """Return the operation's input, not yet validated."""

    @abstractmethod
    def answer(self, operation: OperationModel, output: Mapping[str, Any], id: str) -> Response:
        """Return the answer with the operation's output."""

    @abstractmethod
    def failure(self, failure: Failure, id: str) -> Response:
        """Return the answer with an error."""


def operation_of(model: ServiceModel, name: str) -> OperationModel:
    """Return an operation's model by its name, or raise UnknownOperationError."""
    if name not in model.operation_names:
        raise UnknownOperationError(f"the service {model.service_name} has no operation {name!r}")
    return model.operation_model(name)
