"""The JSON files in which a job finds what was asked of it: /opt/ml/input/config."""

from collections.abc import Mapping
from typing import Any

from ..contract.spec import Channel, Document, TrainingJob

GROUP = "homogeneousCluster"

# Secrets may be in the first; the second has a file of its own.
_NOT_TOLD = ("Environment", "HyperParameters")

# Members that become a file of their own where a request has them.
_COPIED = {
    "profilerconfig.json": "ProfilerConfig",
    "debughookconfig.json": "DebugHookConfig",
    "tensorboardoutputconfig.json": "TensorBoardOutputConfig",
}


def hosts_of(spec: TrainingJob) -> list[str]:
    """Return the names by which the hosts of a job know each other."""
    return [f"algo-{rank + 1}" for rank in range(spec.instance_count)]


def network_interface(spec: TrainingJob) -> str:
    """Return the interface by which a job's hosts would speak to each other."""
    return "lo" if spec.is_process or spec.network_isolation else "eth0"


def config_files(spec: TrainingJob, document: Document) -> dict[str, Any]:
    """Return the contract's JSON files by name."""
    copied = {name: document[member] for name, member in _COPIED.items() if member in document}
    return {
        "hyperparameters.json": dict(spec.hyperparameters),
        "inputdataconfig.json": input_data_config(spec),
        "resourceconfig.json": resource_config(spec),
        "trainingjobconfig.json": _told(document),
        "upstreamoutputdataconfig.json": document.get("OutputDataConfig", {}),
        "metric-definition-regex.json": _definitions(spec),
        **({"checkpointconfig.json": _checkpoint_config(spec)} if spec.checkpoints else {}),
        **copied,
    }


def resource_config(spec: TrainingJob) -> dict[str, Any]:
    """Return who takes part in a job, and where this host stands among them."""
    hosts = hosts_of(spec)
    return {
        "current_host": hosts[0],
        "current_instance_type": spec.instance_type,
        "current_group_name": GROUP,
        "hosts": hosts,
        "instance_groups": [instance_group(spec)],
        "network_interface_name": network_interface(spec),
    }


def instance_group(spec: TrainingJob) -> dict[str, Any]:
    """Return the one group of hosts."""
    return {
        "instance_group_name": GROUP,
        "instance_type": spec.instance_type,
        "hosts": hosts_of(spec),
    }


def input_data_config(spec: TrainingJob) -> dict[str, Any]:
    """Return the channels by name."""
    return {each.name: _channel_config(each) for each in spec.channels}


def _told(document: Document) -> Mapping[str, Any]:
    return {name: value for name, value in document.items() if name not in _NOT_TOLD}


def _definitions(spec: TrainingJob) -> list[dict[str, str]]:
    return [{"name": each.name, "regex": each.regex} for each in spec.metric_definitions]


def _channel_config(channel: Channel) -> dict[str, str]:
    return {
        "TrainingInputMode": channel.input_mode,
        "S3DistributionType": channel.distribution,
        "RecordWrapperType": channel.record_wrapper,
        **({"ContentType": channel.content_type} if channel.content_type else {}),
    }


def _checkpoint_config(spec: TrainingJob) -> dict[str, str]:
    assert spec.checkpoints is not None
    return {"S3Uri": spec.checkpoints.uri, "LocalPath": spec.checkpoints.local_path}
