"""Whether a job can be run here at all: asked before anything is created."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath

from ..contract.names import parse_address
from ..contract.spec import Channel, Document, TrainingJob, read_spec
from ..hosts.base import HostFacts, HostUnreachableError
from ..runtimes.base import Runtime
from .command import check_command
from .errors import ClientError, LimitError, RefusedError
from .folders import IN_CONTAINER
from .members import refused
from .metrics import check_definitions
from .placement import Ledger, demand_of
from .reach import glance
from .settings import Settings

# What a container has of its own, or of ours; nothing is mounted over it, in it or around it.
_TAKEN = (
    *(PurePosixPath(each) for each in ("/opt/jupyter-train", "/proc", "/sys", "/dev", "/bin")),
    *(PurePosixPath(each) for each in ("/usr/bin", "/usr/lib", "/lib", "/etc")),
    PurePosixPath(IN_CONTAINER.ml, "input"),
    PurePosixPath(IN_CONTAINER.model),
    PurePosixPath(IN_CONTAINER.code),
    PurePosixPath(IN_CONTAINER.output),
    PurePosixPath(IN_CONTAINER.intermediate),
    PurePosixPath(IN_CONTAINER.failure),
    PurePosixPath(IN_CONTAINER.errors),
)


def admit(document: Document, settings: Settings, facts: HostFacts) -> TrainingJob:
    """Return the job's spec, or raise RefusedError or LimitError saying what would have worked."""
    spec = read_spec(document)
    members = _member_checks(document)
    for check in (*members, *_checks(spec, settings, facts), *_place_checks(spec)):
        check()
    return spec


def refusals(document: Document, settings: Settings, facts: HostFacts) -> list[Exception]:
    """Return every reason for which `admit` would raise; none if it would not."""
    spec = read_spec(document)
    members = _raised(_member_checks(document))
    # How places lie to each other can be asked only where each is one.
    others = _raised(_checks(spec, settings, facts)) or _raised(_place_checks(spec))
    return [*members, *others]


Check = Callable[[], object]


def _checks(spec: TrainingJob, settings: Settings, facts: HostFacts) -> Iterator[Check]:
    yield partial(_check_program, spec)
    for channel in spec.channels:
        yield partial(_check_channel, channel, [each.name for each in spec.channels])
    for definition in spec.metric_definitions:
        yield partial(check_definitions, [definition])
    yield partial(_check_wait, spec)
    yield lambda: Ledger(facts).clamp(demand_of(spec.instance_type, settings.instance_types))
    for member, uri in _addresses(spec).items():
        yield partial(_check_address, member, uri)


def _member_checks(document: Document) -> Iterator[Check]:
    for sentence in refused(document):
        yield partial(_refuse, sentence)


def _refuse(sentence: str) -> None:
    raise RefusedError(sentence)


def _place_checks(spec: TrainingJob) -> Iterator[Check]:
    if not spec.is_process:
        yield partial(_check_paths, spec)
        yield partial(_check_own_places, spec)


def _raised(checks: Iterator[Check]) -> list[Exception]:
    found: list[Exception] = []
    for check in checks:
        try:
            check()
        except (RefusedError, LimitError) as error:
            found.append(error)
    return found


async def check_runtime(spec: TrainingJob, runtime: Runtime) -> None:
    """Raise RefusedError if what would run the job cannot be used now."""
    try:
        reason = await glance(runtime, runtime.unavailable)
    except HostUnreachableError as error:
        reason = f"{error}; start it anew, or leave the image out"
    if reason is not None:
        raise RefusedError(
            f"Value '{spec.image}' at 'algorithmSpecification.trainingImage' needs a container "
            f"engine: {reason}"
        )


def _check_program(spec: TrainingJob) -> None:
    if spec.algorithm is not None:
        raise RefusedError(
            f"Value '{spec.algorithm}' at 'algorithmSpecification.algorithmName' is not known: "
            "this manager has no algorithms of its own; name an image in TrainingImage, or leave "
            "both out to train with your own interpreter"
        )
    if spec.instance_count > 1:
        raise LimitError(
            f"the job asks for {spec.instance_count} instances and this manager has one machine; "
            "set ResourceConfig.InstanceCount to 1"
        )
    try:
        if spec.is_process:
            check_command(spec)
    except ClientError as error:
        raise RefusedError(str(error)) from error


