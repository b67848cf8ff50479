"""Every rule of the model, broken in turn: generated from the model itself."""

from functools import cache

import pytest
import regex

from jupyter_train.api.errors import ValidationError
from jupyter_train.api.models import Models
from jupyter_train.api.registry import Registry
from jupyter_train.api.validate import _compiled, validate

SERVICES = ("sagemaker", "logs", "jupytertrain")
# Found by hand for the patterns that a string of one letter does not match.
EXAMPLES = (
    "a",
    "0" * 12,
    "s3://a/b",
    "a" * 20,
    "fs-0123abcd",
    "image/a",
    "1K",
    "arn:aws:iam::000000000000:role/abcd",
)


@cache
def shape_of(service, operation):
    return Models().service(service).operation_model(operation).input_shape


def walk(shape, path=()):
    """Yield (path, value that breaks a rule, the rule's words) for every rule below a shape."""
    yield from WALKS.get(shape.type_name, walk_nothing)(shape, path)
    if path:
        yield path, WRONG[shape.type_name], "Member must be"


def walk_structure(shape, path):
    for name in shape.required_members:
        yield (*path, name), None, "Member must not be null"
    for name, member in shape.members.items():
        yield from walk(member, (*path, name))
    yield (*path, "NoSuchMember"), 1, "Member must be known"
    if shape.is_tagged_union:
        yield path, {}, "Member must have exactly one of"


def walk_list(shape, path):
    yield from lengths(shape, path, lambda count: [valid(shape.member)] * count)
    yield from walk(shape.member, (*path, 1))


def walk_map(shape, path):
    value = valid(shape.value)
    yield from lengths(shape, path, lambda count: {f"k{n}": value for n in range(count)})
    yield from walk(shape.value, (*path, valid(shape.key)))
    for _, key, rule in WALKS[shape.key.type_name](shape.key, path):
        yield path, {key: value}, f"Map keys must satisfy constraint: [{rule}"


def walk_string(shape, path):
    yield from lengths(shape, path, lambda count: "a" * count)
    if shape.enum:
        yield path, "ml.nonsense", "Member must satisfy enum value set"
    pattern = shape.metadata.get("pattern", "")
    for text in BREAKING:
        if pattern and fits(shape, text) and not matches(pattern, text):
            yield path, text, "Member must satisfy regular expression pattern"


def walk_number(shape, path):
    if (least := shape.metadata.get("min")) is not None:
        yield path, least - 1, "Member must have value greater than or equal to"
    if (most := shape.metadata.get("max")) is not None:
        yield path, most + 1, "Member must have value less than or equal to"


def walk_nothing(shape, path):
    return iter(())


def lengths(shape, path, make):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least:
        yield path, make(least - 1), "Member must have length greater than or equal to"
    if most is not None and most < 10_000:
        yield path, make(most + 1), "Member must have length less than or equal to"


WALKS = {
    "structure": walk_structure,
    "list": walk_list,
    "map": walk_map,
    "string": walk_string,
    "integer": walk_number,
    "long": walk_number,
    "float": walk_number,
    "double": walk_number,
}
WRONG = {
    "structure": "text",
    "list": "text",
    "map": "text",
    "string": 1,
    "integer": "1",
    "long": True,
    "float": "1",
    "double": "1",
    "timestamp": "now",
    "boolean": "true",
}
BREAKING = ("?? ??", "\n\n", "*:*:*:*", " ")


def matches(pattern, text):
    return regex.fullmatch(pattern, text) is not None


def fits(shape, text):
    low, high = shape.metadata.get("min") or 0, shape.metadata.get("max") or 1 << 30
    return low <= len(text) <= high


def valid(shape, depth=0):
    """Return a valid value with nothing in it that need not be."""
    least = shape.metadata.get("min") or 0
    if shape.type_name == "structure":
        names = list(shape.required_members) or list(shape.members)[:1] * shape.is_tagged_union
        return {name: valid(shape.members[name], depth + 1) for name in names}
    if shape.type_name == "list":
        return [valid(shape.member)] * max(least, 1)
    if shape.type_name == "map":
        return {valid(shape.key): valid(shape.value)}
    if shape.type_name == "string":
        return valid_string(shape, least)
    return {"boolean": True, "timestamp": 1.0}.get(shape.type_name, max(least, 1))


def valid_string(shape, least):
    if shape.enum:
        return shape.enum[0]
    pattern = shape.metadata.get("pattern", ".*")
    examples = (*EXAMPLES, "a" * least, *ARNS)
    return next(each for each in examples if matches(pattern, each) and fits(shape, each))


