"""What a job reads: SageMaker's ways of naming channels, in the words of CreateTrainingJob."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .submit import address


@dataclass(frozen=True, slots=True)
class TrainingInput:
    """One channel with the parameters of the SDK's TrainingInput; `s3_data` may be a local path."""

    s3_data: str | Path
    distribution: str | None = None
    compression: str | None = None
    content_type: str | None = None
    record_wrapping: str | None = None
    s3_data_type: str = "S3Prefix"
    instance_groups: list[str] | None = None
    input_mode: str | None = None
    attribute_names: list[str] | None = None
    shuffle_config: Any = None


Inputs = Any
"""A path, URI or TrainingInput (channel `training`), or a mapping of channel names to such."""


def channels(inputs: Inputs) -> dict[str, Mapping[str, Any]]:
    """Return channels by name, each a member of InputDataConfig without its name."""
    if inputs is None:
        return {}
    named = inputs if isinstance(inputs, Mapping) else {"training": inputs}
    return {name: _channel(name, each) for name, each in named.items()}


def _channel(name: str, source: Any) -> Mapping[str, Any]:
    ready = getattr(source, "config", None)
    if isinstance(ready, Mapping):  # the SDK's own TrainingInput
        return ready
    if isinstance(source, str | os.PathLike):
        source = TrainingInput(Path(source) if isinstance(source, os.PathLike) else source)
    if not isinstance(source, TrainingInput):
        raise TypeError(
            f"channel {name!r} is a {type(source).__name__}; "
            "give a path, a file:// or s3:// URI, or a TrainingInput"
        )
    members = {
        "DataSource": {"S3DataSource": _place(source)},
        "ContentType": source.content_type,
        "CompressionType": source.compression,
        "RecordWrapperType": source.record_wrapping,
        "InputMode": source.input_mode,
        "ShuffleConfig": _shuffle(source.shuffle_config),
    }
    return {member: value for member, value in members.items() if value is not None}


def _place(source: TrainingInput) -> dict[str, Any]:
    members = {
        "S3DataType": source.s3_data_type,
        "S3Uri": address(source.s3_data),
        "S3DataDistributionType": source.distribution or "FullyReplicated",
        "AttributeNames": source.attribute_names,
        "InstanceGroupNames": source.instance_groups,
    }
    return {member: value for member, value in members.items() if value is not None}


def _shuffle(config: Any) -> dict[str, int] | None:
    if config is None:
        return None
    return {"Seed": config if isinstance(config, int) else config.seed}
