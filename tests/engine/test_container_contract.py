"""What a real container finds below /opt/ml, and what becomes of what it leaves there."""

import json
import tarfile

import pytest

pytestmark = [pytest.mark.timeout(120)]
# One line: AWS's own pattern lets no others through.
REPORT = (
    "import json, pathlib; config = pathlib.Path('/opt/ml/input/config'); "
    "print(json.dumps({path.name: json.loads(path.read_text()) for path in config.iterdir()}))"
)
HOOK = {
    "S3OutputPath": "s3://jupyter-train/tensors",
    "LocalPath": "/opt/ml/output/tensors",
    "HookParameters": {"save_interval": "10"},
    "CollectionConfigurations": [{"CollectionName": "weights", "CollectionParameters": {"a": "b"}}],
}
PROFILER = {
    "S3OutputPath": "s3://jupyter-train/profiles",
    "ProfilingIntervalInMilliseconds": 500,
    "ProfilingParameters": {"DataloaderProfilingConfig": '{"StartStep": 5}'},
}
CHECKPOINTS = {"S3Uri": "s3://jupyter-train/kept", "LocalPath": "/opt/ml/kept"}
OUTPUT = {"S3OutputPath": "s3://jupyter-train", "CompressionType": "GZIP", "KmsKeyId": ""}
LEAVES = "cd /opt/ml/output/data && mkdir -p a && echo 1 >a/one && ln a/one two && echo done"


@pytest.fixture
def run(contain):
    """Run a program in a container to its good end; returns its log."""

    def ran(*argv, **members):
        record, log = contain(*argv, **members)
        assert record.status == "Completed", record.failure_reason
        return log

    return ran


def test_the_files_of_configuration_say_what_was_asked_for(run):
    members = {
        "DebugHookConfig": HOOK,
        "ProfilerConfig": PROFILER,
        "CheckpointConfig": CHECKPOINTS,
        "OutputDataConfig": OUTPUT,
    }
    (line,) = run("python3", "-c", REPORT, **members)
    found = json.loads(line)
    assert found["debughookconfig.json"] == HOOK
    assert found["profilerconfig.json"] == PROFILER
    assert found["checkpointconfig.json"] == CHECKPOINTS
    assert found["upstreamoutputdataconfig.json"] == OUTPUT
    told = {name: found["trainingjobconfig.json"][name] for name in members}
    assert told == members


def test_what_a_container_leaves_as_output_is_an_archive(run, workshop):
    assert run("/bin/sh", "-c", LEAVES) == ["done"]
    with tarfile.open(workshop.object("job-1/output/output.tar.gz")) as archive:
        names = {each.name: each for each in archive if not each.isdir()}
        assert sorted(names) == ["a/one", "two"]
        assert archive.extractfile("two").read() == b"1\n"


def test_output_is_single_objects_where_that_is_asked_for(run, workshop):
    run("/bin/sh", "-c", LEAVES, OutputDataConfig={**OUTPUT, "CompressionType": "NONE"})
    assert workshop.object("job-1/output/output/a/one").read_text() == "1\n"
