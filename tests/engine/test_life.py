"""The life of a job on this machine, from the request to the model."""

import asyncio
import json
import tarfile

import pytest

from jupyter_train.engine.attempt import Attempt
from jupyter_train.engine.errors import RefusedError

MODEL = """
    import os, pathlib
    print("hello")
    pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
"""
WAITS = """
    import time
    print("ready", flush=True)
    time.sleep(60)
"""


def stays(record):
    return [str(stay.status) for stay in record.transitions]


def test_a_job_that_succeeds_leaves_its_log_its_model_and_nothing_else(play, workshop):
    record, log, _ = play(MODEL)
    assert stays(record) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert "hello" in log
    assert record.artifact_uri == "s3://jupyter-train/job-1/output/model.tar.gz"
    with tarfile.open(workshop.object("job-1/output/model.tar.gz")) as archive:
        assert archive.extractfile("weights").read() == b"42"
    assert list((workshop.home / "attempts").iterdir()) == []


def test_an_uncompressed_model_is_published_file_by_file(play, workshop):
    members = {"OutputDataConfig": {"CompressionType": "NONE"}}
    record, _, _ = play(MODEL, **members)
    assert record.artifact_uri == "s3://jupyter-train/job-1/output/model/"
    assert workshop.object("job-1/output/model/weights").read_text() == "42"


def test_a_failing_script_says_why_in_the_words_of_its_log(play):
    record, _, _ = play("1 / 0")
    assert record.status == "Failed"
    assert record.failure_reason.startswith("AlgorithmError: ZeroDivisionError: division by zero")
    assert record.failure_reason.endswith("exit code: 1")


def test_a_failure_file_is_the_reason_where_there_is_one(play):
    script = """
        import os, pathlib, sys
        pathlib.Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("no convergence")
        sys.exit(3)
    """
    assert play(script)[0].failure_reason == "AlgorithmError: no convergence, exit code: 3"


def test_output_data_of_a_failed_job_are_kept(play, workshop):
    script = """
        import os, pathlib
        pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "report").write_text("so far")
        raise SystemExit(1)
    """
    play(script)
    assert workshop.object("job-1/output/output.tar.gz").is_file()


def test_a_missing_script_is_named_with_what_there_is(play):
    members = {"HyperParameters": {"sagemaker_program": "trian.py"}}
    record, _, _ = play(MODEL, **members)
    expected = "ClientError: no script 'trian.py' in the source archive; there is: train.py"
    assert record.failure_reason == expected


def test_a_missing_channel_fails_before_training(play):
    source = {"S3DataType": "S3Prefix", "S3Uri": "file:///no/such/folder"}
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
    record, _, _ = play(MODEL, InputDataConfig=[channel])
    assert stays(record)[-2:] == ["Downloading", "Failed"]
    assert "channel 'training'" in record.failure_reason
    assert "/no/such/folder" in record.failure_reason


def test_a_channel_is_read_in_place(play, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("1,2")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"file://{tmp_path / 'data'}"}
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
    script = """
        import os
        print(open(os.environ["SM_CHANNEL_TRAINING"] + "/rows.csv").read())
    """
    assert "1,2" in play(script, InputDataConfig=[channel])[1]


def test_hyperparameters_arrive_as_arguments_and_as_files(play):
    script = """
        import json, os, sys
        path = os.environ["SM_INPUT_CONFIG_DIR"] + "/hyperparameters.json"
        print(json.dumps([sys.argv[1:], json.load(open(path))["lr"], os.environ["SM_HP_LR"]]))
    """
    _, log, _ = play(script, HyperParameters={"lr": "0.1"})
    assert json.loads(log[-1]) == [["--lr", "0.1"], "0.1", "0.1"]


def test_metrics_come_from_the_log_and_from_the_toolkit(play):
    script = """
        from jupyter_train_toolkit import log
        for step in range(5):
            print(f"loss={1 / (step + 1)}")
            log({"accuracy": step / 10}, step)
    """
    definitions = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]}
    _, _, series = play(script, AlgorithmSpecification=definitions)
    assert (series["loss"].count, series["loss"].last_value) == (5, 0.2)
    assert (series["accuracy"].count, series["accuracy"].last_step) == (5, 4)


def test_what_a_script_both_prints_and_logs_is_counted_once(play):
    script = """
        from jupyter_train_toolkit import log
        for step in range(50):
            print(f"loss={step}")
            log({"loss": step}, step * 10)
    """
    definitions = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]}
    _, _, series = play(script, AlgorithmSpecification=definitions)
    assert (series["loss"].count, series["loss"].last_step) == (50, 490)


