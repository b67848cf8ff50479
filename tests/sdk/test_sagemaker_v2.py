"""SageMaker's Python SDK v2, unmodified, in script mode, against a manager process."""

from jupyter_train.contract.names import DEFAULT_BUCKET, DEFAULT_ROLE

FIT = """
    from sagemaker.estimator import Estimator
    from sagemaker.session import Session

    estimator = Estimator(
        image_uri="process", role="{role}", instance_count=1, instance_type="ml.m5.large",
        entry_point="train.py", source_dir=".", hyperparameters={{"epochs": 2}},
        metric_definitions=[{{"Name": "loss", "Regex": "loss=([0-9.]+)"}}],
        {places}
        sagemaker_session=Session(),
    )
    estimator.fit({{"training": "s3://{bucket}/sdk-data/"}}, job_name="{name}", wait={wait})
    print("MODEL", estimator.model_data)
"""
ATTACH = """
    from sagemaker.estimator import Estimator

    estimator = Estimator.attach("{name}")
    estimator.logs()
    print("ATTACHED", estimator.latest_training_job.name, estimator.hyperparameters()["epochs"])
"""


PLACES = f'output_path="s3://{DEFAULT_BUCKET}/sdk", code_location="s3://{DEFAULT_BUCKET}/code",'


def values(name, wait="True", places=""):
    known = {"bucket": DEFAULT_BUCKET, "role": DEFAULT_ROLE}
    return {"name": name, "wait": wait, "places": places, **known}


def test_the_estimator_trains_streams_the_log_and_knows_its_model(sdk, upload):
    upload("sdk-data/numbers.txt", b"1\n2\n3\n")
    said = sdk(FIT.format(**values("sdk-fit")))
    assert "epoch=1 loss=1.000" in said
    assert said.count("epoch=2 loss=0.500") == 1
    assert "MODEL s3://jupyter-train/sdk-fit/output/model.tar.gz" in said


def test_another_program_attaches_to_a_job_and_reads_its_log(sdk, upload):
    upload("sdk-data/numbers.txt", b"1\n2\n3\n")
    sdk(FIT.format(**values("sdk-attach", wait="False", places=PLACES)))
    said = sdk(ATTACH.format(**values("sdk-attach")))
    assert "epoch=2 loss=0.500" in said
    assert "ATTACHED sdk-attach" in said
