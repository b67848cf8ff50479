"""A terminal in a job is one of the server's own, and it speaks to the manager of this server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_train.server.terminal import open_terminal


class Terminals:
    def __init__(self):
        self.argv = []

    def create(self, *, shell_command):
        self.argv = shell_command
        return {"name": "1"}


@pytest.fixture
def terminals(jp_serverapp):
    made = Terminals()
    jp_serverapp.web_app.settings["terminal_manager"] = made
    yield made
    jp_serverapp.web_app.settings.pop("terminal_manager")


@pytest.fixture
def ask(jp_fetch, link):
    async def send(body):
        place = "jupyter-train/terminal"
        try:
            answer = await jp_fetch(place, method="POST", body=json.dumps(body))
        except HTTPClientError as error:
            answer = error.response
        return answer.code, json.loads(answer.body)

    return send


async def test_a_terminal_runs_a_shell_in_the_job_by_the_manager_of_this_server(ask, terminals):
    assert await ask({"TrainingJobName": "mine"}) == (200, {"name": "1"})
    assert terminals.argv[-7:] == [
        sys.executable, "-m", "jupyter_train.cli", "shell", "--home", "/nowhere", "mine"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["--home", "a;b", "a b", "", None, "x" * 64, "a\x1b]0;b"])
async def test_what_is_no_name_of_a_job_opens_nothing(ask, terminals, name):
    code, said = await ask({"TrainingJobName": name})
    assert (code, said["__type"]) == (400, "ValidationException")
    assert terminals.argv == []


async def test_a_server_without_terminals_says_what_to_type_elsewhere(ask):
    code, said = await ask({"TrainingJobName": "mine"})
    assert code == 404
    assert "jupyter train shell mine" in said["message"]


@pytest.mark.parametrize(("program", "says"), [("true", ""), ("false", "Press Enter")])
def test_a_shell_s_end_closes_its_terminal_and_a_refusal_can_be_read(program, says):
    terminals = Terminals()
    open_terminal({"terminal_manager": terminals}, Path("/nowhere"), "mine")
    argv = [*terminals.argv[:4], program]
    ran = subprocess.run(argv, input=b"\n", capture_output=True, check=False, timeout=20)
    assert ran.stdout.decode().strip().startswith(says)
    assert bool(ran.stdout) == bool(says)
