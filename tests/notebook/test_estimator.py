import inspect
import sys
from types import SimpleNamespace

import botocore.session
import pytest

from jupyter_train import Estimator, TrainingInput, get_execution_role
from jupyter_train.client.parameters import MEMBERS, PARAMETERS


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text("print('hello')")
    return path


def asked(session, inputs=None, **parameters):
    """The CreateTrainingJob request that an estimator of these parameters sends."""
    Estimator(sagemaker_session=session, **parameters).submit(inputs)
    return session.told.request("CreateTrainingJob")


def test_a_script_is_uploaded_and_named_as_the_sdk_names_it(told, script):
    session = told()
    request = asked(session, entry_point=script)
    name = request["TrainingJobName"]
    assert name.startswith("train-")
    parameters = request["HyperParameters"]
    assert parameters["sagemaker_program"] == "train.py"
    uri = parameters["sagemaker_submit_directory"]
    assert uri.startswith(f"s3://jupyter-train/{name}/source/")
    assert uri.endswith("/sourcedir.tar.gz")
    assert [call[0] for call in session.told.calls] == [
        "CheckTrainingJob",
        "PutObject",
        "CreateTrainingJob",
    ]


def test_a_process_job_records_this_interpreter_and_a_container_does_not(told, script):
    here = asked(told(), entry_point=script)
    assert here["Environment"] == {"JUPYTER_TRAIN_PYTHON": sys.executable}
    assert "Environment" not in asked(told(), image_uri="repo/image:1")


def test_every_member_of_the_table_is_one_of_the_model():
    shapes = botocore.session.get_session().get_service_model("sagemaker")
    for path in MEMBERS.values():
        shape = shapes.operation_model("CreateTrainingJob").input_shape
        for member in path.split("."):
            shape = shape.members[member]
    assert set(MEMBERS) <= set(PARAMETERS)


def test_parameters_become_members(told, script):
    request = asked(
        told(),
        entry_point=script,
        instance_type="ml.m5.large",
        instance_count=2,
        volume_size=50,
        max_run=60,
        use_spot_instances=True,
        max_wait=120,
        disable_output_compression=True,
        checkpoint_s3_uri="s3://bucket/checkpoints",
        checkpoint_local_path="/opt/ml/other",
        metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
        tags=[{"Key": "team", "Value": "a"}],
        environment={"N": 1},
    )
    assert request["ResourceConfig"] == {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 2,
        "VolumeSizeInGB": 50,
    }
    assert request["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 60,
        "MaxWaitTimeInSeconds": 120,
    }
    assert request["EnableManagedSpotTraining"] is True
    assert request["OutputDataConfig"]["CompressionType"] == "NONE"
    assert request["CheckpointConfig"] == {
        "S3Uri": "s3://bucket/checkpoints",
        "LocalPath": "/opt/ml/other",
    }
    assert request["AlgorithmSpecification"]["MetricDefinitions"] == [
        {"Name": "loss", "Regex": "loss=(.*)"}
    ]
    assert request["Tags"] == [{"Key": "team", "Value": "a"}]
    assert request["Environment"]["N"] == "1"


def test_metrics_and_tags_may_be_plain_dicts(told, script):
    request = asked(
        told(), entry_point=script, metric_definitions={"loss": "l=(.*)"}, tags={"team": "a"}
    )
    assert request["AlgorithmSpecification"]["MetricDefinitions"] == [
        {"Name": "loss", "Regex": "l=(.*)"}
    ]
    assert request["Tags"] == [{"Key": "team", "Value": "a"}]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hyperparameter": {}}, "did you mean 'hyperparameters'?"),
        ({"instance_typ": "local"}, "did you mean 'instance_type'?"),
        ({"framework_version": "2.0"}, "image_uri"),
        ({"zzz": 1}, "it takes: image_uri, role"),
    ],
)
def test_an_unknown_parameter_is_refused_with_what_would_have_worked(given, message):
    with pytest.raises(TypeError, match=message.replace("?", r"\?")):
        Estimator(**given)


def test_parameters_may_come_in_the_sdks_order():
    estimator = Estimator("image", "role", 2, "ml.m5.large")
    assert vars(estimator)["instance_type"] == "ml.m5.large"
    assert list(inspect.signature(Estimator).parameters)[:2] == ["image_uri", "role"]


def test_a_session_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="leave it out"):
        Estimator(sagemaker_session=SimpleNamespace())


def test_a_source_folder_without_its_script_is_refused(told, tmp_path):
    with pytest.raises(ValueError, match="source_dir needs entry_point"):
        asked(told(), source_dir=tmp_path)


def test_hyperparameters_can_be_added_and_travel_as_text(told, script):
    session = told()
    estimator = Estimator(
        entry_point=script, sagemaker_session=session, hyperparameters={"lr": 0.1}
    )
    estimator.set_hyperparameters(layers=[8, 4], name="adam")
    estimator.submit()
    sent = session.told.request("CreateTrainingJob")["HyperParameters"]
    assert {**estimator.hyperparameters()} == {"lr": 0.1, "layers": [8, 4], "name": "adam"}
    assert (sent["lr"], sent["layers"], sent["name"]) == ("0.1", "[8, 4]", "adam")


