"""What a container is made of, asked of the engine and seen from inside."""

import asyncio
import json
from dataclasses import replace

import pytest

from jupyter_train.runtimes.base import Mount, Resources, StartError
from jupyter_train.runtimes.docker.options import NETWORK
from jupyter_train.runtimes.docker.quota import can_limit
from jupyter_train.runtimes.docker.settings import METADATA_ADDRESSES, cpu_shares
from jupyter_train.testing.runtime import KEY

MIB = 1 << 20
GIB = 1 << 30


def made(yard, spec):
    """Return what the engine says it made of an attempt that has just ended."""
    yard.run(spec)
    return yard.container(spec).attrs


def test_a_container_has_no_right_it_does_not_need(yard):
    found = made(yard, yard.script("true"))
    host = found["HostConfig"]
    assert host["Privileged"] is False
    assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["RestartPolicy"] == {"Name": "no", "MaximumRetryCount": 0}
    assert host["Init"] is True
    assert host["IpcMode"] == "private"
    assert (host["PidMode"], host["UTSMode"], host["UsernsMode"]) == ("", "", "")
    assert not any(host.get(name) for name in ("Devices", "DeviceRequests", "VolumesFrom", "Binds"))
    assert not any(host.get(name) for name in ("PortBindings", "Links", "GroupAdd", "Sysctls"))
    assert host["LogConfig"]["Type"] == "none"
    assert host["OomKillDisable"] is not True
    assert found["Config"]["Healthcheck"] == {"Test": ["NONE"]}


