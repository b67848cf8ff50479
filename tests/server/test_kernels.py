"""Kernels learn where the manager is, and a user's own AWS stays theirs."""

import asyncio
import os
from pathlib import Path

import pytest

from jupyter_train.client.find import StartFailedError
from jupyter_train.server.extension import JupyterTrain
from jupyter_train.server.kernels import has_own_aws, is_wanted, telling_start
from jupyter_train.server.link import Link


@pytest.fixture
def nobody(tmp_path):
    """An environment without any AWS in it."""
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }


def test_without_any_aws_kernels_are_pointed_at_the_manager(nobody):
    assert not has_own_aws(nobody)
    assert is_wanted("auto", nobody)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL"])
def test_credentials_in_the_environment_are_never_overruled(nobody, name):
    assert not is_wanted("auto", {**nobody, name: "mine"})


@pytest.mark.parametrize("name", ["credentials", "config"])
def test_a_file_with_credentials_is_never_overruled(nobody, tmp_path, name):
    (tmp_path / name).write_text("[default]\n")
    assert not is_wanted("auto", nobody)


def test_the_setting_overrules_what_is_found(nobody):
    assert is_wanted("always", {**nobody, "AWS_PROFILE": "mine"})
    assert not is_wanted("never", nobody)


async def started_with(additions, **kwargs):
    seen = {}

    async def start(**kwargs):
        seen.update(kwargs)
        return "id"

    async def added(environment):
        return additions

    await telling_start(start, added)(**kwargs)
    return seen


def test_a_kernel_keeps_what_the_server_gave_it_and_gets_ours_besides():
    given = {"kernel_name": "python3", "env": {"JPY_SESSION_NAME": "a.ipynb"}}
    seen = asyncio.run(started_with({"AWS_REGION": "us-east-1"}, **given))
    assert seen["env"] == {"JPY_SESSION_NAME": "a.ipynb", "AWS_REGION": "us-east-1"}
    assert seen["kernel_name"] == "python3"


def test_a_kernel_without_an_environment_gets_the_server_s(monkeypatch):
    monkeypatch.setenv("FLAVOUR", "plain")
    seen = asyncio.run(started_with({"AWS_REGION": "us-east-1"}))
    assert seen["env"]["FLAVOUR"] == "plain"
    assert "AWS_REGION" not in os.environ


def test_a_kernel_starts_also_where_no_manager_comes_up(nobody, tmp_path):
    def connect():
        raise StartFailedError("no room")

    extension = JupyterTrain(home=str(tmp_path / "state"))
    extension.link = Link(connect)
    added = asyncio.run(extension.kernel_environment(nobody))
    extension.link.close()
    assert added == {"JUPYTER_TRAIN_HOME": str(tmp_path / "state")}


def test_a_kernel_is_told_keys_and_endpoints_of_each_service(nobody, small_manager):
    extension = JupyterTrain(home="~/state")
    extension.link = Link(small_manager.connect)
    added = asyncio.run(extension.kernel_environment(nobody))
    extension.link.close()
    assert added["JUPYTER_TRAIN_HOME"] == str(Path("~/state").expanduser())
    assert added["AWS_ENDPOINT_URL_SAGEMAKER"].startswith("http://127.0.0.1:")
    assert added["AWS_ACCESS_KEY_ID"] == "AK"
    assert "AWS_ENDPOINT_URL" not in added
