"""The Jupyter server extension: settings, routes, the link to the manager, what kernels get."""

import asyncio
from collections.abc import Mapping
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Enum, Unicode

from ..client.connection import Connection
from ..client.find import connect
from ..client.home import HOME_VARIABLE, home_folder
from .events import SCHEMA, SCHEMA_ID, Event, JobEvents, log_lost
from .handlers import ROUTES
from .kernels import is_wanted, telling_start
from .link import Link, UnreachableError
from .metrics import JobMetrics

_PATIENCE = 10.0
"""How long a kernel's start waits for a manager that is being started."""


class JupyterTrain(ExtensionApp):
    """Training jobs: the browser's doorway to the manager."""

    name = "jupyter_train"
    extension_url = "/jupyter-train"

    home = Unicode(
        "",
        config=True,
        help="State folder of the manager. Default: $JUPYTER_TRAIN_HOME, or jupyter-train in the "
        "user's data folder.",
    )
    aws_endpoints = Enum(
        ["auto", "always", "never"],
        default_value="auto",
        config=True,
        help="Whether kernels get AWS endpoint variables and keys of the manager, so that boto3 "
        "and the SageMaker SDK speak to it: auto = only where no AWS credentials are configured.",
    )
    autostart = Bool(
        True,
        config=True,
        help="Start the manager with this server; else when it is first needed.",
    )

    _events: "asyncio.Task[None] | None" = None

    def initialize_settings(self) -> None:
        """Tie the manager, kernels and routes together."""
        self.link = Link(self._connect)
        self.settings["jupyter_train_link"] = self.link
        self.metrics = JobMetrics(self.link)
        self.metrics.register()
        self.settings["jupyter_train_metrics"] = self.metrics
        kernels: Any = self.settings["kernel_manager"]
        server: Any = self.serverapp
        server.event_logger.register_event_schema(SCHEMA)
        server.io_loop.add_callback(self._follow, server.event_logger)
        kernels.start_kernel = telling_start(kernels.start_kernel, self.kernel_environment)

    def initialize_handlers(self) -> None:
        """Add the routes, and begin to start the manager without waiting for it."""
        self.handlers.extend(ROUTES)
        if self.autostart:
            self.link.search()

    async def stop_extension(self) -> None:
        """Let go; manager and jobs run on."""
        if self._events is not None:
            self._events.cancel()
        self.metrics.close()
        self.link.close()

    async def kernel_environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what a kernel that would start with this environment gets besides."""
        home = {HOME_VARIABLE: str(home_folder(self.home))}
        if not is_wanted(self.aws_endpoints, environment):
            return home
        try:
            connection = await asyncio.wait_for(self.link.find(), _PATIENCE)
        except (UnreachableError, TimeoutError) as error:
            self.log.warning("kernel starts without AWS endpoints: %s", error or "timed out")
            return home
        return {**home, **connection.environment()}

    def _follow(self, logger: Any) -> None:
        def emit(event: Event) -> None:
            logger.emit(schema_id=SCHEMA_ID, data=event)

        self._events = asyncio.ensure_future(JobEvents(self.link, emit, self.metrics.heard).run())
        self._events.add_done_callback(lambda task: log_lost(task, self.log))

    def _connect(self) -> Connection:
        return connect(home_folder(self.home))
