"""Whether a job can be run here at all: asked before anything is created."""

from ..contract.names import parse_address
from ..contract.spec import Document, TrainingJob, read_spec
from ..hosts.base import HostFacts
from .command import check_command
from .errors import ClientError, LimitError, RefusedError
from .metrics import check_definitions
from .placement import Ledger, demand_of
from .settings import Settings


def admit(document: Document, settings: Settings, facts: HostFacts) -> TrainingJob:
    """Return the job's spec, or raise RefusedError or LimitError saying what would have worked."""
    spec = read_spec(document)
    _check_runtime(spec)
    _check_channels(spec)
    check_definitions(spec.metric_definitions)
    Ledger(facts).clamp(demand_of(spec.instance_type, settings.instance_types))
    _check_addresses(spec)
    return spec


def _check_runtime(spec: TrainingJob) -> None:
    if not spec.is_process:
        asked = spec.image or spec.algorithm
        raise RefusedError(
            f"Value '{asked}' at 'algorithmSpecification.trainingImage' needs a container engine, "
            "which this manager does not drive; leave the image out, or say 'process', to train "
            "with your own interpreter"
        )
    if spec.instance_count > 1:
        raise LimitError(
            f"the job asks for {spec.instance_count} instances and this manager has one machine; "
            "set ResourceConfig.InstanceCount to 1"
        )
    try:
        check_command(spec)
    except ClientError as error:
        raise RefusedError(str(error)) from error


def _check_channels(spec: TrainingJob) -> None:
    names = [each.name for each in spec.channels]
    for channel in spec.channels:
        where = f"'inputDataConfig' of channel '{channel.name}'"
        if names.count(channel.name) > 1:
            raise RefusedError(f"{where}: the name is given twice; channel names must differ")
        if channel.name in {".", ".."}:
            raise RefusedError(f"{where}: this names no folder of its own; use letters and digits")
        if channel.input_mode == "Pipe":
            raise RefusedError(
                f"Value 'Pipe' at 'inputMode' in {where}: a process job reads its data in place; "
                "use File or FastFile"
            )


def _check_addresses(spec: TrainingJob) -> None:
    uris = {
        "outputDataConfig.s3OutputPath": spec.output_uri,
        "hyperParameters.sagemaker_submit_directory": spec.source_uri,
        "checkpointConfig.s3Uri": spec.checkpoints.uri if spec.checkpoints else None,
        **{f"inputDataConfig.{each.name}.s3Uri": each.uri or None for each in spec.channels},
    }
    for member, uri in uris.items():
        try:
            if uri is not None:
                parse_address(uri)
        except ValueError as error:
            raise RefusedError(f"Value '{uri}' at '{member}': {error}") from error
