"""What a job in an image asks of its runtime, and what becomes of what the runtime says."""

import asyncio
import json
from pathlib import Path

import pytest

from jupyter_train.contract.names import SYSTEM
from jupyter_train.engine.errors import RefusedError
from jupyter_train.runtimes.base import Mount, Prepared, Usage
from jupyter_train.testing.scripted import ScriptedRuntime

IMAGE = {"TrainingImage": "mine:1"}
NO_SCRIPT = {"sagemaker_program": "", "sagemaker_submit_directory": ""}


class Engine(ScriptedRuntime):
    """An engine whose containers do what the test tells them, each as soon as it is started."""

    def __init__(self):
        super().__init__(kind="docker")
        self.image = Prepared(image_id="sha256:1", image_digest="mine@sha256:2")
        self.act = self.end

    async def start(self, host, spec):
        await super().start(host, spec)
        self.act(spec)


@pytest.fixture
def engine(workshop):
    engine = Engine()
    workshop.runtimes = {"docker": engine}
    return engine


@pytest.fixture
def launch(play, engine):
    """Play a job in an image; returns (what the runtime was told, record, log, series)."""

    def run(script="", algorithm=None, **members):
        told = {**IMAGE, **(algorithm or {})}
        record, log, series = play(script, AlgorithmSpecification=told, **members)
        return (engine.started or engine.prepared or [None])[-1], record, log, series

    return run


def channel(uri, name="data", kind="S3Prefix"):
    source = {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}
    return {"ChannelName": name, "DataSource": source}


def mounts(spec):
    return {each.target: each for each in spec.container.mounts}


@pytest.mark.parametrize(
    ("given", "argv", "keeps"),
    [
        ({}, ("train",), True),
        ({"ContainerArguments": ["fit", "-v"]}, ("fit", "-v"), True),
        ({"ContainerEntrypoint": ["/bin/run"]}, ("/bin/run",), False),
        (
            {"ContainerEntrypoint": ["/bin/run"], "ContainerArguments": ["x"]},
            ("/bin/run", "x"),
            False,
        ),
    ],
)
def test_an_image_is_run_as_sagemaker_runs_it(launch, given, argv, keeps):
    spec, record, _, _ = launch(algorithm=given, HyperParameters=NO_SCRIPT)
    assert (spec.argv, spec.container.keep_entrypoint) == (argv, keeps)
    assert (spec.container.image, spec.container.script_mode) == ("mine:1", False)
    assert (record.status, record.runtime) == ("Completed", "docker")


def test_an_image_needs_no_script_and_with_one_is_in_script_mode(launch):
    spec, _, _, _ = launch("print('hello')")
    assert spec.container.script_mode
    assert str(spec.working_directory) == "/opt/ml/code"
    assert mounts(spec)["/opt/ml/code"].writable
    assert mounts(spec)["/opt/jupyter-train/envs"].writable


def test_a_named_entrypoint_needs_no_source_of_ours(launch):
    spec, _, _, _ = launch("print()", algorithm={"ContainerEntrypoint": ["/bin/sh"]})
    assert not spec.container.script_mode
    assert {"/opt/ml/code", "/opt/jupyter-train/envs"}.isdisjoint(mounts(spec))


def test_the_source_of_an_isolated_job_is_an_object_of_a_channel(launch, workshop, engine):
    key = workshop.source("code", {"main.py": "1"})
    engine.act = lambda spec: (
        engine.write(spec, str(sorted(p.name for p in (Path(spec.folder) / "ml/code").iterdir()))),
        engine.end(spec),
    )
    where = "/opt/ml/input/data/code/sourcedir.tar.gz"
    spec, record, log, _ = launch(
        HyperParameters={"sagemaker_program": "main.py", "sagemaker_submit_directory": where},
        InputDataConfig=[channel(f"s3://jupyter-train/{key.rpartition('/')[0]}/", "code")],
        EnableNetworkIsolation=True,
    )
    assert record.failure_reason is None
    assert (log, spec.container.isolated) == (["['main.py']"], True)


