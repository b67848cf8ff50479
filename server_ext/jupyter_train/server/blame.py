"""Which field of the launch form a refusal of the manager is about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Request = Mapping[str, Any]

# Read a row as: what is wrong with this member, or within it, is wrong with that field.
# The longest that fits decides.
_FIELDS: Mapping[str, str] = {
    "trainingJobName": "name",
    "hyperParameters": "hyperparameters",
    "hyperParameters.sagemaker_program": "path",
    "hyperParameters.sagemaker_submit_directory": "source",
    "algorithmSpecification.metricDefinitions": "metric_definitions",
    "algorithmSpecification.containerEntrypoint": "command",
    "algorithmSpecification.containerArguments": "arguments",
    "algorithmSpecification.trainingImage": "image",
    "metricDefinitions": "metric_definitions",
    "log": "log",
    "inputDataConfig": "inputs",
    "environment": "environment",
    "tags": "tags",
    "resourceConfig.keepAlivePeriodInSeconds": "keep_alive",
    "resourceConfig.volumeSizeInGB": "volume_size",
    "resourceConfig": "instance_type",
    "enableNetworkIsolation": "network_isolation",
    "enableManagedSpotTraining": "spot",
    "remoteDebugConfig": "remote_debug",
    "stoppingCondition.maxWaitTimeInSeconds": "max_wait",
    "stoppingCondition": "max_run",
    "retryStrategy": "max_retry_attempts",
    "checkpointConfig": "checkpoints",
    "experimentConfig": "experiment",
}
# Read a row as: a field of several entries is this member; an entry is called after that of it.
_ENTRIES: Mapping[str, tuple[str, str]] = {
    "metric_definitions": ("AlgorithmSpecification.MetricDefinitions", "Name"),
    "inputs": ("InputDataConfig", "ChannelName"),
    "tags": ("Tags", "Key"),
    "hyperparameters": ("HyperParameters", ""),
    "environment": ("Environment", ""),
}
# What is said without the name of a member.
_WORDS: Sequence[tuple[str, str]] = (
    (r"of metric '(?P<entry>.+?)'", "metric_definitions"),
    (r"of channel '(?P<entry>.+?)'", "inputs"),
    (r"'inputDataConfig\.(?P<entry>.+?)\.s3Uri'", "inputs"),
    (r"tag key '(?P<entry>.+?)'", "tags"),
    (r"job names? must be unique|job with this name", "name"),
    (r"needs a script", "path"),
    (r"instance type|\binstances\b|GPU\(s\)", "instance_type"),
)
_MEMBER = re.compile(r" at '([a-zA-Z][\w.-]*)'")
_KEY = re.compile(r"Value '(.*)' at '", re.DOTALL)


def blame(message: str, request: Request, member: str = "") -> str:
    """Return the field, with the entry where it has several; empty if none is to blame."""
    if not member:
        for pattern, field in _WORDS:
            if found := re.search(pattern, message):
                return _entry(field, found.groupdict().get("entry", ""))
        named = _MEMBER.search(message)
        member = named[1] if named else ""
    known = [each for each in _FIELDS if member == each or member.startswith(f"{each}.")]
    if not known:
        return ""
    longest = max(known, key=len)
    rest = member.removeprefix(longest).removeprefix(".")
    return _entry(_FIELDS[longest], _name(_FIELDS[longest], rest, message, request))


def _entry(field: str, name: str) -> str:
    return f"{field}.{name}" if name else field


def _name(field: str, rest: str, message: str, request: Request) -> str:
    """Return what the entry is called that the rest of a member's path leads to."""
    path, called = _ENTRIES.get(field, ("", ""))
    entries: Any = request
    for step in path.split("."):
        entries = entries.get(step, {}) if isinstance(entries, Mapping) else {}
    if not path:
        return ""
    if not called:
        key = _KEY.search(message)
        return rest.removesuffix(".member") or (key[1] if key and key[1] in entries else "")
    number = rest.partition(".")[0]
    is_one = number.isdigit() and 0 < int(number) <= len(entries)
    return str(entries[int(number) - 1].get(called, "")) if is_one else ""
