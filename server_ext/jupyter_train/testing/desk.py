"""Jobs of a real manager process, as a client over HTTP sees them."""

import textwrap
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..client.logs import read_log
from .manager_process import ManagerProcess
from .workshop import merged, packed, training_job

T = TypeVar("T")

ENDED = ("Completed", "Failed", "Stopped")
PATIENCE = 90.0


class Desk:
    """A client's side of one manager; `given` are members of every request, such as an image."""

    def __init__(self, manager: ManagerProcess) -> None:
        self.manager = manager
        self.home = manager.home
        self.given: Mapping[str, Any] = {}
        self.connection = manager.connect()

    def reconnect(self) -> None:
        """Find the manager again, or start it."""
        self.connection.close()
        self.connection = self.manager.connect()

    def request(self, name: str, **members: Any) -> dict[str, Any]:
        """Return a request whose source need not be there."""
        document = training_job(name, f"s3://jupyter-train/{_key(name)}")
        document["StoppingCondition"] = {"MaxRuntimeInSeconds": 100}
        return {**merged(document, self.given), **members}

    def upload(self, name: str, script: str) -> None:
        """Put the source of a job where its request says."""
        data = packed({"train.py": textwrap.dedent(script)})
        self.connection.put_object("jupyter-train", _key(name), data)

    def submit(
        self, name: str, script: str, *, metrics: Iterable[tuple[str, str]] = (), **members: Any
    ) -> None:
        """Send a script as a job; `metrics` are pairs of name and regular expression."""
        self.upload(name, script)
        definitions = [{"Name": each, "Regex": pattern} for each, pattern in metrics]
        request = self.request(name, **members)
        if definitions:
            request = merged(
                request, {"AlgorithmSpecification": {"MetricDefinitions": definitions}}
            )
        self.connection.call("CreateTrainingJob", request)

    def describe(self, name: str) -> dict[str, Any]:
        """Return a job's description."""
        return self.connection.call("DescribeTrainingJob", {"TrainingJobName": name})

    def stop(self, name: str) -> None:
        """Ask for a job's end."""
        self.connection.call("StopTrainingJob", {"TrainingJobName": name})

    def until(self, condition: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Wait until a condition holds; returns what it returned."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return found

    def ended(self, name: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for a job's end; returns its description."""

        def end() -> dict[str, Any] | None:
            found = self.describe(name)
            return found if found["TrainingJobStatus"] in ENDED else None

        found = self.until(end, seconds)
        assert found is not None
        return found

    def lines(self, name: str) -> list[str]:
        """Return all lines of a job."""
        return [line.text for line in read_log(self.connection, name)]

    def series(self, name: str) -> dict[str, dict[str, Any]]:
        """Return a job's series by name."""
        asked = {"TrainingJobName": name}
        found = self.connection.call("ListMetricSeries", asked, service="jupytertrain")
        return {each["Name"]: each for each in found["Series"]}

    def values(self, name: str, series: str, points: int = 4000) -> list[float]:
        """Return the values of one series."""
        number = self.series(name)[series]["SeriesId"]
        asked = {"TrainingJobName": name, "SeriesId": number, "Points": points}
        found = self.connection.call("GetMetricWindow", asked, service="jupytertrain")
        return list(found["Values"])

    def names(self) -> list[str]:
        """Return the names of all jobs."""
        found = self.connection.call("ListTrainingJobs", {"MaxResults": 100})
        return [each["TrainingJobName"] for each in found["TrainingJobSummaries"]]

    def said(self, name: str) -> str:
        """Return all status messages of a job."""
        stays = self.describe(name)["SecondaryStatusTransitions"]
        return "\n".join(each.get("StatusMessage", "") for each in stays)


def _key(name: str) -> str:
    return f"{name}/source/sourcedir.tar.gz"