def test_the_environment_is_the_contracts_and_the_users_and_nothing_of_the_manager(launch):
    mine = {"MINE": "1", "SM_LOG_LEVEL": "10", "JUPYTER_TRAIN_PYTHON": "/usr/bin/python"}
    spec, _, _, _ = launch(Environment=mine, HyperParameters={**NO_SCRIPT, "a=b": "1", "lr": "2"})
    found = spec.environment
    assert (found["MINE"], found["SM_LOG_LEVEL"], found["SM_HP_LR"]) == ("1", "10", "2")
    assert (found["SM_MODEL_DIR"], found["CURRENT_HOST"]) == ("/opt/ml/model", "algo-1")
    assert found["JUPYTER_TRAIN_METRICS"] == "/opt/jupyter-train/metrics"
    unwanted = {"PATH", "HOME", "USER", "PYTHONPATH", "JUPYTER_TRAIN_PYTHON", "SM_HP_A=B"}
    assert unwanted.isdisjoint(found)


def test_how_many_threads_libraries_start_is_the_image_s_to_say(launch):
    spec, _, _, _ = launch(ResourceConfig={"InstanceType": "ml.m5.xlarge"})
    assert spec.container.defaults == {"OMP_NUM_THREADS": "4"}
    assert "OMP_NUM_THREADS" not in spec.environment


def test_as_many_hyperparameters_as_sagemaker_takes_leave_out_only_what_repeats_them_all(launch):
    many = {f"h{n}": "x" * 2500 for n in range(90)}
    found = launch(HyperParameters={**NO_SCRIPT, **many})[0].environment
    assert found["SM_HP_H89"] == "x" * 2500
    assert "SM_MODEL_DIR" in found
    assert {"SM_HPS", "SM_USER_ARGS", "SM_TRAINING_ENV"}.isdisjoint(found)


# sagemaker-training's own list; a script in any image may read each of them.
_NAMES = [
    "MODEL_DIR",
    "CHANNELS",
    "HPS",
    "CURRENT_HOST",
    "HOSTS",
    "NUM_GPUS",
    "NUM_NEURONS",
    "NUM_CPUS",
    "LOG_LEVEL",
    "USER_ARGS",
    "NETWORK_INTERFACE_NAME",
    "INPUT_DIR",
    "INPUT_CONFIG_DIR",
    "OUTPUT_DIR",
    "OUTPUT_DATA_DIR",
    "RESOURCE_CONFIG",
    "OUTPUT_INTERMEDIATE_DIR",
    "INPUT_DATA_CONFIG",
    "FRAMEWORK_PARAMS",
    "FRAMEWORK_MODULE",
    "MODULE_NAME",
    "MODULE_DIR",
    "USER_ENTRY_POINT",
    "CURRENT_INSTANCE_TYPE",
    "CURRENT_INSTANCE_GROUP",
    "CURRENT_INSTANCE_GROUP_HOSTS",
    "INSTANCE_GROUPS",
    "INSTANCE_GROUPS_DICT",
    "DISTRIBUTION_INSTANCE_GROUPS",
    "IS_HETERO",
    "TRAINING_ENV",
]


@pytest.mark.parametrize("name", _NAMES)
def test_every_variable_of_the_training_toolkit_is_there(launch, name):
    assert f"SM_{name}" in launch()[0].environment


