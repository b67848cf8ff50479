"""Members of a request that nothing here could heed: refused by name, never passed over."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..contract.spec import Document

_CHANNEL = "InputDataConfig"
_S3 = f"{_CHANNEL}.DataSource.S3DataSource"

_FOLDERS = "name the folder where it is mounted by S3DataSource.S3Uri, as file:///mnt/data"
_ONE_MACHINE = "this manager has one machine; name one type in InstanceType"
_LOGIN = (
    "the login of a private registry is what `docker login` has left for the user of the manager; "
    "do that, and leave TrainingRepositoryAuthConfig out"
)
_IN_THE_CLEAR = (
    "this manager encrypts nothing; keep its state folder on an encrypted disk, and leave it out"
)
_AS_THEY_ARE = "channels are folders here, as in AWS's File mode; leave it out"

# Read a row as: this member, with one of these values or with any, is refused, and that is why.
REFUSED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig": (
        (),
        _LOGIN,
    ),
    f"{_S3}.S3DataType": (
        ("AugmentedManifestFile", "Converse"),
        "only prefixes and manifests are read here; use S3Prefix or ManifestFile",
    ),
    f"{_S3}.AttributeNames": ((), "augmented manifests are not read here; leave it out"),
    f"{_S3}.InstanceGroupNames": ((), "there are no instance groups here; leave it out"),
    f"{_S3}.HubAccessConfig": (
        (),
        "there is no hub here; copy its content to S3Uri, and leave it out",
    ),
    f"{_CHANNEL}.DataSource.FileSystemDataSource": ((), _FOLDERS),
    f"{_CHANNEL}.DataSource.DatasetSource": ((), _FOLDERS),
    f"{_CHANNEL}.CompressionType": (
        ("Gzip",),
        f"objects are unpacked in Pipe mode only, and {_AS_THEY_ARE}, and unpack in the script",
    ),
    f"{_CHANNEL}.RecordWrapperType": (
        ("RecordIO",),
        f"objects are wrapped in Pipe mode only, and {_AS_THEY_ARE}",
    ),
    f"{_CHANNEL}.ShuffleConfig": (
        (),
        f"files in a folder have no order, and {_AS_THEY_ARE}, and shuffle in the script",
    ),
    "OutputDataConfig.KmsKeyId": ((), _IN_THE_CLEAR),
    "ResourceConfig.VolumeKmsKeyId": ((), _IN_THE_CLEAR),
    "ResourceConfig.InstanceGroups": ((), _ONE_MACHINE),
    "ResourceConfig.InstancePreferences": ((), _ONE_MACHINE),
    "ResourceConfig.InstancePlacementConfig": ((), "this manager has one machine; leave it out"),
    "ResourceConfig.SelectedInstanceType": ((), "it is an answer; leave it out"),
    "ResourceConfig.SelectedInstanceCount": ((), "it is an answer; leave it out"),
    "ResourceConfig.TrainingPlanArn": ((), "there are no training plans here; leave it out"),
    "DebugRuleConfigurations": ((), "no rules are evaluated here; leave them out"),
    "InfraCheckConfig.EnableInfraCheck": ((), "the machine is not checked here; leave it out"),
    "SessionChainingConfig.EnableSessionTagChaining": (
        (),
        "sessions have no tags here; leave it out",
    ),
    "ServerlessJobConfig": ((), "there are no serverless jobs here; name an image or a script"),
    "MlflowConfig": (
        (),
        "there is no managed MLflow here; set MLFLOW_TRACKING_URI in Environment",
    ),
    "ModelPackageConfig": ((), "there is no model registry here; leave it out"),
}


def refused(document: Document) -> Iterator[str]:
    """Yield a sentence for each member that is refused."""
    given = list(_given(document, ""))
    for member, (values, why) in REFUSED.items():
        found = [(path, each) for path, each in given if _is_in(path, member)]
        for path, value in [each for each in found if not values or each[1] in values][:1]:
            yield f"Value '{value}' at '{_camel(path)}' cannot be heeded: {why}"


def _is_in(path: str, member: str) -> bool:
    return path == member or path.startswith(f"{member}.")


def _given(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield all that says something, with its path; false and nothing say what is so anyway."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _given(each, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _given(each, path)
    elif value not in ("", None) and value is not False:
        yield path, value


def _camel(path: str) -> str:
    """Return a path as AWS's own messages have it."""
    return ".".join(each[:1].lower() + each[1:] for each in path.split("."))