def test_a_local_folder_becomes_a_channel(told, script, tmp_path):
    for inputs in (tmp_path, str(tmp_path), {"training": tmp_path}, TrainingInput(tmp_path)):
        (channel,) = asked(told(), inputs, entry_point=script)["InputDataConfig"]
        assert channel["ChannelName"] == "training"
        assert channel["DataSource"]["S3DataSource"]["S3Uri"] == tmp_path.as_uri()


def test_a_training_input_says_more_about_its_channel(told, script):
    given = TrainingInput(
        "s3://b/k", distribution="ShardedByS3Key", content_type="text/csv", shuffle_config=7
    )
    (channel,) = asked(told(), {"train": given}, entry_point=script)["InputDataConfig"]
    assert channel == {
        "ChannelName": "train",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": "s3://b/k",
                "S3DataDistributionType": "ShardedByS3Key",
            }
        },
        "ContentType": "text/csv",
        "ShuffleConfig": {"Seed": 7},
    }


def test_the_sdks_own_training_input_is_taken_as_it_is(told, script):
    config = {"DataSource": {"S3DataSource": {"S3Uri": "s3://b/k"}}}
    inputs = {"train": SimpleNamespace(config=config)}
    assert asked(told(), inputs, entry_point=script)["InputDataConfig"] == [
        {"ChannelName": "train", **config}
    ]


def test_what_is_no_input_is_refused_with_what_is(told, script):
    with pytest.raises(TypeError, match="channel 'train' is a int; give a path"):
        asked(told(), {"train": 3}, entry_point=script)


def test_the_role_is_one_that_the_manager_takes():
    assert get_execution_role().startswith("arn:aws:iam::")


def test_an_image_without_a_script_runs_by_itself(told):
    session = told()
    request = asked(session, image_uri="repo/my-image:1", role="role", instance_type="ml.m5.large")
    assert request["AlgorithmSpecification"]["TrainingImage"] == "repo/my-image:1"
    assert request["TrainingJobName"].startswith("my-image-")
    assert "HyperParameters" not in request
    assert [name for name, _ in session.told.calls] == ["CreateTrainingJob"]


def test_a_script_and_an_image_are_script_mode_in_that_image(told, script):
    request = asked(told(), image_uri="repo/image:1", entry_point=script)
    assert request["AlgorithmSpecification"]["TrainingImage"] == "repo/image:1"
    assert request["HyperParameters"]["sagemaker_program"] == "train.py"
    assert "Environment" not in request


def test_what_is_said_about_the_container_becomes_members(told):
    request = asked(
        told(),
        image_uri="image",
        container_entry_point=["python3", "fit.py"],
        container_arguments=["--fast"],
        keep_alive_period_in_seconds=600,
        enable_network_isolation=True,
        enable_remote_debug=True,
        max_retry_attempts=3,
    )
    algorithm = request["AlgorithmSpecification"]
    assert algorithm["ContainerEntrypoint"] == ["python3", "fit.py"]
    assert algorithm["ContainerArguments"] == ["--fast"]
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert request["EnableNetworkIsolation"] is True
    assert request["RemoteDebugConfig"] == {"EnableRemoteDebug": True}
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 3}


def test_a_command_that_is_one_text_is_refused_with_what_would_do(told):
    with pytest.raises(TypeError, match="lists of words, such as"):
        asked(told(), image_uri="image", container_entry_point="python3 fit.py")


def test_tensorboard_may_be_a_place_a_mapping_or_the_sdks_object(told, tmp_path):
    place = {"S3OutputPath": "s3://b/k", "LocalPath": "/opt/ml/output/tensorboard"}
    of_the_sdk = SimpleNamespace(_to_request_dict=lambda: place)
    for given, sent in (
        (place, place),
        (of_the_sdk, place),
        ("s3://b/k", {"S3OutputPath": "s3://b/k"}),
        (tmp_path, {"S3OutputPath": tmp_path.as_uri()}),
    ):
        request = asked(told(), image_uri="image", tensorboard_output_config=given)
        assert request["TensorBoardOutputConfig"] == sent


def test_attaching_finds_what_was_said_about_the_container(told):
    detail = {
        "RoleArn": "role",
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "AlgorithmSpecification": {"TrainingImage": "net:1", "ContainerArguments": ["--fast"]},
        "OutputDataConfig": {"S3OutputPath": "s3://b"},
        "ResourceConfig": {"InstanceType": "local", "KeepAlivePeriodInSeconds": 60},
        "RemoteDebugConfig": {"EnableRemoteDebug": True},
        "EnableNetworkIsolation": True,
    }
    session = told(DescribeTrainingJob=detail)
    found = vars(Estimator.attach("a", sagemaker_session=session))
    assert found["image_uri"] == "net:1"
    assert found["container_arguments"] == ["--fast"]
    assert found["keep_alive_period_in_seconds"] == 60
    assert (found["enable_remote_debug"], found["enable_network_isolation"]) == (True, True)
