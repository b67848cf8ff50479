"""The docker runtime: an attempt is a container of the local engine."""

from .options import Options
from .runtime import DockerRuntime

__all__ = ["DockerRuntime", "Options"]
