"""What stands beside the job: it relays, it refuses politely, it notes the log's size, it stays."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from jupyter_train_toolkit import companion

PROGRAM = """
import runpy, sys
sys.argv = ["companion.py", sys.argv[1], sys.argv[2]]
module = runpy.run_path({path!r}, run_name="companion")
module["be_quiet"]()
module["work"](sys.argv[1], ("127.0.0.1", int(sys.argv[2])))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


class Beside:
    """A companion in a process of its own."""

    def __init__(self, folder, port, output):
        self.folder, self.port = folder, port
        self.path = folder / "link" / "manager.sock"
        program = PROGRAM.format(path=companion.__file__)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program, str(folder), str(port)],
            stdout=output,
            stderr=output,
        )

    def connect(self):
        def connected():
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=10)
            except ConnectionRefusedError:
                return None

        return until(connected)

    def marks(self):
        path = self.folder / "marks"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def beside(tmp_path):
    (tmp_path / "link").mkdir()
    (tmp_path / "log").touch()
    with (tmp_path / "said").open("wb") as output:
        made = Beside(tmp_path, free_port(), output)
        yield made
        assert made.process.poll() is None, "it never ends by itself"
        made.process.kill()
        made.process.wait()
    assert (tmp_path / "said").read_bytes() == b""


@contextmanager
def manager_at(path, answer):
    """Serve a unix socket: each connection is handed to `answer` in a thread."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        threads = []

        def serve():
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                threads.append(threading.Thread(target=answer, args=(connection,)))
                threads[-1].start()

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.join(10)
            for each in threads:
                each.join(10)
            path.unlink()


def echo(connection):
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


def count(connection):
    """Answer only when all has come: with its length."""
    with connection:
        total = 0
        while data := connection.recv(65536):
            total += len(data)
        connection.sendall(b"%d" % total)


def refuse(connection):
    """Answer at the first words and hang up."""
    with connection:
        connection.recv(1)
        connection.sendall(b"no " * 100_000)


def all_of(connection):
    parts = []
    while data := connection.recv(65536):
        parts.append(data)
    return b"".join(parts)


def test_what_is_said_to_the_port_reaches_the_manager_and_back(beside):
    with manager_at(beside.path, echo), beside.connect() as job:
        for words in (b"one", b"two"):
            job.sendall(words)
            assert job.recv(100) == words


def test_a_connection_closed_on_one_side_still_carries_the_answer(beside):
    with manager_at(beside.path, count), beside.connect() as job:
        job.sendall(b"x" * 5_000_000)
        job.shutdown(socket.SHUT_WR)
        assert all_of(job) == b"5000000"


def test_an_answer_longer_than_any_buffer_arrives_whole_though_its_sender_has_left(beside):
    with manager_at(beside.path, refuse), beside.connect() as job:
        job.sendall(b"?")
        time.sleep(0.1)
        assert all_of(job) == b"no " * 100_000


def test_connections_do_not_wait_for_each_other(beside):
    with manager_at(beside.path, echo):
        jobs = [beside.connect() for _ in range(50)]
        for number, job in enumerate(jobs):
            job.sendall(b"%d" % number)
        for number, job in reversed(list(enumerate(jobs))):
            assert job.recv(100) == b"%d" % number
            job.close()


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("sagemaker", "list_training_jobs", {}),
        ("s3", "put_object", {"Bucket": "bucket", "Key": "k", "Body": b"x" * 3_000_000}),
        ("sts", "get_caller_identity", {}),
    ],
)
def test_while_there_is_no_manager_a_client_is_told_to_try_again(beside, service, operation, given):
    beside.connect().close()
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="A",
        aws_secret_access_key="s",
        endpoint_url=f"http://127.0.0.1:{beside.port}",
        config=Config(retries={"total_max_attempts": 2}),
    )
    with pytest.raises(ClientError, match="ServiceUnavailable") as caught:
        getattr(client, operation)(**given)
    client.close()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_manager_that_died_and_came_back_is_found_again(beside):
    def answer():
        with beside.connect() as job:
            job.sendall(b"hello")
            job.shutdown(socket.SHUT_WR)
            return all_of(job)[:12]

    with manager_at(beside.path, echo):
        assert answer() == b"hello"
    beside.path.touch()  # as a killed manager leaves it: there, and nobody behind it
    assert answer() == b"HTTP/1.1 503"
    beside.path.unlink()
    assert answer() == b"HTTP/1.1 503"
    with manager_at(beside.path, echo):
        assert answer() == b"hello"


def test_it_minds_no_polite_signal(beside):
    beside.connect().close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        beside.process.send_signal(number)
    with manager_at(beside.path, echo), beside.connect() as job:
        job.sendall(b"still here")
        assert job.recv(100) == b"still here"


def test_the_log_is_marked_while_it_grows_and_then_no_more(beside):
    log = beside.folder / "log"
    log.write_bytes(b"12345")
    until(beside.marks)
    log.write_bytes(b"1234567")
    found = until(lambda: len(beside.marks()) == 2 and beside.marks())
    assert [line.split()[1] for line in found] == ["5", "7"]
    assert abs(float(found[-1].split()[0]) - time.time()) < 5


def test_a_taken_port_costs_the_way_to_the_manager_and_nothing_else(tmp_path):
    (tmp_path / "link").mkdir()
    (tmp_path / "log").write_bytes(b"1")
    with socket.socket() as taken, Path(os.devnull).open("wb") as nothing:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        beside = Beside(tmp_path, taken.getsockname()[1], nothing)
        until(beside.marks)
        beside.process.kill()
        beside.process.wait()


def test_it_rests_while_nothing_happens(beside):
    with manager_at(beside.path, echo), beside.connect() as job:
        job.sendall(b"x")
        job.recv(1)
        before = cpu_of(beside.process.pid)
        time.sleep(2)
        assert cpu_of(beside.process.pid) - before <= 0.02


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