def test_the_environment_is_clean_but_for_what_the_contract_and_the_user_say(play, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_FIRST_CLIENT", "x")
    script = "import os; print(sorted(os.environ))"
    _, log, _ = play(script, Environment={"MINE": "1"})
    assert "'MINE'" in log[-1]
    assert "SECRET" not in log[-1]
    assert "AWS_SECRET_ACCESS_KEY" not in log[-1]


def test_a_job_that_runs_too_long_is_stopped_and_its_model_kept(play, workshop):
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    record, _, _ = play(MODEL + "    import time; time.sleep(60)\n", **limit)
    assert (record.status, record.secondary) == ("Stopped", "MaxRuntimeExceeded")
    assert workshop.object("job-1/output/model.tar.gz").is_file()


async def stop_when_ready(workshop, wait, script, **members):
    async with workshop.manager() as manager:
        await manager.submit(workshop.document(script, **members), {}, "me")
        ready = lambda record: "ready" in wait.log_of(manager, record)  # noqa: E731 - a condition
        await wait.until(manager, "job-1", condition=ready)
        await manager.stop("job-1")
        await manager.stop("job-1")
        record = await wait.ended(manager, "job-1")
        return record, wait.log_of(manager, record)


def test_a_stopped_job_may_save_what_it_has(workshop, wait):
    script = """
        import os, pathlib, signal, sys, time
        def save(*_):
            print("saving", flush=True)
            pathlib.Path(os.environ["SM_MODEL_DIR"], "half").write_text("1")
            sys.exit(0)
        signal.signal(signal.SIGTERM, save)
        print("ready", flush=True)
        time.sleep(60)
    """
    record, log = asyncio.run(stop_when_ready(workshop, wait, script))
    assert stays(record)[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
    assert log[-1] == "saving"


def test_a_job_that_ignores_sigterm_is_killed_after_its_grace(workshop, wait):
    script = """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.setsid()
        else:
            print("ready", flush=True)
        time.sleep(60)
    """
    record, _ = asyncio.run(stop_when_ready(workshop, wait, script))
    assert (record.status, record.exit_code) == ("Stopped", 137)


def test_an_error_of_ours_does_not_take_what_a_job_made_with_it(play, workshop, monkeypatch):
    async def breaks(_):
        raise KeyError("collector")

    monkeypatch.setattr(Attempt, "finish_collecting", breaks)
    record, _, _ = play(MODEL)
    assert record.failure_reason.startswith("InternalServerError: KeyError: 'collector'; what the")
    [folder] = (workshop.home / "attempts").iterdir()
    assert (folder / "ml" / "model" / "weights").read_text() == "42"


def test_a_job_that_waits_can_be_stopped_before_it_starts(workshop, wait):
    async def scene():
        async with workshop.manager() as manager:
            big = {"ResourceConfig": {"InstanceType": "ml.m5.24xlarge"}}
            await manager.submit(workshop.document(WAITS, "first", **big), {}, "me")
            await manager.submit(workshop.document(WAITS, "second", **big), {}, "me")
            waits = lambda record: record.secondary == "Pending"  # noqa: E731 - a condition
            await wait.until(manager, "second", condition=waits)
            await manager.stop("second")
            record = await wait.ended(manager, "second")
            await manager.stop("first")
            await wait.ended(manager, "first")
            return record

    assert stays(asyncio.run(scene())) == ["Starting", "Pending", "Stopping", "Stopped"]


def test_a_name_is_free_again_once_its_job_is_deleted(workshop, wait):
    async def scene():
        async with workshop.manager() as manager:
            document = workshop.document(MODEL)
            first = await manager.submit(document, {}, "me")
            with pytest.raises(RefusedError, match="cannot be deleted"):
                await manager.delete("job-1")
            await wait.ended(manager, "job-1")
            await manager.delete("job-1")
            second = await manager.submit(document, {}, "me")
            await wait.ended(manager, "job-1")
            return first.id, second.id, manager.logs.streams(first.id)

    first, second, streams = asyncio.run(scene())
    assert first != second
    assert streams == []


def test_a_job_goes_on_while_no_manager_is_there_and_nothing_of_it_is_missed(workshop, wait):
    script = """
        import time
        for n in range(100):
            print("line", n, flush=True)
            time.sleep(0.01)
    """

    async def first():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document(script), {}, "me")
            begun = lambda record: "line 5" in wait.log_of(manager, record)  # noqa: E731 - a condition
            await wait.until(manager, "job-1", condition=begun)

    async def second():
        async with workshop.manager() as manager:
            record = await wait.ended(manager, "job-1")
            return record, wait.log_of(manager, record)

    asyncio.run(first())
    record, log = asyncio.run(second())
    assert record.status == "Completed"
    assert [line for line in log if line.startswith("line")] == [f"line {n}" for n in range(100)]
    assert record.attempt == 1


def test_a_shell_that_opens_its_stderr_anew_takes_no_later_line_away(play):
    script = """
        import os, time
        for n in range(50):
            print("line", n, flush=True)
        time.sleep(0.3)
        os.system("echo careful > /dev/stderr")
        print("last words")
    """
    _, log, _ = play(script)
    assert log[49:] == ["line 49", "careful", "last words"]
