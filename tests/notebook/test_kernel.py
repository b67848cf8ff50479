"""What a reader of a notebook sees, in a real kernel with a real manager."""

import pytest

from jupyter_train import TrainingJob
from jupyter_train.notebook.display import MIME_TYPE

WAITING = "%%train --wait --name {name}\nimport time\ntime.sleep(60)"


@pytest.fixture
def kernel(start_kernel, home):
    """A kernel whose jobs go to this test's manager."""
    return start_kernel(home)


def test_a_cell_shows_one_live_view_at_once_and_its_end_in_the_same_output(kernel):
    (shown, ended) = kernel.run("%%train --wait\nprint('hello')")
    assert [shown[0], ended[0]] == ["display_data", "update_display_data"]
    assert shown[1]["transient"] == ended[1]["transient"]
    assert set(shown[1]["data"]) == {MIME_TYPE, "text/html", "text/plain"}
    assert "Completed" in ended[1]["data"]["text/plain"]
    assert "hello" in ended[1]["data"]["text/html"]


def test_interrupting_the_kernel_ends_the_waiting_and_not_the_job(kernel, session):
    def interrupt(kind):
        if kind == "display_data":
            kernel.manager.interrupt_kernel()

    heard = kernel.run(WAITING.format(name="interrupted"), interrupt)
    job = TrainingJob("interrupted", session)
    assert job.status == "InProgress"
    job.stop()
    kind, error = heard[-1]
    assert kind == "error"
    (text,) = error["traceback"]
    assert text.startswith("Interrupted: no longer waiting; training job interrupted goes on.")
    assert text.endswith("job.stop() ends it (here: _job, or %stop interrupted)")


def test_interrupting_a_log_that_is_followed_ends_the_following_only(kernel, session):
    kernel.run("%%train --name followed\nimport time\nprint('begun', flush=True)\ntime.sleep(60)")

    def interrupt(kind):
        if kind == "stream":
            kernel.manager.interrupt_kernel()

    heard = kernel.run("%logs -f followed", interrupt)
    job = TrainingJob("followed", session)
    assert job.status == "InProgress"
    job.stop()
    (text,) = heard[-1][1]["traceback"]
    assert text.startswith("Interrupted: no longer waiting; training job followed goes on.")


def test_an_output_is_written_once_more_when_its_job_ends_while_the_kernel_is_idle(kernel):
    script = "import time\nprint('loss=1')\nprint('loss=2')\ntime.sleep(1)"
    heard = kernel.run(f"%%train -m 'loss=loss=(.*)'\n{script}")
    shown = [content for kind, content in heard if kind == "display_data"][-1]
    update = kernel.next_update(20)
    assert update["transient"] == shown["transient"]
    assert "Completed" in update["data"]["text/plain"]
    assert "data:image/svg+xml" in update["data"]["text/html"]
    assert kernel.next_update(3) is None


def test_a_cell_that_ends_after_the_job_writes_its_output_too(kernel):
    kernel.run("%%train --name behind\nprint('hello')")
    heard = kernel.run("import time\ntime.sleep(4)")
    (update,) = [content for kind, content in heard if kind == "update_display_data"]
    assert "Completed" in update["data"]["text/plain"]


def test_tab_help_jobs_logs_curves_and_clones_in_a_kernel(kernel):
    kernel.run("%%train --name all-of-it --wait -m 'loss=loss=(.*)'\nprint('loss=1')")
    assert "--wait" in kernel.complete("%%train --wa")
    assert "all-of-it" in kernel.complete("%logs all-of")
    (told,) = kernel.run("%train --help")
    assert "--instance-type" in told[1]["text"]
    (table,) = kernel.run("%jobs all-of-it")
    assert "loss=1" in table[1]["data"]["text/plain"]
    (printed,) = kernel.run("%logs -f all-of-it")
    assert printed[1]["text"] == "loss=1\n"
    (curve,) = kernel.run("%curve all-of-it loss")
    assert curve[1]["data"]["application/vnd.plotly.v1+json"]["data"][0]["y"] == [1.0]
    assert kernel.next_input("%clone all-of-it").startswith("%%train -m 'loss=loss=(.*)'\nprint")


def test_a_failed_job_is_shown_as_its_own_end_and_not_as_a_stack(kernel):
    heard = kernel.run("%%train --wait --name failing\nprint('so far')\n1 / 0")
    assert heard[-1][0] == "error"
    (text,) = heard[-1][1]["traceback"]
    assert text.startswith("TrainingJobFailed: training job failing failed: AlgorithmError")
    assert "ZeroDivisionError" in text
    assert "so far" in text


def test_a_job_outlives_its_kernel(kernel, session):
    kernel.run("%%train --name outlived\nimport time\nprint('begun', flush=True)\ntime.sleep(60)")
    kernel.manager.shutdown_kernel(now=True)
    job = TrainingJob("outlived", session)
    assert next(job.follow()) == "begun"
    assert job.status == "InProgress"
    job.stop()


def test_a_wrong_option_is_one_line(kernel):
    (content,) = [said for kind, said in kernel.run("%%train -p lr\npass") if kind == "stream"]
    assert content["name"] == "stderr"
    assert content["text"].startswith("UsageError: argument -p/--param: 'lr' is not NAME=VALUE")
