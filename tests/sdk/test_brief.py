"""The example of the product's brief with SageMaker's own SDK: a registry's name, buckets and all.

Only the role is given by name: the SDK's get_execution_role asks Amazon's public STS, which no
setting of a client moves.
"""

import pytest

BRIEF = """
    import sagemaker
    from sagemaker.estimator import Estimator

    # Define the IAM role
    role = "jupyter-train"

    # Specify the container image URI for the training algorithm
    image_uri = '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-custom-image:latest'

    # Create an Estimator object
    estimator = Estimator(
        image_uri=image_uri,
        role=role,
        instance_count=1,
        instance_type='ml.m5.large',
        output_path='s3://my-bucket/output'
    )

    # Start the training job
    estimator.fit({'training': 's3://my-bucket/training-data'})
    print("MODEL", estimator.model_data)
"""


@pytest.fixture
def registry_name(home, own_image):
    """Let the name of the example mean the image that was built here."""
    pattern = "*.dkr.ecr.*.amazonaws.com/my-custom-image:*"
    (home / "images.toml").write_text(f'[images]\n"{pattern}" = "{own_image}"\n')
    yield
    (home / "images.toml").unlink()


@pytest.fixture
def training_data(client):
    """What the example finds in its bucket."""
    s3 = client("s3")
    s3.create_bucket(Bucket="my-bucket")
    s3.put_object(Bucket="my-bucket", Key="training-data/points.csv", Body=b"0,1\n1,4\n2,7\n")


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("registry_name", "training_data")
def test_the_example_of_the_brief_trains_with_amazons_own_sdk(sdk):
    said = sdk(BRIEF)
    assert said.count("epoch 40: loss=") == 1
    assert "MODEL s3://my-bucket/output/my-custom-image-" in said
