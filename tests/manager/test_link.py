"""A job's own door: real clients come through a companion and a socket, and are that job."""

import asyncio
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import ContainerMetadataFetcher, ContainerProvider
from botocore.exceptions import ClientError
from botocore.session import get_session

from jupyter_train.api.context import About
from jupyter_train.api.identity import Keys
from jupyter_train.api.router import Router
from jupyter_train.contract.record import new_record
from jupyter_train.manager.app import Station
from jupyter_train.manager.link import Links, listen
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.store.memory_curves import MemoryCurves
from jupyter_train.store.objects import FolderObjects
from jupyter_train_toolkit import companion

KEYS = Keys(access_key="AKLOCAL", secret_key="very-secret", token="a-token-of-many-letters")
BESIDE = "import runpy, sys; m = runpy.run_path({!r}); m['work']({!r}, ('127.0.0.1', {}))"


def document(name):
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::000000000000:role/trainer",
        "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train/out"},
    }


class World:
    """Jobs, their doors in a loop of its own, and companions as their containers have them."""

    def __init__(self, home):
        self.home = home
        self.objects = FolderObjects(home / "objects")
        self.objects.create_bucket("jupyter-train")
        self.jobs = MemoryJobs(time.time)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.links = self.made_links()
        self.companions = {}

    def made_links(self):
        manager = SimpleNamespace(
            clock=time.time,
            objects=self.objects,
            jobs=self.jobs,
            curves=MemoryCurves(),
            region="r",
            progress={},
        )
        about = About(version="1", pid=1, url="", home="", started=0.0)
        station = Station(
            router=Router(manager, KEYS, about),
            feed=None,
            sources=None,
            shells=None,
            spool=self.home,
            life={},
        )
        return Links(station, "us-east-1")

    def submit(self, name):
        return self.jobs.submit(new_record(f"id-{name}", document(name), time.time(), "me"), {})

    def folder(self, name):
        return self.home / "attempts" / name

    def do(self, action):
        async def act():
            result = action()
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(act(), self.loop).result(10)

    def open(self, record, *, shared=False):
        link = self.folder(record.name) / "link"
        self.do(lambda: self.links.open(record, link, shared=shared))
        return link

    def beside(self, name):
        """Return the port of a companion in the job's folder."""
        if name not in self.companions:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            folder = self.folder(name)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "log").touch()
            program = BESIDE.format(companion.__file__, str(folder), port)
            process = subprocess.Popen([sys.executable, "-c", program])
            self.companions[name] = process, port
        return self.companions[name][1]

    def close(self):
        for process, _ in self.companions.values():
            process.kill()
            process.wait()
        self.do(self.links.close_all)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        self.objects.close()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def job(world):
    """A running job with a door and a companion; its session finds its keys as in a container."""
    record = world.submit("job-1")
    world.open(record)
    return record


@contextmanager
def client(world, name, service, monkeypatch, **options):
    """A boto3 client in the place of the job: with the two variables that start.sh sets."""
    base = f"http://127.0.0.1:{world.beside(name)}"
    wait_for(world.beside(name))
    for each in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", base)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{base}/credentials")
    session = get_session()
    # As in a container, where there are no other places to find keys at.
    resolver = session.get_component("credential_provider")
    resolver.providers = [ContainerProvider(fetcher=ContainerMetadataFetcher())]
    # Twice: a connection that was kept may have been cut since.
    config = Config(retries={"total_max_attempts": 2})
    made = boto3.Session(botocore_session=session).client(
        service, region_name="us-east-1", config=config, **options
    )
    try:
        yield made
    finally:
        made.close()


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(port)


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_boto3_in_the_place_of_the_job_finds_keys_and_is_the_job(world, job, monkeypatch):
    with client(world, "job-1", "sts", monkeypatch) as sts:
        arn = sts.get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::000000000000:assumed-role/trainer/job-1"
    with client(world, "job-1", "sagemaker", monkeypatch) as sagemaker:
        described = sagemaker.describe_training_job(TrainingJobName="job-1")
        assert described["TrainingJobName"] == "job-1"
        assert refused(sagemaker.list_training_jobs) == (403, "AccessDeniedException")


def test_boto3_uploads_to_the_jobs_output_and_is_refused_elsewhere(
    world, job, monkeypatch, tmp_path
):
    file = tmp_path / "weights"
    file.write_bytes(os.urandom(5_000_000))
    with client(world, "job-1", "s3", monkeypatch) as s3:
        s3.upload_file(str(file), "jupyter-train", "out/job-1/weights")
        s3.download_file("jupyter-train", "out/job-1/weights", str(tmp_path / "back"))
        found = s3.list_objects_v2(Bucket="jupyter-train", Prefix="out/job-1/")
        assert [each["Key"] for each in found["Contents"]] == ["out/job-1/weights"]
        for bucket, key in (("jupyter-train", "out/job-10/weights"), ("elsewhere", "weights")):
            put = {"Bucket": bucket, "Key": key, "Body": b"x"}
            assert refused(s3.put_object, **put) == (403, "AccessDenied")
        assert refused(s3.list_buckets) == (403, "AccessDenied")
        assert refused(s3.create_bucket, Bucket="mine")[0] == 403
    assert (tmp_path / "back").read_bytes() == file.read_bytes()