def test_its_rights_are_gone_inside_too(yard):
    status = yard.prints(yard.spec("cat", "/proc/self/status"))
    table = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {table[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert table["NoNewPrivs"] == "1"


def test_cpus_are_shares_and_memory_is_a_limit_without_swap(yard):
    resources = Resources(cpus=4, memory=96 * MIB)
    host = made(yard, yard.script("true", resources=resources))["HostConfig"]
    assert host["CpuShares"] == 4096
    assert (host["NanoCpus"], host["CpuQuota"], host["CpusetCpus"]) == (0, 0, "")
    assert (host["Memory"], host["MemorySwap"]) == (96 * MIB, 96 * MIB)


def test_shares_stay_within_what_the_kernel_takes():
    assert [cpu_shares(cpus) for cpus in (0, 0.5, 1, 1000)] == [2, 512, 1024, 262_144]


def test_memory_that_nobody_asked_for_is_not_limited(yard):
    host = made(yard, yard.script("true"))["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (0, 0)


def test_shared_memory_is_as_large_as_asked(yard):
    assert "3.0M" in yard.prints(yard.spec("df", "-h", "/dev/shm", shared_memory=3 * MIB))


def test_a_disk_limit_is_left_out_where_the_engine_has_none(yard):
    if can_limit(yard.engine.api.info()):
        pytest.skip("this engine limits disks")
    assert made(yard, yard.script("true", volume=GIB))["HostConfig"].get("StorageOpt") is None


def test_an_engine_that_refuses_a_disk_limit_is_asked_for_none_any_more(yard):
    if can_limit(yard.engine.api.info()):
        pytest.skip("this engine limits disks")
    yard.runtime._starter._abilities = replace(yard.runtime._starter.abilities, disk_limit=True)
    assert made(yard, yard.script("true", volume=GIB))["HostConfig"].get("StorageOpt") is None
    assert not yard.runtime._starter.abilities.disk_limit


def test_processes_are_limited_and_all_end_with_the_container(yard):
    yard.anew(pids=64)
    spec = yard.script("for n in $(seq 100); do sleep 30 & done; echo ready; wait")
    seen = yard.run(spec)
    assert seen.exit_code != 0
    assert b"fork" in yard.log(spec)


def test_its_folders_are_mounted_and_nothing_else(yard, tmp_path):
    (tmp_path / "data").mkdir()
    given = Mount(source=tmp_path / "data", target="/opt/ml/input/data/train")
    spec = yard.script("true", mounts=(given,))
    (yard.host.folder / str(spec.key) / "ml/input/data/train").mkdir(parents=True)
    found = {each["Destination"]: each for each in made(yard, spec)["Mounts"]}
    writable = {target for target, each in found.items() if each["RW"]}
    home = "/opt/jupyter-train"
    assert writable == {
        "/opt/ml",
        "/opt/ml/input",
        "/opt/ml/model",
        "/opt/ml/output",
        "/opt/ml/errors",
        f"{home}/log",
        f"{home}/marks",
        f"{home}/metrics",
    }
    assert found.keys() - writable == {
        f"{home}/link",
        f"{home}/toolkit/jupyter_train_toolkit",
        "/opt/ml/input/data/train",
    }


@pytest.mark.parametrize("part", ["", "below"])
def test_what_became_a_link_after_it_was_looked_up_is_not_shown(yard, tmp_path, part):
    place, private = tmp_path / "place", tmp_path / "private"
    (private / part).mkdir(parents=True, exist_ok=True)
    place.symlink_to(private)
    spec = yard.spec("ls", "/x", mounts=(Mount(source=place / part, target="/x"),))
    with pytest.raises(StartError, match="became a link"):
        yard.start(spec)
    assert yard.log(spec) == b""


def test_what_an_image_brings_below_opt_ml_is_there(yard):
    dockerfile = "ARG BASE\nFROM ${BASE}\nRUN mkdir -p /opt/ml/code && echo 1 >/opt/ml/code/own\n"
    image = yard.engine.build("own-code", dockerfile)
    assert yard.prints(yard.script("cat /opt/ml/code/own; ls /opt/ml/model", image=image)) == "1\n"


def test_what_is_mounted_to_be_read_cannot_be_written(yard):
    script = "touch /opt/jupyter-train/link/x || touch /opt/jupyter-train/toolkit/*/x || exit 9"
    assert yard.run(yard.script(script)).exit_code == 9


def test_it_is_called_algo_1_with_and_without_a_network(yard):
    script = "hostname; python3 -c 'import socket; print(socket.gethostbyname(\"algo-1\"))'"
    one = replace(yard.spec(), key=replace(yard.spec().key, attempt=2))
    name, address = yard.prints(yard.script(script)).split()
    assert (name, address.startswith("172.")) == ("algo-1", True)
    alone = yard.script(script, isolated=True, key=one.key)
    assert yard.prints(alone).split() == ["algo-1", "127.0.0.1"]


def test_an_isolated_container_has_no_network(yard):
    names = yard.prints(yard.spec("ls", "/sys/class/net", isolated=True)).split()
    assert "eth0" not in names
    assert "lo" in names


CONNECTS = """
import socket, sys
for address in sys.argv[1:]:
    try:
        socket.create_connection((address, 80), timeout=3)
        print("open")
    except ConnectionRefusedError:
        print("refused")
"""


def test_the_address_of_the_clouds_credentials_is_its_own(yard):
    spec = yard.spec("python3", "-c", CONNECTS, *METADATA_ADDRESSES)
    assert yard.prints(spec).split() == ["refused", "refused"]


def test_the_address_is_its_own_where_containers_are_kept_apart(yard):
    yard.anew(network=NETWORK)
    spec = yard.spec("python3", "-c", CONNECTS, *METADATA_ADDRESSES)
    assert yard.prints(spec).split() == ["refused", "refused"]


@pytest.fixture
def own_network(yard, monkeypatch):
    """The name of a network that only this test uses."""
    name = f"jt-{yard.manager}"
    for module in ("network", "starting"):
        monkeypatch.setattr(f"jupyter_train.runtimes.docker.{module}.NETWORK", name)
    yard.anew(network=name)
    yield name
    asyncio.run(yard.runtime.remove(yard.host, yard.spec()))
    yard.engine.api.networks.get(name).remove()


def test_a_network_that_somebody_removed_is_made_again(yard, own_network):
    first = yard.script("true", key=replace(KEY, attempt=2))
    yard.run(first)
    asyncio.run(yard.runtime.remove(yard.host, first))
    yard.engine.api.networks.get(own_network).remove()
    assert yard.prints(yard.script("echo again")) == "again\n"


def test_without_a_bridge_of_its_own_the_engine_is_given_one(yard):
    yard.anew(network="no-such-bridge")
    assert yard.prints(yard.script("echo there")) == "there\n"


def test_a_container_that_is_kept_apart_cannot_reach_another(yard):
    yard.anew(network=NETWORK)
    listens = "python3 -m http.server 8000 & sleep 1; hostname -i; echo ready; sleep 60"
    other = yard.ready(yard.script(listens))
    networks = yard.container(other).attrs["NetworkSettings"]["Networks"]
    address = networks[NETWORK]["IPAddress"]
    reaches = f"import socket; socket.create_connection(({address!r}, 8000), timeout=2)"
    tries = yard.spec("python3", "-c", reaches, key=replace(other.key, attempt=2))
    assert yard.run(tries).exit_code == 1
    assert b"timed out" in yard.log(tries)


def test_a_user_unknown_to_the_image_has_a_home_and_a_name(yard):
    whoami = "python3 -c 'import getpass; print(getpass.getuser())'"
    spec = yard.script(f"id -u; echo $HOME; touch $HOME/x /tmp/y; {whoami}", user="4321:4321")
    yard.host.folder.chmod(0o755)
    for name in ("log", "marks"):
        path = yard.host.folder / str(spec.key) / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.chmod(0o666)
    assert yard.prints(spec).split() == ["4321", "/tmp", "jupyter-train"]


def test_a_home_of_ones_own_is_kept(yard):
    spec = yard.script("echo $HOME", environment={"HOME": "/opt/ml"})
    assert yard.prints(spec).split() == ["/opt/ml"]


def test_a_read_only_root_is_made_where_the_image_allows_it(yard):
    image = yard.engine.build(
        "read-only", 'ARG BASE\nFROM ${BASE}\nLABEL jupyter-train.read-only-root="true"\n'
    )
    script = "touch /x 2>/dev/null || touch /tmp/y && touch /opt/ml/model/z && echo written"
    spec = yard.script(script, image=image)
    assert yard.prints(spec).split() == ["written"]
    assert yard.container(spec).attrs["HostConfig"]["ReadonlyRootfs"] is True


def test_without_gpus_the_drivers_hook_is_told_to_give_none(yard):
    spec = yard.script(
        "echo $NVIDIA_VISIBLE_DEVICES", environment={"NVIDIA_VISIBLE_DEVICES": "all"}
    )
    assert yard.prints(spec).split() == ["void"]


@pytest.mark.parametrize(
    ("variables", "given", "found"),
    [("", {}, "4"), ("ENV THREADS=1", {}, "1"), ("ENV THREADS=1", {"THREADS": "2"}, "2")],
)
def test_a_default_gives_way_to_the_image_and_to_the_request(yard, variables, given, found):
    image = yard.engine.build("threads", f"ARG BASE\nFROM ${{BASE}}\n{variables}\n")
    defaults = {"THREADS": "4"}
    spec = yard.script("echo $THREADS", image=image, defaults=defaults, environment=given)
    assert yard.prints(spec).strip() == found


def test_the_images_entrypoint_is_kept_or_replaced(yard):
    image = yard.engine.build(
        "entrypoint", 'ARG BASE\nFROM ${BASE}\nENTRYPOINT ["/bin/echo", "kept"]\nCMD ["cmd"]\n'
    )
    assert yard.prints(yard.spec("train", image=image)) == "kept train\n"
    other = replace(yard.spec().key, attempt=2)
    replaced = yard.spec("/bin/echo", "own", image=image, keep_entrypoint=False, key=other)
    assert yard.prints(replaced) == "own\n"


def test_an_engine_that_renumbers_users_is_told_not_to(yard):
    yard.runtime._starter._abilities = replace(yard.runtime._starter.abilities, remaps_users=True)
    spec = yard.script("touch /opt/ml/model/x")
    assert made(yard, spec)["HostConfig"]["UsernsMode"] == "host"


def test_labels_say_whose_it_is(yard):
    spec = yard.script("true", labels={"jupyter-train.job": "a", "jupyter-train.manager": "x"})
    labels = made(yard, spec)["Config"]["Labels"]
    assert labels["jupyter-train.manager"] == yard.manager
    assert labels["jupyter-train.attempt"] == str(spec.key)
    assert labels["jupyter-train.job"] == "a"


def test_the_job_is_nobodys_parent(yard):
    """A program that waits for all its children would wait for ours."""
    waits = "import os, json\ntry: os.wait()\nexcept ChildProcessError: print(json.dumps('none'))"
    assert json.loads(yard.prints(yard.spec("python3", "-c", waits))) == "none"
