import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from jupyter_train.client.connection import ManagerGoneError
from jupyter_train.client.find import (
    NoManagerError,
    StartFailedError,
    connect,
    find_manager,
    start_manager,
)


def test_the_second_manager_of_a_folder_refuses_and_names_the_first(manager_process):
    first = find_manager(manager_process.home)
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_train.manager", "--home", str(manager_process.home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert f"a manager already serves {manager_process.home}: process {first.pid}" in done.stderr
    assert find_manager(manager_process.home) == first


def test_clients_that_start_one_at_the_same_time_get_the_same(tmp_path):
    starts = [
        subprocess.Popen([sys.executable, "-c", _CONNECT, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    pids = {each.communicate(timeout=60)[0] for each in starts}
    os.kill(int(pids.pop()), signal.SIGTERM)
    assert pids == set()


_CONNECT = """
import sys
from jupyter_train.client.find import connect
with connect(sys.argv[1]) as connection:
    print(connection.facts.pid)
"""


def test_port_and_keys_survive_kill_9(own_manager):
    before = find_manager(own_manager.home)
    own_manager.end(signal.SIGKILL)
    with own_manager.connect() as connection:
        after = connection.facts
    assert after.pid != before.pid
    assert (after.url, after.token, after.access_key, after.secret_key) == (
        before.url,
        before.token,
        before.access_key,
        before.secret_key,
    )


def test_an_open_connection_finds_the_manager_again_after_its_restart(own_manager):
    with own_manager.connect() as connection:
        assert connection.call("ListTrainingJobs")["TrainingJobSummaries"] == []
        own_manager.end(signal.SIGKILL)
        with pytest.raises(ManagerGoneError, match="does not answer"):
            connection.call("ListTrainingJobs")
        own_manager.connect().close()
        assert connection.call("ListTrainingJobs")["TrainingJobSummaries"] == []


def test_a_manager_that_stops_takes_its_runtime_file_with_it(own_manager):
    own_manager.end()
    assert not (own_manager.home / "manager.json").exists()
    with pytest.raises(NoManagerError, match="jupyter train manager start --home"):
        connect(own_manager.home, start=False)


def test_what_a_manager_keeps_is_its_owners_alone_and_its_log_holds_no_secret(manager_process):
    facts, home = find_manager(manager_process.home), manager_process.home
    assert home.stat().st_mode & 0o777 == 0o700
    for name in ("manager.json", "keys.json"):
        assert (home / name).stat().st_mode & 0o777 == 0o600
    text = (home / "manager.log").read_text()
    assert "serving at" in text
    assert facts.token not in text
    assert facts.secret_key not in text


def test_a_port_that_another_program_took_meanwhile_is_replaced_by_a_new_one(own_manager):
    port = int(find_manager(own_manager.home).url.rpartition(":")[2])
    own_manager.end()
    with closing(socket.create_server(("127.0.0.1", port))):
        assert find_manager(own_manager.home) is None
        with own_manager.connect() as connection:
            assert connection.url != f"http://127.0.0.1:{port}"


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartFailedError, match=f"port {port} is another program's"):
            start_manager(tmp_path / "home", port=port)


def test_a_bad_configuration_is_told_to_whoever_starts_the_manager(tmp_path):
    (tmp_path / "config.toml").write_text("[capacity]\ncpus = 'all'\n")
    with pytest.raises(StartFailedError, match=r"capacity\.cpus is 'all'; it must be a number"):
        connect(tmp_path)
