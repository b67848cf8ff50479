import pytest

from jupyter_train.hosts import machine
from jupyter_train.hosts.base import Gpu


@pytest.mark.parametrize(
    ("file", "text", "cpus"),
    [
        ("cpu.max", "50000 100000", 0.5),
        ("cpu.max", "max 100000", None),
        ("cpu/cpu.cfs_quota_us", "25000", 0.25),
        ("cpu/cpu.cfs_quota_us", "-1", None),
    ],
)
def test_a_quota_bounds_the_cpus(file, text, cpus, tmp_path):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    (tmp_path / file).write_text(text + "\n")
    everything = machine.cpus(tmp_path / "none")
    assert everything >= 1
    assert machine.cpus(tmp_path) == (cpus or everything)


def test_a_limit_bounds_the_memory(tmp_path):
    everything = machine.memory(tmp_path)
    (tmp_path / "memory.max").write_text("1048576\n")
    assert machine.memory(tmp_path) == 1048576 < everything


def test_gpus_are_read_from_the_answer_of_nvidia_smi():
    answer = "GPU-1, NVIDIA H200, 143771\nGPU-2, NVIDIA GB10, [N/A]\nfailed to initialise\n"
    assert machine.gpus(answer) == (
        Gpu(uuid="GPU-1", name="NVIDIA H200", memory=143771 * 1024**2),
        Gpu(uuid="GPU-2", name="NVIDIA GB10", memory=0),
    )
