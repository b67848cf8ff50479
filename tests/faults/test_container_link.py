"""A container and its manager: real boto3 inside, a manager that dies, and no way around."""

import http.client
import json
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import boto3
import psutil
import pytest

from jupyter_train.client.find import find_manager

pytestmark = [pytest.mark.timeout(180)]
LIBRARIES = Path(boto3.__file__).parents[1]
KEEPERS = {"keys.json", "manager.json"}

HEAD = """
    import sys, time, os, socket, json
    sys.path.append("/opt/ml/input/data/libraries")
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    def client(service, attempts=1):
        config = Config(retries={"total_max_attempts": attempts})
        return boto3.client(service, region_name="us-east-1", config=config)

    def said(call, **given):
        try:
            call(**given)
            return "ok"
        except ClientError as error:
            return error.response["Error"]["Code"]
        except BotoCoreError as error:
            return type(error).__name__
"""


@pytest.fixture
def contained(own_desk, docker_engine):
    """The desk of a manager of its own, whose jobs run as containers and have boto3."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"file://{LIBRARIES}"}
    channel = {"ChannelName": "libraries", "DataSource": {"S3DataSource": source}}
    image = {"TrainingImage": docker_engine.image, "TrainingInputMode": "File"}

    def submit(name, script, **members):
        given = {"AlgorithmSpecification": image, "InputDataConfig": [channel], **members}
        own_desk.submit(name, HEAD + script, **given)

    own_desk.contain = submit
    yield own_desk
    if find_manager(own_desk.home) is None:
        own_desk.reconnect()
    for name in own_desk.names():
        if own_desk.describe(name)["TrainingJobStatus"] == "InProgress":
            own_desk.connection.call("StopTrainingJob", {"TrainingJobName": name})
            own_desk.ended(name)


def said(desk):
    """Return what the one running job has said; the API would wait for more."""
    return "".join(each.read_text() for each in desk.home.glob("attempts/*/log")).splitlines()


def training(desk, words):
    """Wait until the running job has said this."""
    return desk.until(lambda: words in said(desk))


def pool_of(desk, name):
    return desk.describe(name)["WarmPoolStatus"]["Status"]


def door_of(desk):
    (found,) = desk.home.glob("attempts/*/link/manager.sock")
    return found


def credentials(path):
    """Ask a door for its job's keys, which its manager's user may do as well."""
    with closing(http.client.HTTPConnection("127.0.0.1", timeout=10)) as link:
        link.sock = socket.socket(socket.AF_UNIX)
        folder = os.open(path.parent, os.O_RDONLY)
        # The path itself is longer than the name of a socket may be.
        link.sock.connect(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        link.request("GET", "/credentials")
        return json.loads(link.getresponse().read())


def test_boto3_in_a_container_uploads_to_its_output_and_is_refused_elsewhere(contained):
    contained.connection.put_object("jupyter-train", "other/secret", b"secret")
    contained.contain(
        "job",
        """
    s3 = client("s3", 4)
    print("who", client("sts", 4).get_caller_identity()["Arn"], flush=True)
    place = {"Bucket": "jupyter-train", "Key": "job/mine/weights"}
    s3.put_object(Body=b"x" * 3_000_000, **place)
    print("back", len(s3.get_object(**place)["Body"].read()))
    print("beside", said(s3.put_object, Bucket="jupyter-train", Key="job-2/x", Body=b"x"))
    print("other", said(s3.get_object, Bucket="jupyter-train", Key="other/secret"))
    print("list", said(s3.list_objects_v2, Bucket="jupyter-train"))
    print("stop", said(client("sagemaker").stop_training_job, TrainingJobName="job"))
    """,
    )
    assert contained.ended("job")["TrainingJobStatus"] == "Completed", contained.lines("job")
    told = dict(line.split(" ", 1) for line in contained.lines("job"))
    assert told["who"] == "arn:aws:sts::000000000000:assumed-role/jupyter-train/job"
    assert told["back"] == "3000000"
    assert told["beside"] == told["other"] == told["list"] == "AccessDenied"
    assert told["stop"] == "AccessDeniedException"
    kept = contained.home / "objects" / "jupyter-train" / "job" / "mine" / "weights"
    assert kept.stat().st_size == 3_000_000


def test_a_container_trains_on_while_its_manager_is_away_and_reaches_the_next_one(contained):
    contained.contain(
        "job",
        """
    s3, last = client("s3"), None
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = said(s3.put_object, Bucket="jupyter-train", Key="job/x", Body=b"x")
        if now != last:
            print("now", now, flush=True)
        if now == "ok" and last == "ServiceUnavailable":
            break
        last, _ = now, time.sleep(0.05)
    """,
    )
    training(contained, "now ok")
    contained.manager.end(signal.SIGKILL)
    training(contained, "now ServiceUnavailable")
    contained.reconnect()
    assert contained.ended("job")["TrainingJobStatus"] == "Completed"
    assert contained.lines("job")[-1] == "now ok"
    assert "now AccessDenied" not in contained.lines("job")


ESCAPES = """
    link = "/opt/jupyter-train/link"
    print("door", sorted(os.listdir(link)))
    def attempted(call):
        try:
            call()
            return "done"
        except OSError as error:
            return type(error).__name__ + " " + str(error.errno)
    print("unlink", attempted(lambda: os.unlink(link + "/manager.sock")))
    print("replace", attempted(lambda: open(link + "/x", "w")))
    print("up", attempted(lambda: os.listdir("/opt/jupyter-train/../../../{home}")))
    def reach(address, port):
        socket.create_connection((address, port), timeout=2).close()
    gateway = [line.split()[2] for line in open("/proc/net/route") if line.split()[1] == "00000000"]
    for each in gateway:
        address = ".".join(str(int(each[n:n + 2], 16)) for n in (6, 4, 2, 0))
        print("gateway", attempted(lambda: reach(address, {port})))
    print("loopback", attempted(lambda: reach("127.0.0.1", {port})))
    print("metadata", attempted(lambda: reach("169.254.169.254", 80)))
    print("others", [n for n in os.listdir("/opt/jupyter-train") if "attempt" in n])
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_container_has_no_way_around_its_door(contained):
    port = contained.connection.url.rpartition(":")[2]
    contained.contain("job", ESCAPES.format(port=port, home=str(contained.home)))
    training(contained, "ready")
    told = [line.split(" ", 1) for line in said(contained)]
    found = dict(each for each in told if len(each) == 2)
    assert found["door"] == "['manager.sock']"
    assert found["unlink"] == found["replace"] == "OSError 30"  # a read-only file system
    assert found["up"] == "FileNotFoundError 2"
    assert found["loopback"].startswith("ConnectionRefused")
    assert "done" not in [words for name, words in told[:-1]]