def test_every_file_of_the_contract_is_there_and_holds_no_secret(launch, engine):
    found = {}

    def read(spec):
        for path in (Path(spec.folder) / "ml/input/config").iterdir():
            found[path.name] = json.loads(path.read_text())
        engine.end(spec)

    engine.act = read
    launch(
        Environment={"TOKEN": "hush"},
        CheckpointConfig={"S3Uri": "s3://jupyter-train/kept", "LocalPath": "/opt/ml/kept"},
        DebugHookConfig={"S3OutputPath": "s3://jupyter-train/debug"},
        InputDataConfig=[channel("s3://jupyter-train/job-1/source/")],
    )
    assert found["checkpointconfig.json"]["LocalPath"] == "/opt/ml/kept"
    assert found["resourceconfig.json"]["network_interface_name"] == "eth0"
    assert found["inputdataconfig.json"]["data"]["TrainingInputMode"] == "File"
    assert found["debughookconfig.json"] == {"S3OutputPath": "s3://jupyter-train/debug"}
    assert found["trainingjobconfig.json"]["TrainingJobName"] == "job-1"
    assert "profilerconfig.json" not in found
    assert "hush" not in str(found)


def test_a_folder_is_mounted_where_it_is_and_only_for_reading(launch, tmp_path):
    (tmp_path / "data").mkdir()
    spec, _, _, _ = launch(InputDataConfig=[channel(f"file://{tmp_path}/data")])
    expected = Mount(source=tmp_path / "data", target="/opt/ml/input/data/data")
    assert mounts(spec)["/opt/ml/input/data/data"] == expected


def test_single_objects_are_the_same_files_and_no_links(launch, workshop, engine):
    workshop.object("set/one").parent.mkdir(parents=True)
    workshop.object("set/one").write_text("1")
    seen = []

    def look(spec):
        file = mounts(spec)["/opt/ml/input/data/data"].source / "one"
        seen.append(
            (
                file.is_symlink(),
                file.stat().st_ino,
                (Path(spec.folder) / "ml/input/data/data").is_dir(),
            )
        )
        engine.end(spec)

    engine.act = look
    launch(InputDataConfig=[channel("s3://jupyter-train/set/one")])
    assert seen == [(False, workshop.object("set/one").stat().st_ino, True)]


def test_checkpoints_and_tensorboard_are_written_where_they_are_kept(launch, workshop):
    spec, _, _, _ = launch(
        CheckpointConfig={"S3Uri": "s3://jupyter-train/kept"},
        TensorBoardOutputConfig={"S3OutputPath": "s3://jupyter-train/boards"},
    )
    found = mounts(spec)
    kept = Mount(source=workshop.object("kept"), target="/opt/ml/checkpoints", writable=True)
    assert found["/opt/ml/checkpoints"] == kept
    board = found["/opt/ml/output/tensorboard"]
    assert (board.source, board.writable) == (
        workshop.object("boards/job-1/tensorboard-output"),
        True,
    )


def test_how_far_the_image_is_pulled_is_told_and_what_it_is_recorded(launch, engine):
    engine.pulling = ("Pulling mine:1", "Pulling mine:1: 50 %")
    _, record, _, _ = launch()
    told = {str(stay.status): stay.message for stay in record.transitions}
    assert told["Downloading"] == "Pulling mine:1: 50 %"
    assert (record.image, record.image_digest) == ("sha256:1", "mine@sha256:2")


def test_a_stop_ends_the_pull(workshop, engine, wait):
    ended = []

    async def hang(host, spec, tell):
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(str(spec.container.image))

    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", AlgorithmSpecification=IMAGE), {}, "me")
            await begun.wait()
            await manager.stop("job-1")
            return await wait.ended(manager, "job-1")

    begun, engine.prepare = asyncio.Event(), hang
    record = asyncio.run(scene())
    assert (record.status, record.training_started, ended) == ("Stopped", None, ["mine:1"])


def test_what_cannot_be_run_is_its_owners_to_mend(launch, engine):
    engine.act = lambda spec: engine.refuse(spec, "the image mine:1 has no program 'train'")
    _, record, _, _ = launch()
    assert record.failure_reason == "ClientError: the image mine:1 has no program 'train'"
    assert record.exit_code == 127


BIG = {"ResourceConfig": {"InstanceType": "ml.m5.large"}}


