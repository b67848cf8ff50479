"""What a container tries to reach that is not its own: each attempt is refused."""

import http.server
import subprocess
import tarfile
import threading
from contextlib import contextmanager

import pytest

pytestmark = [pytest.mark.timeout(180)]
METADATA = "169.254.169.254"
SECRET = "the-hosts-own-words"

HEAD = """
import ctypes, os, pathlib, socket, subprocess, time
def tried(name, call):
    try:
        print(name, "done", call(), flush=True)
    except Exception as error:
        print(name, "refused", type(error).__name__, getattr(error, "errno", ""), flush=True)
def reach(address, port):
    with socket.create_connection((address, port), timeout=2) as link:
        link.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        return link.recv(100)
def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "no")
libc = ctypes.CDLL(None, use_errno=True)
"""
FILES = """
tried("socket", lambda: os.stat("/var/run/docker.sock"))
tried("engine", lambda: os.stat({engine!r}))
tried("private", lambda: open({private!r}).read())
for pid in (1, 2, os.getppid()):
    tried(f"root-{{pid}}", lambda: open(f"/proc/{{pid}}/root{private}").read())
tried("beside", lambda: os.listdir({attempts!r}))
tried("above", lambda: os.listdir("/opt/ml/model/../../../{attempts}"))
tried("mount", lambda: check(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)))
tried("unmount", lambda: check(libc.umount(b"/opt/ml/model")))
tried("disk", lambda: os.mknod("/opt/ml/model/disk", 0o60600, os.makedev(254, 0)))
tried("kernel", lambda: open("/proc/sys/kernel/core_pattern", "w").write("x"))
tried("trigger", lambda: open("/proc/sysrq-trigger", "w").write("h"))
tried("link", lambda: os.link("/opt/jupyter-train/link/manager.sock", "/opt/ml/model/door"))
tried("namespace", lambda: check(libc.unshare(0x10000000 | 0x00020000)) or check(
    libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)))
tried("user", lambda: os.setuid(0) if os.getuid() else os.setuid(1))
for name in ("model/a", "output/data/b", "output/intermediate/c", "output/failure"):
    tried("symlink", lambda: os.symlink({private!r}, "/opt/ml/" + name))
raise SystemExit(1)
"""
NETWORK = """
print("ready", flush=True)
gateway = [line.split()[2] for line in open("/proc/net/route") if line.split()[1] == "00000000"]
found = [".".join(str(int(each[n:n + 2], 16)) for n in (6, 4, 2, 0)) for each in gateway]
tried("metadata", lambda: reach("169.254.169.254", 80))
tried("task", lambda: reach("169.254.170.2", 80))
for address in ["127.0.0.1", *found]:
    tried("manager", lambda: reach(address, {port}))
"""
SETUID = """
tried("setuid", lambda: subprocess.run(["/usr/local/bin/mine"], capture_output=True).stdout)
print("nnp", [line.split()[1] for line in open("/proc/self/status") if "NoNewPrivs" in line])
print("caps", [line.split()[1] for line in open("/proc/self/status") if "CapEff" in line])
"""
# A bounded number of processes, in a container of a low limit.
FORKS = """
made = []
try:
    for _ in range(200):
        made.append(subprocess.Popen(["sleep", "30"]))
except OSError as error:
    print("limited", len(made) < 64, error.errno, flush=True)
for each in made:
    each.kill()
"""


@pytest.fixture
def prison(tmp_path, manager_at, desk_of, docker_engine):
    """A manager whose containers may have few processes, and a way to run a program in one."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[docker]\npids = 64\n")
    desk = desk_of(manager_at(home))

    def run(script, *, image=docker_engine.image, **given):
        source = {"S3DataType": "S3Prefix", "S3Uri": f"file://{tmp_path}/program"}
        (tmp_path / "program").mkdir(exist_ok=True)
        (tmp_path / "program/main.py").write_text(HEAD + script.format(**given))
        request = desk.request(
            "job",
            HyperParameters={},
            AlgorithmSpecification={
                "TrainingInputMode": "File",
                "TrainingImage": image,
                "ContainerEntrypoint": ["python3", "/opt/ml/input/data/program/main.py"],
            },
            InputDataConfig=[
                {"ChannelName": "program", "DataSource": {"S3DataSource": source}},
            ],
        )
        desk.connection.call("CreateTrainingJob", request)
        found = desk.ended("job")
        return found, desk.lines("job")

    run.desk = desk
    return run


def done(lines):
    return [line for line in lines if " done " in line]


def test_files_of_the_host_and_of_other_jobs_are_out_of_reach(prison, tmp_path, docker_engine):
    private = tmp_path / "private"
    private.write_text(SECRET)
    found, lines = prison(
        FILES,
        engine=docker_engine.host.removeprefix("unix://"),
        private=str(private),
        attempts=str(prison.desk.home / "attempts"),
    )
    allowed = ("symlink done", "user done")  # a link is a name; who is nobody gains nothing
    assert [line for line in done(lines) if not line.startswith(allowed)] == []
    assert len([line for line in lines if " refused " in line]) >= 13
    assert SECRET not in f"{found} {lines}"
    for path in prison.desk.home.joinpath("objects").rglob("*"):
        if path.suffixes[-2:] == [".tar", ".gz"]:
            with tarfile.open(path) as archive:
                assert not [each for each in archive if each.isreg() and each.size == len(SECRET)]
        elif path.is_file():
            assert SECRET.encode() not in path.read_bytes()


@contextmanager
def metadata_service():
    """The cloud's service, which would hand out this machine's own keys."""
    address = ["ip", "address", "add", f"{METADATA}/32", "dev", "lo"]
    subprocess.run(address, check=True)
    try:
        server = http.server.ThreadingHTTPServer(
            (METADATA, 80), http.server.SimpleHTTPRequestHandler
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
        server.server_close()
    finally:
        subprocess.run(["ip", "address", "del", f"{METADATA}/32", "dev", "lo"], check=True)


def test_neither_the_clouds_metadata_nor_the_managers_port_answers(prison):
    port = prison.desk.connection.url.rpartition(":")[2]
    with metadata_service():
        found, lines = prison(NETWORK, port=port)
    assert found["TrainingJobStatus"] == "Completed", lines
    assert done(lines) == []
    assert len(lines) >= 4


def test_a_program_of_root_gives_nobody_its_rights(prison, docker_engine):
    recipe = "ARG BASE\nFROM ${BASE}\nRUN cp /usr/bin/id /usr/local/bin/mine && chmod 4755 "
    image = docker_engine.build("setuid", recipe + "/usr/local/bin/mine\n")
    _, lines = prison(SETUID, image=image)
    assert "nnp ['1']" in lines
    assert "caps ['0000000000000000']" in lines


def test_processes_are_made_up_to_the_limit_and_no_more(prison):
    found, lines = prison(FORKS)
    assert lines == ["limited True 11"]
    assert found["TrainingJobStatus"] == "Completed"
