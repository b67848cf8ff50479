"""The job of a form as code: whoever runs it asks for the same job."""

import asyncio
import json
import re
import shlex
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_train.cli import run as command
from jupyter_train.cli.options import parser
from jupyter_train.client.source import package_source
from jupyter_train.notebook.session import Session
from jupyter_train.server.check import printed
from jupyter_train.server.draft import drafted

ODD = "a 'b' \"c\" $d {e} \\f é"
CELL = "print('''x''')\nname = 'é\\n'\nprint('''y''' + 'z'"
FORMS = {
    "script": {"path": "my fit.py", "hyperparameters": {"text": ODD, "-x": "1"}},
    "folder": {"path": "lib/deep.py", "whole_folder": True, "tags": {"team": "a=b"}},
    "cell": {"code": f"{CELL})'", "metric_definitions": {"loss": r"loss=([0-9.]+) '{x}\d'"}},
    "notebook": {"path": "a.ipynb", "notebook": {"cells": [], "nbformat": 4}},
    "packed": {"source": "s3://jupyter-train/old/source/sourcedir.tar.gz#fit.py"},
    "image": {
        "image": "net:1",
        "needs_image": True,
        "command": "python3 'my train.py' --x",
        "arguments": "--epochs 3",
        "network_isolation": True,
        "remote_debug": True,
        "keep_alive": 600,
    },
    "rich": {
        "path": "my fit.py",
        "name": "mine",
        "inputs": {"training": "lib", "test": "s3://b/k k"},
        "environment": {"A": "1", "JUPYTER_TRAIN_PYTHON": "/usr/bin/python3"},
        "experiment": "digits",
        "spot": True,
        "max_wait": 900,
        "max_run": 600,
        "checkpoints": "kept",
        "max_retry_attempts": 2,
        "volume_size": 5,
        "instance_type": "ml.m5.large",
    },
}


class Recording:
    """Stands for a connection: keeps the request, and what was packed."""

    def __init__(self):
        self.request, self.names = None, []

    def call(self, operation, request=None, **_):
        if operation == "CreateTrainingJob":
            self.request = request
        return {"TrainingJobArn": "arn"}

    def put_object(self, _bucket, _key, archive):
        with tarfile.open(archive) as packed:
            self.names = [(each.name, packed.extractfile(each).read()) for each in packed]

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.fixture
def recording(monkeypatch):
    made = Recording()
    monkeypatch.setattr(Session, "connect", lambda _: made)
    monkeypatch.setattr(command, "connect", lambda _: made)
    return made


@pytest.fixture(params=FORMS)
def draft(request, tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "deep.py").write_text("import near")
    (tmp_path / "lib" / "near.py").write_text("")
    (tmp_path / "my fit.py").write_text("print(1)")
    (tmp_path / "a.ipynb").write_text("{}")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    contents = SimpleNamespace(root_dir=str(tmp_path))
    settings = {"contents_manager": contents, "kernel_spec_manager": None}
    made = asyncio.run(drafted(FORMS[request.param], settings))
    assert not made.problems
    return made


def same(request):
    """A request without what is made anew each time: a name of the time, the source's place."""
    text = re.sub(r"/source/[0-9a-f]{8}/", "/source/", json.dumps(request, sort_keys=True))
    return re.sub(r"[\w-]+-20\d\d(-\d\d){5}-\d{3}", "stamped", text)


def packed(draft, folder):
    if draft.source is None:
        return []
    recorded = Recording()
    package_source(draft.source, folder / "a.tar.gz")
    recorded.put_object("", "", folder / "a.tar.gz")
    return recorded.names


def test_python_asks_for_the_same_job(draft, recording, tmp_path):
    exec(printed(draft)["python"], {})
    assert same(recording.request) == same(draft.request)
    if draft.source is None or draft.source.program != "a.ipynb":  # what is saved is packed
        assert recording.names == packed(draft, tmp_path)


def test_the_command_line_asks_for_the_same_job(draft, recording, tmp_path):
    line = printed(draft)["cli"]
    if line.startswith("printf "):
        words = shlex.split(line)
        Path(words[4]).write_text(words[2])
        line = line[line.index("\njupyter train run") + 1 :]
    words = shlex.split(line)
    assert words[:2] == ["jupyter", "train"]
    command.run(parser().parse_args([*words[2:], "--no-wait"]))
    assert same(recording.request) == same(draft.request)


def test_the_json_is_the_request(draft):
    assert json.loads(printed(draft)["boto3"]) == draft.request