def test_a_job_that_ran_out_of_memory_is_told_its_limit(launch, engine):
    engine.act = lambda spec: (engine.exhaust(spec), engine.end(spec, 137))
    _, record, _, _ = launch(**BIG)
    words = "AlgorithmError: exit code: 137 (out of memory: the container's limit was 8 GiB)"
    assert record.failure_reason == words


def test_a_child_that_was_killed_for_memory_is_a_fact_and_no_verdict(launch, engine):
    engine.act = lambda spec: (engine.exhaust(spec), engine.end(spec, 0))
    _, record, _, _ = launch(**BIG)
    told = {str(stay.status): stay.message for stay in record.transitions}
    assert record.status == "Completed"
    assert told["Uploading"].endswith("out of memory: the container's limit was 8 GiB")


def test_memory_is_limited_by_the_instance_type_only(launch, engine):
    spec, _, _, _ = launch(**BIG)
    assert (spec.resources.memory, spec.container.shared_memory) == (8 << 30, 4 << 30)


def test_local_has_no_memory_limit(launch):
    spec, _, _, _ = launch()
    assert spec.resources.memory == 0
    assert spec.container.shared_memory > 0
    assert spec.container.volume == 1 << 30


def test_an_engine_that_is_not_there_is_said_before_anything_is_created(workshop, engine):
    engine.missing = "no docker engine answers; start it"

    async def scene():
        async with workshop.manager() as manager:
            document = workshop.document("", AlgorithmSpecification=IMAGE)
            with pytest.raises(RefusedError) as refused:
                await manager.submit(document, {}, "me")
            plain = workshop.document(
                "", "plain", AlgorithmSpecification={"TrainingImage": "process"}
            )
            await manager.check(plain)
            return str(refused.value), manager.jobs.counts()

    said, jobs = asyncio.run(scene())
    assert "'mine:1' at 'algorithmSpecification.trainingImage'" in said
    assert "no docker engine answers; start it" in said
    assert jobs == {}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/opt/ml",
        "/opt/ml/model",
        "/opt/ml/input/data/x",
        "/opt/jupyter-train/log",
        "x",
        "/a/../etc",
        "//opt/ml/input/data/x",
        "//opt/jupyter-train/toolkit",
    ],
)
def test_nothing_is_mounted_over_what_a_job_has_already(workshop, engine, path):
    config = {"S3Uri": "s3://jupyter-train/kept", "LocalPath": path}
    document = workshop.document("", AlgorithmSpecification=IMAGE, CheckpointConfig=config)

    async def scene():
        async with workshop.manager() as manager:
            with pytest.raises(RefusedError, match=r"checkpointConfig\.localPath"):
                await manager.check(document)

    asyncio.run(scene())


def test_what_a_container_uses_is_sampled_into_curves_of_its_own(workshop, engine, wait):
    workshop.measure(0.01)
    names = {f"{SYSTEM}{name}" for name in ("CPUUtilization", "MemoryUtilization", "NetworkIn")}

    def use(spec, time):
        engine.used[spec.key] = Usage(
            time=time, cpu_seconds=time * 1.5, memory=1 << 30, memory_limit=4 << 30
        )

    async def scene():
        async with workshop.manager() as manager:
            engine.act = lambda spec: use(spec, 1.0)
            await manager.submit(workshop.document("", AlgorithmSpecification=IMAGE), {}, "me")
            job_id = manager.jobs.find("job-1").id
            for time in range(2, 1000):
                found = {each.name: each for each in manager.curves.series(job_id)}
                if names <= found.keys():
                    break
                if engine.started:
                    use(engine.started[0], time)
                await asyncio.sleep(0.02)
            engine.end(engine.started[0])
            await wait.ended(manager, "job-1")
            return found

    found = asyncio.run(scene())
    assert found["system/CPUUtilization"].greatest == 150
    assert found["system/MemoryUtilization"].last_value == 25
