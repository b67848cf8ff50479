"""Jobs of a real manager process, as a client over HTTP sees them."""

import io
import tarfile
import textwrap
import time

import pytest

from jupyter_train.client.find import find_manager
from jupyter_train.client.logs import read_log
from jupyter_train.contract.names import DEFAULT_ROLE

ENDED = ("Completed", "Failed", "Stopped")


class Desk:
    """A client's side of one manager."""

    def __init__(self, manager) -> None:
        self.manager = manager
        self.home = manager.home
        self.connection = manager.connect()

    def reconnect(self) -> None:
        """Find the manager again, or start it."""
        self.connection.close()
        self.connection = self.manager.connect()

    def request(self, name: str, **members):
        """Return a request whose source need not be there."""
        return {
            "TrainingJobName": name,
            "RoleArn": DEFAULT_ROLE,
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "HyperParameters": {
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": f"s3://jupyter-train/{name}/source/sourcedir.tar.gz",
            },
            "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train"},
            "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 100},
            **members,
        }

    def upload(self, name: str, script: str) -> None:
        """Put the source of a job where its request says."""
        packed = io.BytesIO()
        data = textwrap.dedent(script).encode()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            member = tarfile.TarInfo("train.py")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        key = f"{name}/source/sourcedir.tar.gz"
        self.connection.put_object("jupyter-train", key, packed.getvalue())

    def submit(self, name: str, script: str, *, metrics=(), **members) -> None:
        """Send a script as a job; `metrics` are pairs of name and regular expression."""
        self.upload(name, script)
        definitions = [{"Name": each, "Regex": pattern} for each, pattern in metrics]
        request = self.request(name, **members)
        if definitions:
            request["AlgorithmSpecification"]["MetricDefinitions"] = definitions
        self.connection.call("CreateTrainingJob", request)

    def describe(self, name: str):
        return self.connection.call("DescribeTrainingJob", {"TrainingJobName": name})

    def until(self, condition, seconds: float = 90):
        """Wait until a condition holds; returns what it returned."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return found

    def ended(self, name: str):
        """Wait for a job's end; returns its description."""

        def end():
            found = self.describe(name)
            return found["TrainingJobStatus"] in ENDED and found

        return self.until(end)

    def lines(self, name: str) -> list[str]:
        """Return all lines of a job."""
        return [line.text for line in read_log(self.connection, name)]

    def series(self, name: str):
        """Return a job's series by name."""
        asked = {"TrainingJobName": name}
        found = self.connection.call("ListMetricSeries", asked, service="jupytertrain")
        return {each["Name"]: each for each in found["Series"]}

    def values(self, name: str, series: str, points: int = 4000) -> list[float]:
        """Return the values of one series."""
        number = self.series(name)[series]["SeriesId"]
        asked = {"TrainingJobName": name, "SeriesId": number, "Points": points}
        return self.connection.call("GetMetricWindow", asked, service="jupytertrain")["Values"]

    def names(self) -> list[str]:
        """Return the names of all jobs."""
        found = self.connection.call("ListTrainingJobs", {"MaxResults": 100})
        return [each["TrainingJobName"] for each in found["TrainingJobSummaries"]]

    def said(self, name: str) -> str:
        """Return all status messages of a job."""
        stays = self.describe(name)["SecondaryStatusTransitions"]
        return "\n".join(each.get("StatusMessage", "") for each in stays)


@pytest.fixture
def desk_of():
    """Makes the desk of a manager, closed at the end."""
    desks = []

    def make(manager):
        desks.append(Desk(manager))
        return desks[-1]

    yield make
    for desk in desks:
        desk.connection.close()


@pytest.fixture
def desk(manager_process, desk_of):
    return desk_of(manager_process)


@pytest.fixture
def own_desk(own_manager, desk_of):
    return desk_of(own_manager)


@pytest.fixture
def manager_at(manager_class):
    """Starts the manager of a folder, to be ended after the test, whichever one serves then."""
    managers = []

    def start(home):
        managers.append(manager_class(home))
        managers[-1].connect().close()
        return managers[-1]

    yield start
    for manager in managers:
        if find_manager(manager.home) is not None:
            manager.end()
