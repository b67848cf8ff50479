"""SageMaker's Estimator for jobs of our own: the same words, sent as the same operation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from ..client.inputs import Inputs, channels
from ..client.parameters import (
    PARAMETERS,
    check_names,
    put_members,
    read_parameters,
    signature,
)
from ..client.source import Source, find_source, packed_source
from ..client.submit import JobOptions, image_name, submit, training_job_request
from ..contract.names import DEFAULT_BUCKET, DEFAULT_ROLE
from .display import remember
from .job import TrainingJob
from .session import Session


def get_execution_role(sagemaker_session: Session | None = None, **_: Any) -> str:  # noqa: ARG001 - the SDK's signature
    """Return the role that jobs of this machine run as."""
    return DEFAULT_ROLE


class Estimator:
    """What to train and how; `fit` makes a training job of it.

    Takes the parameters of the SageMaker Python SDK's Estimator, script mode included, by name or
    in the SDK's order; each is an attribute.  Without `image_uri` a job runs with this Python;
    with one, `entry_point` runs in that image, or, where none is given, the image's `train`.
    """

    __signature__ = signature()

    def __init__(self, *in_order: Any, **given: Any) -> None:
        check_names(given)
        given = {**dict(zip(PARAMETERS, in_order, strict=False)), **given}
        values = {**PARAMETERS, **given}
        session = values.pop("sagemaker_session")
        if session is not None and not isinstance(session, Session):
            raise TypeError(
                f"sagemaker_session is a {type(session).__name__}; leave it out, or give "
                "jupyter_train.Session(home) for a state folder of your own"
            )
        self.session = session or Session()
        self._hyperparameters = dict(values.pop("hyperparameters") or {})
        self.latest_training_job: TrainingJob | None = None
        vars(self).update(values)

    @classmethod
    def attach(cls, training_job_name: str, sagemaker_session: Session | None = None) -> Self:
        """Return an estimator made from a job that there is; it does not wait for its end."""
        session = sagemaker_session or Session()
        detail = TrainingJob(training_job_name, session).describe()
        estimator = cls(**read_parameters(detail), sagemaker_session=session)
        estimator.latest_training_job = TrainingJob(training_job_name, session)
        return estimator

    def set_hyperparameters(self, **hyperparameters: Any) -> None:
        """Add to the hyperparameters."""
        self._hyperparameters.update(hyperparameters)

    def hyperparameters(self) -> dict[str, Any]:
        """Return the hyperparameters of the next job."""
        return dict(self._hyperparameters)

    @property
    def model_data(self) -> str | None:
        """Where the latest job's model is, None until there is one."""
        job = self.latest_training_job
        return None if job is None else job.model_data

    def fit(
        self,
        inputs: Inputs = None,
        wait: bool = True,
        logs: bool | str | Sequence[str] | None = None,
        job_name: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> None:
        """Submit a training job, show its live view and, with `wait`, block until it has ended.

        Waiting raises TrainingJobFailed when the job failed; an interrupt ends the waiting, not
        the job.  `logs="All"` prints the lines as well; left out, only where no live view is.
        """
        self.submit(inputs, job_name, experiment_config).show(wait=wait, logs=logs)

    def submit(
        self,
        inputs: Inputs = None,
        job_name: str | None = None,
        experiment_config: Mapping[str, str] | None = None,
    ) -> TrainingJob:
        """Submit a training job and return it, showing nothing."""
        source = self._source()
        request = self.request(inputs, job_name, source)
        if experiment_config:
            request["ExperimentConfig"] = dict(experiment_config)
        submit(self.session.connect(), request, source)
        self.latest_training_job = TrainingJob(request["TrainingJobName"], self.session)
        remember(self.latest_training_job)
        return self.latest_training_job

    def _source(self) -> Source | None:
        said = vars(self)
        if said["entry_point"] is None:
            if said["source_dir"] is not None:
                raise ValueError("source_dir needs entry_point: which script of the folder to run")
            return None
        if self._packed:
            return None
        return find_source(said["entry_point"], said["source_dir"], said["dependencies"] or ())

    @property
    def _packed(self) -> tuple[str, str] | None:
        """The program and an archive that is there already, such as another job's."""
        said = vars(self)
        if said["entry_point"] is None:
            return None
        return packed_source(str(said["entry_point"]), said["source_dir"], said["dependencies"])

    def request(
        self, inputs: Inputs = None, name: str | None = None, source: Source | None = None
    ) -> dict[str, Any]:
        """Return the CreateTrainingJob request of the next job, without its script if not given."""
        request = training_job_request(self._options(inputs, name), source)
        put_members(request, vars(self))
        return request

    def _options(self, inputs: Inputs, name: str | None) -> JobOptions:
        said = vars(self)
        return JobOptions(
            base_name=said["base_job_name"] or self._base_name(),
            name=name,
            hyperparameters=self._all_hyperparameters(),
            inputs=self._channels(inputs),
            metric_definitions=_definitions(said["metric_definitions"]),
            environment=_texts(said["environment"]),
            instance_type=said["instance_type"],
            instance_count=said["instance_count"],
            max_run=said["max_run"],
            image=said["image_uri"],
            packed=self._packed,
            role=said["role"] or DEFAULT_ROLE,
            output_path=said["output_path"] or f"s3://{DEFAULT_BUCKET}/",
            output_compression="NONE" if said["disable_output_compression"] else "GZIP",
            checkpoints=said["checkpoint_s3_uri"],
            tags=_tags(said["tags"]),
        )

    def _base_name(self) -> str:
        said = vars(self)
        if said["entry_point"] is not None:
            return Path(said["entry_point"]).stem
        return image_name(said["image_uri"])

    def _channels(self, inputs: Inputs) -> dict[str, Mapping[str, Any]]:
        said = vars(self)
        model = {said["model_channel_name"]: said["model_uri"]} if said["model_uri"] else {}
        return {**channels(inputs), **channels(model)}

    def _all_hyperparameters(self) -> dict[str, Any]:
        level = vars(self)["container_log_level"]
        extra = {} if level is None else {"sagemaker_container_log_level": level}
        return {**self._hyperparameters, **extra}


def _definitions(given: Any) -> list[Mapping[str, str]]:
    """Accept AWS's list of Name and Regex, and the shorter {name: regex}."""
    if isinstance(given, Mapping):
        return [{"Name": name, "Regex": regex} for name, regex in given.items()]
    return list(given or ())


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (given or {}).items()}


def _tags(given: Any) -> dict[str, str]:
    """Accept AWS's list of Key and Value, and the shorter {key: value}."""
    if isinstance(given, Mapping):
        return _texts(given)
    return {tag["Key"]: tag["Value"] for tag in given or ()}
