"""A shell in this process, and a way to the manager that writes down what it is told."""

import os
import queue
import signal
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import start_new_kernel
from traitlets.config import Config

from jupyter_train.client.connection import ApiError
from jupyter_train.client.find import find_manager
from jupyter_train.client.runtime_file import is_running
from jupyter_train.notebook.session import Session


class Told:
    """Stands for a connection: remembers operations, answers those it was given answers for."""

    def __init__(self, answers):
        self.answers = answers
        self.calls = []

    def call(self, operation, request=None, **_):
        self.calls.append((operation, request))
        answer = self.answers.get(operation, {"TrainingJobArn": "arn"})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def put_object(self, bucket, key, _):
        self.calls.append(("PutObject", f"{bucket}/{key}"))

    def request(self, operation):
        """What the last call of an operation asked."""
        return [request for name, request in self.calls if name == operation][-1]

    def close(self):
        pass


class ToldSession(Session):
    """A session to no manager."""

    def __init__(self, **answers):
        super().__init__()
        self.told = Told(answers)

    def connect(self):
        return self.told

    def read(self, operation, request, _="sagemaker"):
        return self.told.call(operation, request)


@pytest.fixture
def told():
    """Make sessions that answer as said and remember what they were asked."""
    return ToldSession


@pytest.fixture
def refusal():
    """An error as the manager answers it."""
    return ApiError("ValidationException", "no job of this name", 400)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A new IPython shell that keeps no history."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    config = Config({"HistoryManager": {"enabled": False}})
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.run_line_magic("unload_ext", "jupyter_train")
    shell.reset(new_session=False)
    InteractiveShell.clear_instance()


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The state folder of a real manager, which is started by the first call and ended here."""
    yield from served(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def container_home(tmp_path_factory, docker_engine):
    """As `home`, of a manager that drives a container engine."""
    yield from served(tmp_path_factory.mktemp("container-home"))


def served(folder):
    """Lend a state folder; its manager ends with the last who uses it."""
    yield folder
    facts = find_manager(folder)
    if facts is not None:
        os.kill(facts.pid, signal.SIGTERM)
        give_up = time.monotonic() + 20
        while is_running(facts.pid) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert not is_running(facts.pid)


@pytest.fixture
def session(home):
    """A session to the real manager."""
    with Session(home) as session:
        yield session


@pytest.fixture
def start_kernel(tmp_path, monkeypatch):
    """Start kernels whose jobs go to the manager of a state folder."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    started = []

    def start(home):
        monkeypatch.setenv("JUPYTER_TRAIN_HOME", str(home))
        manager, client = start_new_kernel(cwd=str(tmp_path))
        started.append((manager, client))
        client.execute_interactive("%load_ext jupyter_train", timeout=60)
        return Kernel(manager, client)

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


class Kernel:
    """Runs cells and hears what a page would."""

    def __init__(self, manager, client):
        self.manager = manager
        self.client = client

    def run(self, cell, on_output=None):
        """Run a cell; returns what it put out, as (kind, content)."""
        heard = []

        def hear(message):
            if message["msg_type"] not in {"status", "execute_input"}:
                heard.append((message["msg_type"], message["content"]))
                if on_output:
                    on_output(message["msg_type"])

        self.client.execute_interactive(cell, output_hook=hear, timeout=60)
        return heard

    def next_update(self, patience):
        """What is written into an output without any cell running; None if nothing is."""
        give_up = time.monotonic() + patience
        while (left := give_up - time.monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except queue.Empty:
                return None
            if message["msg_type"] == "update_display_data":
                return message["content"]
        return None

    def complete(self, code):
        """What a press of TAB at the end offers."""
        return self.client.complete(code, reply=True, timeout=60)["content"]["matches"]

    def next_input(self, cell):
        """What a cell puts into the next one."""
        reply = self.client.execute(cell, reply=True, timeout=60)
        return reply["content"]["payload"][0]["text"]
