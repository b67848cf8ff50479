"""The service models: botocore's, and our own in the same format."""

from functools import cached_property
from pathlib import Path

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

SERVICES = ("sagemaker", "logs", "jupytertrain", "s3", "sts", "iam")
"""What is answered here, by the name a request is signed for."""

OUR_MODELS = Path(__file__).parent / "models"


class Models:
    """Service models, each loaded when it is first asked for."""

    def __init__(self) -> None:
        self._services: dict[str, ServiceModel] = {}

    @cached_property
    def _loader(self) -> Loader:
        return Loader(extra_search_paths=[str(OUR_MODELS)])

    def service(self, name: str) -> ServiceModel:
        """Return a service's model."""
        if name not in self._services:
            description = self._loader.load_service_model(name, "service-2")
            self._services[name] = ServiceModel(description, service_name=name)
        return self._services[name]

    def find_operation(self, service: str, operation: str) -> OperationModel | None:
        """Return an operation's model, None where the service has no such operation."""
        model = self.service(service)
        if operation not in model.operation_names:
            return None
        return model.operation_model(operation)