ARNS = (
    "arn:aws:iam::000000000000:role/abcd",
    "arn:aws:sagemaker:us-east-1:000000000000:training-plan/a",
    "arn:aws:sagemaker:us-east-1:000000000000:hub-content/a/Model/a",
    "arn:aws:sagemaker:us-east-1:000000000000:hub-content/a/DataSet/a",
    "arn:aws:sagemaker:us-east-1:000000000000:mlflow-app/a",
    "arn:aws:sagemaker:us-east-1:000000000000:model-package-group/a",
    "arn:aws:sagemaker:us-east-1:000000000000:model-package/a",
    "arn:aws:lambda:us-east-1:000000000000:function:a",
    "arn:aws:s3:::a/b",
    "subnet-12345678",
)


def put(shape, value, path, new):
    """Return the valid value with another one at a path; what is missing on the way is made."""
    if not path:
        return new
    step, *rest = path
    if shape.type_name == "structure":
        member = shape.members.get(step)
        inner = put(member, value.get(step) or (valid(member) if member else None), rest, new)
        return {**value, step: inner}
    if shape.type_name == "list":
        return [put(shape.member, value[0], rest, new), *value[1:]]
    return {step: put(shape.value, valid(shape.value), rest, new)}


def printed(shape, path):
    """Return a path as AWS prints it."""
    words = []
    for step in path:
        if shape.type_name == "structure":
            words.append(step[0].lower() + step[1:])
            shape = shape.members.get(step)
        else:
            words += [str(step), "member"]
            shape = shape.member if shape.type_name == "list" else shape.value
    return ".".join(words)


def operations():
    registry = Registry()
    there = [(each, name) for each in SERVICES for name in registry.names(each)]
    return [each for each in there if each[1] not in {"CheckTrainingJob", "ValidateTrainingJob"}]


@pytest.mark.parametrize(("service", "operation"), operations())
def test_the_smallest_valid_request_passes(service, operation):
    validate(shape_of(service, operation), valid(shape_of(service, operation)))


@pytest.mark.parametrize(("service", "operation"), operations())
def test_every_broken_rule_is_named_with_member_and_value(service, operation):
    shape = shape_of(service, operation)
    for path, new, rule in walk(shape):
        request = put(shape, valid(shape), path, new)
        with pytest.raises(ValidationError) as caught:
            validate(shape, request)
        message = str(caught.value)
        assert f"at '{printed(shape, path)}' failed to satisfy constraint: {rule}" in message
        if isinstance(new, str) and len(new) < 256:
            assert f"Value '{new}' at" in message


def test_createtrainingjob_is_broken_in_hundreds_of_ways():
    rules = [rule for _, _, rule in walk(shape_of("sagemaker", "CreateTrainingJob"))]
    assert len(rules) > 500
    assert sum("pattern" in rule for rule in rules) > 40
    assert sum("enum" in rule for rule in rules) > 15


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("TrainingJobName",), "bad name!"),
        (("AlgorithmSpecification",), {"TrainingInputMode": "Foo"}),
        (("OutputDataConfig", "S3OutputPath"), "ftp://a/b"),
        (("HyperParameters",), {"k": 1}),
        (("StoppingCondition",), {"MaxRuntimeInSeconds": 0}),
        (("RoleArn",), None),
    ],
)
def test_a_broken_request_is_refused_over_the_wire_and_creates_nothing(
    call, job, manager, path, new
):
    request = put(shape_of("sagemaker", "CreateTrainingJob"), job(), path, new)
    status, answer = call("sagemaker", "CreateTrainingJob", **request)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert answer["message"].startswith("1 validation error detected: Value ")
    assert manager.jobs.last_seq() == 0


def test_a_check_takes_the_members_of_createtrainingjob():
    create = set(shape_of("sagemaker", "CreateTrainingJob").members)
    assert set(shape_of("jupytertrain", "CheckTrainingJob").members) <= create


def test_every_problem_of_a_request_is_told_at_once(call, job):
    wrong = job("bad name!", Environment={"": "v"}, Tags=[{"Key": "k"}])
    _, answer = call("sagemaker", "CreateTrainingJob", **wrong)
    assert answer["message"].startswith("3 validation errors detected: ")


def test_a_misspelled_member_is_refused_with_the_one_that_was_meant(call, job):
    _, answer = call("sagemaker", "CreateTrainingJob", **job(HyperParameter={"a": "1"}))
    assert "did you mean HyperParameters?" in answer["message"]


def test_a_pattern_that_takes_for_ever_is_given_up_on():
    shape = shape_of("sagemaker", "StopTrainingJob")
    with pytest.raises(ValidationError, match="regular expression"):
        validate(shape, {"TrainingJobName": "a" + "-" * 61 + "!"})


def test_every_pattern_of_every_service_compiles():
    for service in (*SERVICES, "s3", "sts", "iam"):
        shapes = Models().service(service)._shape_resolver._shape_map.values()
        for pattern in {each["pattern"] for each in shapes if "pattern" in each}:
            _compiled(pattern)
