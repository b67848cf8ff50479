import pytest

from jupyter_train.client.connection import ApiError
from jupyter_train.client.stream import StreamReader


@pytest.fixture
def connection(manager_process):
    with manager_process.connect() as connection:
        yield connection


def test_a_refusal_carries_awss_code_and_sentence(connection):
    with pytest.raises(ApiError, match="not found") as caught:
        connection.call("DescribeTrainingJob", {"TrainingJobName": "nobody"})
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)


def test_a_connection_goes_on_after_a_refusal(connection):
    for _ in range(2):
        with pytest.raises(ApiError):
            connection.call("NoSuchOperation")
    assert connection.call("DescribeManager", service="jupytertrain")["Pid"] == connection.facts.pid


@pytest.mark.parametrize("size", [0, 10, 20_000_000])
def test_an_object_comes_back_as_it_went_in(connection, tmp_path, size):
    (tmp_path / "in").write_bytes(b"\x00\xff" * (size // 2))
    connection.put_object("jupyter-train", "a b/ü+%.bin", tmp_path / "in")
    connection.get_object("jupyter-train", "a b/ü+%.bin", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes()


def test_bytes_are_stored_as_objects_too(connection, tmp_path):
    connection.put_object("jupyter-train", "b", b"abc")
    connection.get_object("jupyter-train", "b", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"abc"


def test_a_missing_object_leaves_no_file_behind(connection, tmp_path):
    with pytest.raises(ApiError) as caught:
        connection.get_object("jupyter-train", "absent", tmp_path / "out")
    assert (caught.value.code, caught.value.status) == ("NoSuchKey", 404)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_points_every_service_here(connection):
    ours = connection.environment()
    theirs = connection.environment(keys=False)
    assert ours["AWS_ENDPOINT_URL_SAGEMAKER"] == ours["AWS_ENDPOINT_URL_S3"] == connection.url
    assert theirs["AWS_ENDPOINT_URL_S3"] == f"{connection.url}/t/{connection.token}/s3"
    assert "AWS_SECRET_ACCESS_KEY" not in theirs


def test_the_stream_is_read_as_messages(connection):
    with StreamReader(connection, timeout=10) as reader:
        assert reader.subscribe("jobs") == 1
        assert reader.receive(10)[0]["type"] == "jobs"
        reader.subscribe("job", job="x" * 70_000)
        assert reader.receive(10)[0]["code"] == "ResourceNotFound"
