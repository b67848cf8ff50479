"""The smallest world an API lives in: a façade in memory, a router, a caller, boto3 over HTTP."""

import asyncio
import contextlib
import json
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import botocore.auth
import pytest
import tornado.httpserver
import tornado.web
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.loaders import Loader

from jupyter_train.api.context import About
from jupyter_train.api.identity import Keys
from jupyter_train.api.job_principal import principal_of
from jupyter_train.api.message import Request
from jupyter_train.api.models import OUR_MODELS
from jupyter_train.api.router import Router
from jupyter_train.contract.events import Kind
from jupyter_train.contract.names import ACCOUNT, log_stream
from jupyter_train.contract.record import Desired, new_record
from jupyter_train.contract.samples import samples
from jupyter_train.contract.status import SecondaryStatus
from jupyter_train.engine.artifacts import Artifacts
from jupyter_train.engine.belongings import Belongings
from jupyter_train.engine.cost import cost_of
from jupyter_train.engine.engines import Engine
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.feed import Feed
from jupyter_train.engine.placement import Capacity
from jupyter_train.engine.places import Places
from jupyter_train.engine.progress import Progress
from jupyter_train.engine.settings import Settings
from jupyter_train.hosts.base import HostFacts
from jupyter_train.hosts.local import LocalHost
from jupyter_train.store.base import Batch
from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.store.memory_curves import MemoryCurves
from jupyter_train.store.objects import FolderObjects

KEYS = Keys(access_key="AKLOCAL", secret_key="very-secret", token="a-token-of-many-letters")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@dataclass
class WorldManager:
    """A façade whose jobs do nothing until a test moves them."""

    clock: Clock
    home: Path
    id: str = "m1"
    region: str = "us-east-1"
    feed: Feed = field(default_factory=Feed)
    curves: MemoryCurves = field(default_factory=MemoryCurves)
    progress: dict[str, Progress] = field(default_factory=dict)
    refused: tuple = ()
    awaited: str = ""

    def __post_init__(self):
        self.jobs = MemoryJobs(self.clock)
        self.logs = SegmentLogs(self.home / "logs")
        self.objects = FolderObjects(self.home / "objects")
        self.attempts = self.home / "attempts"
        self.settings = Settings(home=self.home, prices={"ml.m5.xlarge": 3.6}, currency="EUR")
        places, host = Places(self.objects, [self.home / "data"], []), LocalHost("here", self.home)
        self.belongings = Belongings(host, self.attempts)
        self.artifacts = Artifacts(host, self.objects, places)
        self._ids = iter(f"id{number}" for number in range(1, 10_000))

    async def submit(self, document, tags, owner):
        return self.jobs.submit(new_record(next(self._ids), document, self.clock(), owner), tags)

    async def stop(self, name):
        record = self.jobs.find(name)
        if record.is_terminal:
            raise RefusedError(f"the job {name!r} has ended")
        changed = record.changed(self.clock(), desired=Desired.STOP)
        return self.jobs.change(changed, Kind.STOP_REQUESTED, {})

    async def update(self, name, changes):
        record = self.jobs.find(name)
        document = {**record.document, **changes}
        return self.jobs.change(replace(record, document=document), Kind.JOB_UPDATED, {})

    async def delete(self, name):
        record = self.jobs.find(name)
        if not record.is_terminal:
            raise RefusedError(f"the job {name!r} has not ended; stop it first")
        self.jobs.delete(record)

    async def set_tags(self, name, tags):
        self.jobs.set_tags(self.jobs.find(name).id, tags)

    async def remove_tags(self, name, keys):
        self.jobs.remove_tags(self.jobs.find(name).id, keys)

    async def check(self, document):
        """Take everything."""

    async def refusals(self, document):
        return list(self.refused)

    def forecast(self, document):
        return self.awaited

    def add_samples(self, name, series, steps, values):
        job_id = self.jobs.find(name).id
        columns = samples(steps, [1e9 + step for step in steps], values)
        self.curves.append(
            [Batch(job_id=job_id, source=series, offset=1, samples={series: columns})]
        )

    def add_lines(self, name, *lines, rank=0):
        """Append (ms, text) lines to a stream of a job; returns the stream's name."""
        record = self.jobs.find(name)
        stream_name = log_stream(name, rank, record.created)
        stream = self.logs.create(record.id, stream_name, record.created)
        offset = stream.source_offset
        for moment, text in lines:
            offset += len(text) + 1
            stream.append([(moment, offset, text.encode())])
        self.feed.notify(("log", record.id))
        return stream_name

    def close(self):
        for store in (self.jobs, self.logs, self.curves, self.objects):
            store.close()

    async def engines(self):
        return [Engine(kind="process"), Engine(kind="docker", reason="there is none")]

    def cost(self, record):
        return cost_of(record, self.settings, HostFacts(cpus=4, memory=1 << 33), self.clock())

    @property
    def currency(self):
        return self.settings.currency

    def capacity(self):
        return Capacity(
            cpus=4, free_cpus=3, memory=1 << 33, free_memory=1 << 32, gpus=0, free_gpus=0
        )

    def instance_types(self):
        return ["half", "local"]

    def move(self, name, *statuses, **facts):
        """Take a job through secondary statuses."""
        for status in statuses:
            record = self.jobs.find(name)
            self.clock.now += 1
            self.jobs.change(
                record.moved(SecondaryStatus(status), self.clock(), **facts), Kind.JOB_MOVED, {}
            )
            self.feed.notify(("job", record.id))


