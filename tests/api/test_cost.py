"""What a job takes of the machine, in hours and in money."""

import pytest


@pytest.fixture
def cost(manager, call, job):
    """Return a function that starts a job of an instance type and asks what it costs."""

    def ask(instance_type, *statuses, seconds=0, **facts):
        resources = {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 1}
        call("sagemaker", "CreateTrainingJob", **job(ResourceConfig=resources))
        manager.move("job-1", *statuses, **facts)
        manager.clock.now += seconds
        return call("jupytertrain", "GetTrainingJobCost", TrainingJobName="job-1")[1]

    return ask


def test_a_job_that_trains_costs_what_its_instance_costs_an_hour(cost, manager):
    started = manager.clock.now + 2
    answer = cost("ml.m5.xlarge", "Downloading", "Training", seconds=1800, training_started=started)
    assert (answer["Cpus"], answer["MachineCpus"], answer["InstanceSeconds"]) == (4, 4, 1800)
    assert (answer["PricePerHour"], answer["Cost"], answer["Currency"]) == (3.6, 1.8, "EUR")


def test_an_ended_job_costs_no_more(cost, manager):
    times = {"training_started": manager.clock.now, "training_ended": manager.clock.now + 60}
    moves = ("Downloading", "Training", "Uploading", "Completed")
    assert cost("ml.m5.xlarge", *moves, seconds=9999, **times)["InstanceSeconds"] == 60


def test_without_a_price_there_is_no_money(cost):
    answer = cost("local")
    assert (answer["Cpus"], answer["Gpus"], answer["InstanceSeconds"]) == (1, 0, 0)
    assert not {"PricePerHour", "Cost", "Currency"} & set(answer)


def test_what_became_of_a_type_that_was_taken_out_of_the_table_is_still_told(cost):
    assert cost("gpu-box.lab")["Cpus"] == 1