def test_keys_of_one_job_are_no_good_elsewhere_and_are_written_nowhere(contained, docker_engine):
    contained.contain(
        "job",
        """
    client("sts", 4).get_caller_identity()
    print("ready", flush=True)
    time.sleep(60)
    """,
    )
    training(contained, "ready")
    facts = find_manager(contained.home)
    keys = credentials(door_of(contained))
    secrets = [keys["SecretAccessKey"], keys["Token"], facts.secret_key, facts.token]
    words = [json.dumps(each.attrs) for each in docker_engine.containers()]
    words += [" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])]
    words += [str(contained.describe("job")), *said(contained)]
    files = [each for each in contained.home.rglob("*") if each.name not in KEEPERS]
    found = b"".join(each.read_bytes() for each in files if each.is_file())
    for secret in secrets:
        assert not [each for each in words if secret in each]
        assert secret.encode() not in found
    sts = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=facts.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["Token"],
    )
    with closing(sts), pytest.raises(sts.exceptions.ClientError, match="UnrecognizedClient"):
        sts.get_caller_identity()
    contained.connection.call("StopTrainingJob", {"TrainingJobName": "job"})
    contained.ended("job")
    contained.until(lambda: not list(contained.home.glob("attempts/*/link")))


def test_an_isolated_container_has_no_door(contained):
    contained.contain(
        "job",
        """
    print("door", os.listdir("/opt/jupyter-train/link"), "AWS_ENDPOINT_URL" in os.environ)
    """,
        EnableNetworkIsolation=True,
    )
    assert contained.ended("job")["TrainingJobStatus"] == "Completed"
    assert contained.lines("job") == ["door [] False"]


def test_a_warm_container_comes_in_by_the_door_of_the_job_that_takes_it(contained):
    script = """
    print("who", client("sts", 4).get_caller_identity()["Arn"])
    """
    given = {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1}
    for name, kept in (("first", 60), ("second", 0)):
        resources = {**given, **({"KeepAlivePeriodInSeconds": kept} if kept else {})}
        contained.contain(name, script, ResourceConfig=resources)
        assert contained.ended(name)["TrainingJobStatus"] == "Completed"
        assert contained.lines(name)[0].endswith(f":assumed-role/jupyter-train/{name}")
        expected = "Available" if kept else "Reused"
        contained.until(lambda told=expected: pool_of(contained, "first") == told)


def test_a_container_that_runs_as_its_images_user_comes_in_too(contained, docker_engine):
    image = docker_engine.build("other-user", "ARG BASE\nFROM ${BASE}\nUSER 12345:12345\n")
    (contained.home / "config.toml").write_text('[docker]\nimage_user = ["jupyter-train"]\n')
    contained.manager.end()
    contained.reconnect()
    contained.contain(
        "job",
        """
    print(os.getuid(), client("sts", 4).get_caller_identity()["Arn"].split("/")[-1])
    """,
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
    )
    assert contained.ended("job")["TrainingJobStatus"] == "Completed"
    assert contained.lines("job") == ["12345 job"]
