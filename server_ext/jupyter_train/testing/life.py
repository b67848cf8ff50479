"""What becomes of a job from its request to its model, on any Runtime: inherit the class."""

import asyncio
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..contract.record import JobRecord
from ..engine.errors import RefusedError
from ..store.base import Series
from .workshop import Workshop, ended, log_of, until

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
SAVES_ON_SIGTERM = """
    import os, pathlib, signal, sys, time
    def save(*_):
        print("saving", flush=True)
        pathlib.Path(os.environ["SM_MODEL_DIR"], "half").write_text("1")
        sys.exit(0)
    signal.signal(signal.SIGTERM, save)
    print("ready", flush=True)
    time.sleep(60)
"""
IGNORES_SIGTERM = """
    import os, signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
    else:
        print("ready", flush=True)
    time.sleep(60)
"""
LOSS = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]}
WHOLE_MACHINE = {"ResourceConfig": {"InstanceType": "ml.m5.24xlarge"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What there is of a job that has ended."""

    record: JobRecord
    log: list[str]
    series: Mapping[str, Series]

    @property
    def stays(self) -> list[str]:
        """The secondary statuses, in order."""
        return [str(stay.status) for stay in self.record.transitions]


class LifeSuite:
    """The fixture `workshop` makes managers of an empty state folder; its jobs run in the runtime.

    Each job is a script: a runtime of images says which image in `workshop.given`.
    """

    def play(self, workshop: Workshop, script: str, **members: Any) -> Played:
        """Run one script as a job to its end."""

        async def scene() -> Played:
            async with workshop.manager() as manager:
                await manager.submit(workshop.document(script, **members), {}, "me")
                record = await ended(manager, "job-1")
                series = {each.name: each for each in manager.curves.series(record.id)}
                return Played(record=record, log=log_of(manager, record), series=series)

        return asyncio.run(scene())

    def stop_when_ready(self, workshop: Workshop, script: str) -> Played:
        """Run a script, and stop it, twice, when it says that it is ready."""

        async def scene() -> Played:
            async with workshop.manager() as manager:
                await manager.submit(workshop.document(script), {}, "me")
                await until(manager, "job-1", condition=lambda job: "ready" in log_of(manager, job))
                await manager.stop("job-1")
                await manager.stop("job-1")
                record = await ended(manager, "job-1")
                return Played(record=record, log=log_of(manager, record), series={})

        return asyncio.run(scene())

    def test_a_job_that_succeeds_leaves_its_log_its_model_and_nothing_else(
        self, workshop: Workshop
    ) -> None:
        """In the object folder."""
        played = self.play(workshop, MODEL)
        assert played.stays == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
        assert "hello" in played.log
        assert played.record.artifact_uri == "s3://jupyter-train/job-1/output/model.tar.gz"
        with tarfile.open(workshop.object("job-1/output/model.tar.gz")) as archive:
            weights = archive.extractfile("weights")
            assert weights is not None
            assert weights.read() == b"42"
        assert list(workshop.settings.attempts.iterdir()) == []

    def test_an_uncompressed_model_is_published_file_by_file(self, workshop: Workshop) -> None:
        """Below a name that ends with a slash."""
        played = self.play(workshop, MODEL, OutputDataConfig={"CompressionType": "NONE"})
        assert played.record.artifact_uri == "s3://jupyter-train/job-1/output/model/"
        assert workshop.object("job-1/output/model/weights").read_text() == "42"

    def test_a_failing_script_says_why_in_the_words_of_its_log(self, workshop: Workshop) -> None:
        """With its exit code."""
        record = self.play(workshop, "1 / 0").record
        reason = record.failure_reason or ""
        assert record.status == "Failed"
        assert reason.startswith("AlgorithmError: ZeroDivisionError: division by zero")
        assert reason.endswith("exit code: 1")

    def test_a_failure_file_is_the_reason_where_there_is_one(self, workshop: Workshop) -> None:
        """Whatever the log says."""
        script = """
            import os, pathlib, sys
            pathlib.Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("no convergence")
            sys.exit(3)
        """
        reason = self.play(workshop, script).record.failure_reason
        assert reason == "AlgorithmError: no convergence, exit code: 3"

    def test_output_data_of_a_failed_job_are_kept(self, workshop: Workshop) -> None:
        """Beside where its model would be."""
        script = """
            import os, pathlib
            pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "report").write_text("so far")
            raise SystemExit(1)
        """
        self.play(workshop, script)
        assert workshop.object("job-1/output/output.tar.gz").is_file()

    def test_a_missing_script_is_named_with_what_there_is(self, workshop: Workshop) -> None:
        """As a mistake of the request."""
        members = {"HyperParameters": {"sagemaker_program": "trian.py"}}
        reason = self.play(workshop, MODEL, **members).record.failure_reason
        expected = "ClientError: no script 'trian.py' in the source archive; there is: train.py"
        assert reason == expected

    def test_a_missing_channel_fails_before_training(self, workshop: Workshop) -> None:
        """With its name and what is missing."""
        played = self.play(workshop, MODEL, InputDataConfig=[channel("/no/such/folder")])
        assert played.stays[-2:] == ["Downloading", "Failed"]
        assert "channel 'training'" in (played.record.failure_reason or "")
        assert "/no/such/folder" in (played.record.failure_reason or "")

    def test_a_channel_is_read_in_place(self, workshop: Workshop, tmp_path: Path) -> None:
        """Where the environment says."""
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "rows.csv").write_text("1,2")
        script = """
            import os
            print(open(os.environ["SM_CHANNEL_TRAINING"] + "/rows.csv").read())
        """
        played = self.play(workshop, script, InputDataConfig=[channel(str(tmp_path / "data"))])
        assert "1,2" in played.log

    def test_hyperparameters_arrive_as_arguments_and_as_files(self, workshop: Workshop) -> None:
        """And as variables."""
        script = """
            import json, os, sys
            path = os.environ["SM_INPUT_CONFIG_DIR"] + "/hyperparameters.json"
            print(json.dumps([sys.argv[1:], json.load(open(path))["lr"], os.environ["SM_HP_LR"]]))
        """
        log = self.play(workshop, script, HyperParameters={"lr": "0.1"}).log
        assert json.loads(log[-1]) == [["--lr", "0.1"], "0.1", "0.1"]

    def test_metrics_come_from_the_log_and_from_the_toolkit(self, workshop: Workshop) -> None:
        """Each series by its name."""
        script = """
            from jupyter_train_toolkit import log
            for step in range(5):
                print(f"loss={1 / (step + 1)}")
                log({"accuracy": step / 10}, step)
        """
        series = self.play(workshop, script, AlgorithmSpecification=LOSS).series
        assert (series["loss"].count, series["loss"].last_value) == (5, 0.2)
        assert (series["accuracy"].count, series["accuracy"].last_step) == (5, 4)

    def test_what_a_script_both_prints_and_logs_is_counted_once(self, workshop: Workshop) -> None:
        """With the steps that it logs."""
        script = """
            from jupyter_train_toolkit import log
            for step in range(50):
                print(f"loss={step}")
                log({"loss": step}, step * 10)
        """
        series = self.play(workshop, script, AlgorithmSpecification=LOSS).series
        assert (series["loss"].count, series["loss"].last_step) == (50, 490)

    def test_the_environment_is_clean_but_for_what_the_contract_and_the_user_say(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the manager has is none of the job's."""
        monkeypatch.setenv("SECRET_OF_THE_FIRST_CLIENT", "x")
        script = "import os; print(sorted(os.environ))"
        log = self.play(workshop, script, Environment={"MINE": "1"}).log
        assert "'MINE'" in log[-1]
        assert "SECRET" not in log[-1]

    def test_a_job_that_runs_too_long_is_stopped_and_its_model_kept(
        self, workshop: Workshop
    ) -> None:
        """As on AWS."""
        limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 2}}
        record = self.play(workshop, MODEL + "    import time; time.sleep(60)\n", **limit).record
        assert (record.status, record.secondary) == ("Stopped", "MaxRuntimeExceeded")
        assert workshop.object("job-1/output/model.tar.gz").is_file()

    def test_a_stopped_job_may_save_what_it_has(self, workshop: Workshop) -> None:
        """Before it is stopped."""
        played = self.stop_when_ready(workshop, SAVES_ON_SIGTERM)
        assert played.stays[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
        assert played.log[-1] == "saving"

    def test_a_job_that_ignores_sigterm_is_killed_after_its_grace(self, workshop: Workshop) -> None:
        """With all that it has started."""
        record = self.stop_when_ready(workshop, IGNORES_SIGTERM).record
        assert (record.status, record.exit_code) == ("Stopped", 137)

    def test_a_job_that_waits_can_be_stopped_before_it_starts(self, workshop: Workshop) -> None:
        """There is no log of it."""

        async def scene() -> JobRecord:
            async with workshop.manager() as manager:
                for name in ("first", "second"):
                    document = workshop.document(WAITS, name, **WHOLE_MACHINE)
                    await manager.submit(document, {}, "me")
                await until(manager, "second", condition=lambda job: job.secondary == "Pending")
                await manager.stop("second")
                record = await ended(manager, "second")
                await manager.stop("first")
                await ended(manager, "first")
                return record

        stays = [str(stay.status) for stay in asyncio.run(scene()).transitions]
        assert stays == ["Starting", "Pending", "Stopping", "Stopped"]

    def test_a_name_is_free_again_once_its_job_is_deleted(self, workshop: Workshop) -> None:
        """Of the first job nothing is left."""

        async def scene() -> tuple[str, str, list[str]]:
            async with workshop.manager() as manager:
                document = workshop.document(MODEL)
                first = await manager.submit(document, {}, "me")
                with pytest.raises(RefusedError, match="cannot be deleted"):
                    await manager.delete("job-1")
                await ended(manager, "job-1")
                await manager.delete("job-1")
                second = await manager.submit(document, {}, "me")
                await ended(manager, "job-1")
                return first.id, second.id, manager.logs.streams(first.id)

        first, second, streams = asyncio.run(scene())
        assert first != second
        assert streams == []

    def test_a_shell_that_opens_its_stderr_anew_takes_no_later_line_away(
        self, workshop: Workshop
    ) -> None:
        """Though it cuts the log, as it would any file."""
        script = """
            import os, time
            for n in range(50):
                print("line", n, flush=True)
            time.sleep(0.3)
            os.system("echo careful > /dev/stderr")
            print("last words")
        """
        assert self.play(workshop, script).log[49:] == ["line 49", "careful", "last words"]


def channel(folder: str, name: str = "training") -> dict[str, Any]:
    """Return a folder of this machine as a channel."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"file://{folder}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