def test_while_the_manager_is_away_a_job_is_told_to_try_again_and_then_goes_on(
    world, job, monkeypatch
):
    with client(world, "job-1", "s3", monkeypatch) as s3:
        put = {"Bucket": "jupyter-train", "Key": "out/job-1/a", "Body": b"1"}
        s3.put_object(**put)
        world.do(world.links.close_all)
        assert refused(s3.put_object, **put) == (503, "ServiceUnavailable")
        world.links = world.made_links()
        world.open(job)
        s3.put_object(**put)


def test_a_job_cannot_use_anothers_keys(world, job, monkeypatch):
    world.open(world.submit("job-2"))
    with client(world, "job-2", "sts", monkeypatch) as sts:
        sts.get_caller_identity()
        keys = sts._request_signer._credentials.get_frozen_credentials()
    given = {
        "aws_access_key_id": keys.access_key,
        "aws_secret_access_key": keys.secret_key,
        "aws_session_token": keys.token,
    }
    with client(world, "job-1", "sts", monkeypatch, **given) as sts:
        assert refused(sts.get_caller_identity) == (403, "UnrecognizedClientException")
    with client(world, "job-2", "sts", monkeypatch, **given) as sts:
        assert sts.get_caller_identity()["Arn"].endswith("/job-2")


@contextmanager
def link_to(path):
    """An HTTP connection straight to a door."""
    made = http.client.HTTPConnection("127.0.0.1", timeout=10)
    made.sock = socket.socket(socket.AF_UNIX)
    try:
        made.sock.connect(str(path))  # without a time limit: a full queue is waited for
        made.sock.settimeout(10)
        yield made
    finally:
        made.close()


def asked(path, method="GET", target="/credentials", **headers):
    with link_to(path) as link:
        link.request(method, target, headers={"Host": "127.0.0.1:7170", **headers})
        answer = link.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize(
    "foreign",
    [{"Host": "evil.example"}, {"Host": "169.254.170.2"}, {"Origin": "http://127.0.0.1:7170"}],
)
def test_a_web_page_cannot_speak_through_a_door(world, job, foreign):
    status, body = asked(world.folder("job-1") / "link" / "manager.sock", **foreign)
    assert (status, b"SecretAccessKey" in body) == (403, False)


@pytest.mark.parametrize("route", ["/healthz", "/stream", "/shell/job-1", "/t/x/", "/", "/../x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_route_of_the_manager_is_behind_a_door(world, job, method, route):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    path = world.folder("job-1") / "link" / "manager.sock"
    for headers in ({}, {"Authorization": f"Bearer {KEYS.token}"}, upgrade):
        assert asked(path, method, route, **headers)[0] == 403


def test_a_door_is_closed_with_its_attempt_and_what_is_said_is_cut(world, job):
    link = world.folder("job-1") / "link"
    with link_to(link / "manager.sock") as connection:
        connection.request("GET", "/credentials")
        assert json.loads(connection.getresponse().read())["Token"]
        world.do(lambda: world.links.close(link))
        assert connection.sock.recv(1) == b""
    assert list(link.iterdir()) == []
    world.do(lambda: world.links.close(link))


def test_a_door_is_for_us_only_unless_the_container_runs_as_another(world, job):
    path = world.folder("job-1") / "link" / "manager.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shared = world.open(world.submit("job-2"), shared=True) / "manager.sock"
    assert stat.S_IMODE(shared.stat().st_mode) == 0o666


def test_a_door_opened_twice_is_one_and_replaces_what_a_killed_manager_left(world):
    record = world.submit("job-1")
    link = world.folder("job-1") / "link"
    left = listen(link, shared=False)
    left.close()
    world.open(record)
    first = (link / "manager.sock").stat().st_ino
    world.open(record)
    assert (link / "manager.sock").stat().st_ino == first
    assert asked(link / "manager.sock")[0] == 200


def test_a_path_may_be_longer_than_a_socket_may_be_called(tmp_path):
    link = tmp_path / ("long" * 40) / "link"
    listener = listen(link, shared=False)
    assert stat.S_ISSOCK((link / "manager.sock").stat().st_mode)
    listener.close()


def test_a_door_that_cannot_be_opened_costs_the_job_nothing(world, caplog):
    record = world.submit("job-1")
    folder = world.folder("job-1")
    folder.parent.mkdir()
    folder.write_text("no folder")
    world.open(record)
    assert "job-1 cannot reach the manager" in caplog.text


def test_a_job_that_opens_connections_without_end_costs_others_nothing(world, job):
    path = world.folder("job-1") / "link" / "manager.sock"
    other = world.open(world.submit("job-2")) / "manager.sock"
    with ExitStack() as opened:
        for _ in range(220):
            opened.enter_context(link_to(path))
        late = opened.enter_context(link_to(path))
        assert late.sock.recv(1) == b""
        assert asked(other)[0] == 200
    deadline = time.monotonic() + 10
    while refused_by(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert asked(path)[0] == 200


def refused_by(path):
    try:
        return asked(path)[0] != 200
    except (OSError, http.client.HTTPException):
        return True


def test_a_question_as_long_as_a_book_is_not_read(world, job):
    path = world.folder("job-1") / "link" / "manager.sock"
    with link_to(path) as link:
        link.putrequest("POST", "/", skip_host=True)
        link.putheader("Host", "127.0.0.1:7170")
        link.putheader("Content-Length", str(2 << 20))
        link.endheaders()
        assert link.getresponse().status == 413
