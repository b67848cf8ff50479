from pathlib import Path

import pytest

from jupyter_train.engine.placement import GIB, Demand
from jupyter_train.engine.settings import ContainerSettings
from jupyter_train.manager.config import ConfigError, read_config


def configured(home, text):
    (home / "config.toml").write_text(text)
    return read_config(home)


def test_without_a_file_everything_is_as_the_host_has_it(tmp_path):
    config = read_config(tmp_path)
    assert (config.port, config.settings.cpus, config.settings.gpus) == (None, None, None)


def test_every_key_is_read(tmp_path):
    config = configured(
        tmp_path,
        """
        port = 8123
        region = "eu-west-1"
        currency = "EUR"
        data_roots = ["/data", "/srv"]
        stop_grace = 5
        unreachable_after = 30
        [docker]
        host = "unix:///run/user/1000/docker.sock"
        image_user = ["root-inside"]
        shared_memory = "1 GiB"
        pids = 512
        network = "jupyter-train"
        [capacity]
        cpus = 2.5
        memory = "16 GiB"
        gpus = []
        [instance_types."ml.m5.large"]
        cpus = 1
        memory = "2G"
        gpus = -1
        price_per_hour = 0.5
        """,
    )
    settings = config.settings
    assert (config.port, settings.region, settings.stop_grace) == (8123, "eu-west-1", 5.0)
    assert settings.unreachable_after == 30
    assert settings.containers == ContainerSettings(
        host="unix:///run/user/1000/docker.sock",
        image_user=("root-inside",),
        shared_memory=GIB,
        pids=512,
        network="jupyter-train",
    )
    assert settings.data_roots == (Path("/data"), Path("/srv"))
    assert (settings.cpus, settings.memory, settings.gpus) == (2.5, 16 * GIB, ())
    assert settings.instance_types == {"ml.m5.large": Demand(cpus=1, memory=2 * GIB, gpus=-1)}
    assert (settings.prices, settings.currency) == ({"ml.m5.large": 0.5}, "EUR")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 70000", r"port is 70000; it must be a number from 1 to 65535"),
        ("port = true", r"port is True"),
        ("[capacity]\ncpus = 0", r"capacity.cpus is 0; it must be a number above 0"),
        ("[capacity]\nmemory = 'much'", r"capacity.memory is 'much'; it must be bytes"),
        ("[capacity]\ngpus = 2", r"capacity.gpus is 2; it must be a list of GPU uuids"),
        ("data_roots = ['data']", r"data_roots is \['data'\]; it must be a list of absolute"),
        ("capacity = 3", r"capacity is 3; it must be a table"),
        (
            "[instance_types.big]\nprice_per_hour = -1",
            r"big.price_per_hour is -1; it must be a num",
        ),
        ("currency = 'euro'", r"currency is 'euro'; it must be a currency's code like USD"),
        ("[instance_types.big]\ngpus = 'all'", r"instance_types.big.gpus is 'all'"),
        ("colour = 'red'", r"no key colour; there is: capacity, currency, data_roots"),
        ("port = ", r"no TOML"),
        (
            "[docker]\nhost = 'tcp://1.2.3.4'",
            r"docker.host is 'tcp://1.2.3.4'; it must",
        ),
        ("[docker]\nnetwork = 'host'", r"docker.network is 'host'; it must be 'bridge' or"),
        ("[docker]\npids = 1", r"docker.pids is 1; it must be a whole number from 16"),
        ("[docker]\nprivileged = true", r"no key docker.privileged; there is: host, image_user"),
    ],
)
def test_a_bad_value_is_named_with_its_key_and_its_rule(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        configured(tmp_path, text)