def _check_wait(spec: TrainingJob) -> None:
    if spec.spot and (spec.max_wait is None or spec.max_wait < spec.max_runtime):
        raise RefusedError(
            f"Value '{spec.max_wait}' at 'stoppingCondition.maxWaitTimeInSeconds': with managed "
            "Spot training it must be given, and be no less than maxRuntimeInSeconds, which is "
            f"{spec.max_runtime}"
        )


def _check_channel(channel: Channel, names: list[str]) -> None:
    where = f"'inputDataConfig' of channel '{channel.name}'"
    if names.count(channel.name) > 1:
        raise RefusedError(f"{where}: the name is given twice; channel names must differ")
    if channel.name in {".", ".."}:
        raise RefusedError(f"{where}: this names no folder of its own; use letters and digits")
    if channel.input_mode == "Pipe":
        raise RefusedError(
            f"Value 'Pipe' at 'inputMode' in {where}: jobs read their data in place here; "
            "use File or FastFile"
        )


def _addresses(spec: TrainingJob) -> dict[str, str | None]:
    return {
        "outputDataConfig.s3OutputPath": spec.output_uri,
        "hyperParameters.sagemaker_submit_directory": _fetched_source(spec),
        "checkpointConfig.s3Uri": spec.checkpoints.uri if spec.checkpoints else None,
        "tensorBoardOutputConfig.s3OutputPath": spec.tensorboard.uri if spec.tensorboard else None,
        **{f"inputDataConfig.{each.name}.s3Uri": each.uri or None for each in spec.channels},
    }


def _check_address(member: str, uri: str | None) -> None:
    try:
        if uri is not None:
            parse_address(uri)
    except ValueError as error:
        raise RefusedError(f"Value '{uri}' at '{member}': {error}") from error


def _fetched_source(spec: TrainingJob) -> str | None:
    if spec.is_process:
        return spec.source_uri
    # In an image it may be a folder of the image's own, or a channel's object.
    inside = [f"{IN_CONTAINER.channel(each.name)}/" for each in spec.channels]
    is_brought = spec.is_script_mode and not (spec.source_uri or "").startswith(tuple(inside))
    return spec.source_uri if is_brought else None


def _check_paths(spec: TrainingJob) -> None:
    """Refuse what would cover, in a container, what is there already."""
    paths = {
        "checkpointConfig.localPath": spec.checkpoints and spec.checkpoints.local_path,
        "tensorBoardOutputConfig.localPath": spec.tensorboard and spec.tensorboard.local_path,
    }
    given = {member: PurePosixPath(path) for member, path in paths.items() if path}
    for member, path in given.items():
        others = [each for name, each in given.items() if name != member]
        taken = [*_TAKEN, *others]
        if not _is_free(path, taken):
            raise RefusedError(
                f"Value '{path}' at '{member}' is no folder that is free in the job; use one like "
                "/opt/ml/checkpoints"
            )


def _check_own_places(spec: TrainingJob) -> None:
    """Refuse a channel that lies where the job itself may put links in its place."""
    if spec.checkpoints is None:
        return
    kept = parse_address(spec.checkpoints.uri)
    for each in spec.channels:
        channel = parse_address(each.uri) if each.uri else kept
        same = (channel.scheme, channel.bucket) == (kept.scheme, kept.bucket)
        inside = PurePosixPath(channel.key).is_relative_to(kept.key)
        if same and inside and PurePosixPath(channel.key) != PurePosixPath(kept.key):
            raise RefusedError(
                f"Value '{each.uri}' at 'inputDataConfig' of channel '{each.name}' lies in "
                f"'{kept}', where the job writes its checkpoints; use another place for one of "
                "the two"
            )


def _is_free(path: PurePosixPath, taken: list[PurePosixPath]) -> bool:
    # Two slashes are a root of their own to Python, and to nobody else.
    if path.root != "/" or ".." in path.parts or str(path) == str(IN_CONTAINER.results):
        return False
    return not any(path.is_relative_to(each) or each.is_relative_to(path) for each in taken)