@pytest.fixture
def clock():
    return Clock(1_800_000_000.0)


@pytest.fixture
def manager(clock, tmp_path):
    made = WorldManager(clock, tmp_path)
    yield made
    made.close()


@pytest.fixture
def keys():
    return KEYS


@pytest.fixture
def router(manager, tmp_path):
    about = About(
        version="1.2.3", pid=42, url="http://127.0.0.1:1", home=str(tmp_path), started=1.7e9
    )
    return Router(manager, KEYS, about)


@pytest.fixture
def signed(clock, monkeypatch):
    """Return a function that makes a request as botocore signs it."""

    def sign(service, method="POST", path="/", query="", body=b"", **headers):
        url = f"http://127.0.0.1:1{path}" + (f"?{query}" if query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, url, headers=named, data=body)
        request.headers["Host"] = "127.0.0.1:1"
        _sign_at(clock.now, request, service, monkeypatch)
        arrived = {name.lower(): value for name, value in request.headers.items()}
        return Request(method=method, path=path, query=query, headers=arrived, body=body)

    return sign


def _sign_at(now, request, service, monkeypatch):
    with monkeypatch.context() as patch:
        moment = datetime.fromtimestamp(now, UTC)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        kind(Credentials(KEYS.access_key, KEYS.secret_key), service, "us-east-1").add_auth(request)


@pytest.fixture
def call(router):
    """Return a function that performs one JSON operation: (status, answer)."""
    targets = {"sagemaker": "SageMaker", "logs": "Logs_20140328", "jupytertrain": "JupyterTrain"}

    def perform(service, operation, **input):
        headers = {"host": "127.0.0.1:1", "x-amz-target": f"{targets[service]}.{operation}"}
        body = json.dumps(input).encode()
        request = Request(method="POST", path=f"/t/{KEYS.token}/", headers=headers, body=body)
        answer = asyncio.run(router.handle(request))
        return answer.status, json.loads(answer.body or b"{}")

    return perform


@pytest.fixture
def job():
    """Return a CreateTrainingJob request that is as small as it may be."""

    def make(name="job-1", **members):
        return {
            "TrainingJobName": name,
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/jupyter-train",
            "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train/"},
            **members,
        }

    return make


