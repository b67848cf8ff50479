"""Train the image with boto3 alone: the same program submits to SageMaker and to jupyter-train.

docker build -t own-container .
eval "$(jupyter train env)"
python submit.py
"""

import argparse
import random
import sys

import boto3

BUCKET = "jupyter-train"


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default="own-container")
    parser.add_argument("--name", default=f"own-container-{random.randrange(16**6):06x}")
    parser.add_argument("--epochs", type=int, default=40)
    return parser.parse_args()


def points():
    """Return a noisy line as CSV."""
    rows = [(x / 50, 3 * x / 50 + 1 + random.gauss(0, 0.1)) for x in range(100)]
    return "".join(f"{x:.4f},{y:.4f}\n" for x, y in rows)


def request(args, data):
    return {
        "TrainingJobName": args.name,
        "AlgorithmSpecification": {
            "TrainingImage": args.image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        "RoleArn": "arn:aws:iam::000000000000:role/jupyter-train",
        "HyperParameters": {"epochs": str(args.epochs)},
        "InputDataConfig": [
            {
                "ChannelName": "training",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": data}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 1,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }


def main():
    args = options()
    key = f"{args.name}/data/points.csv"
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=points().encode())
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_training_job(**request(args, f"s3://{BUCKET}/{key}"))
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName=args.name, WaiterConfig={"Delay": 1, "MaxAttempts": 600})
    facts = sagemaker.describe_training_job(TrainingJobName=args.name)
    print(facts["TrainingJobStatus"], facts["ModelArtifacts"]["S3ModelArtifacts"])
    return 0 if facts["TrainingJobStatus"] == "Completed" else 1


if __name__ == "__main__":
    sys.exit(main())