@pytest.fixture
def rich_job():
    """A request that names all the places a job may reach."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/sets/train"}}
    return {
        "TrainingJobName": "job-1",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/service-role/trainer",
        "HyperParameters": {
            "sagemaker_submit_directory": '"s3://jupyter-train/job-1/source/sourcedir.tar.gz"',
            "sagemaker_s3_output": '"s3://jupyter-train/live/"',
        },
        "InputDataConfig": [{"ChannelName": "training", "DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train/results/"},
        "CheckpointConfig": {"S3Uri": "s3://checks/digits"},
        "TensorBoardOutputConfig": {"S3OutputPath": "s3://jupyter-train/boards"},
    }


@pytest.fixture
def principal(rich_job):
    """That job as a caller."""
    return principal_of(new_record("id1", rich_job, 1.0), "us-east-1")


@pytest.fixture
def job_record(manager, router, rich_job):
    """The job, submitted; its buckets are there."""
    for bucket in ("jupyter-train", "data", "checks"):
        manager.objects.create_bucket(bucket)
    return asyncio.run(manager.submit(rich_job, {}, "me"))


@pytest.fixture
def door(router, job_record):
    """The router behind the job's own door."""
    return router.for_job(principal_of(job_record, "us-east-1"))


@pytest.fixture
def ask(door):
    """Return a function that sends one request through the job's door: (status, body)."""

    def ask(method, path, body=b"", query="", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method=method, path=path, query=query, body=body, headers=named)
        answer = asyncio.run(door.handle(request))
        text = answer.slice.path.read_bytes() if answer.slice else answer.body
        return answer.status, text.decode()

    return ask


@pytest.fixture
def boto(server):
    """Return a function that makes a real boto3 client of the served router."""
    with contextlib.ExitStack() as opened:

        def make(service, **options):
            session = boto3.Session()
            session._loader = Loader(extra_search_paths=[str(OUR_MODELS)])
            session._session.register_component("data_loader", session._loader)
            client = session.client(
                service,
                region_name="us-east-1",
                aws_access_key_id=options.get("access_key", KEYS.access_key),
                aws_secret_access_key=options.get("secret_key", KEYS.secret_key),
                endpoint_url=server.url + options.get("path", ""),
                config=Config(
                    retries={"total_max_attempts": 1}, signature_version=options.get("signature")
                ),
            )
            opened.callback(client.close)
            return client

        yield make


@dataclass
class Server:
    """A served router: its address, and the loop that all of it runs in."""

    url: str
    loop: object


@pytest.fixture
def server(router, clock):
    """Serve the router on a port of the loopback device; yields its address."""
    clock.now = time.time()
    started, found = threading.Event(), {}

    async def serve():
        application = tornado.web.Application([(".*", _Handler, {"router": router})])
        http = tornado.httpserver.HTTPServer(application)
        (socket,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
        http.add_socket(socket)
        found.update(port=socket.getsockname()[1], loop=asyncio.get_running_loop())
        found["stop"] = asyncio.Event()
        started.set()
        await found["stop"].wait()
        http.stop()
        await http.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(10)
    yield Server(f"http://127.0.0.1:{found['port']}", found["loop"])
    found["loop"].call_soon_threadsafe(found["stop"].set)
    thread.join(10)


class _Handler(tornado.web.RequestHandler):
    def initialize(self, router):
        self._router = router

    async def prepare(self):
        with tempfile.TemporaryDirectory() as folder:
            spooled = None
            if self.request.method == "PUT":
                spooled = Path(folder) / "body"
                spooled.write_bytes(self.request.body)
            answer = await self._router.handle(
                Request(
                    method=self.request.method,
                    path=self.request.path,
                    query=self.request.query,
                    headers={name.lower(): value for name, value in self.request.headers.get_all()},
                    body=b"" if spooled else self.request.body,
                    spooled=spooled,
                )
            )
        self.set_status(answer.status)
        self.clear_header("Content-Type")
        for name, value in answer.headers.items():
            self.set_header(name, value)
        body = answer.body
        if answer.slice is not None:
            with answer.slice.path.open("rb") as file:
                file.seek(answer.slice.start)
                body = file.read(answer.slice.length)
        self.finish(body or None)
