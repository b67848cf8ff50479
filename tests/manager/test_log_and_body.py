import logging

from jupyter_train.manager.body import Body
from jupyter_train.manager.manager_log import DiscreetFormatter


def test_a_secret_is_blotted_out_of_messages_and_tracebacks():
    error = ValueError("bad token s3cret")
    caught = (type(error), error, None)
    record = logging.LogRecord("a", logging.ERROR, "", 1, "at /t/s3cret/", (), caught)
    text = DiscreetFormatter(["s3cret"]).format(record)
    assert "s3cret" not in text
    assert "bad token ***" in text


def test_a_small_body_stays_in_memory(tmp_path):
    body = Body(tmp_path, limit=10)
    body.write(b"12345")
    body.write(b"67890")
    assert (body.in_memory, body.finish(), list(tmp_path.iterdir())) == (b"1234567890", None, [])


def test_a_long_body_goes_to_a_file_and_the_file_goes_with_it(tmp_path):
    body = Body(tmp_path, limit=4)
    body.write(b"123")
    body.write(b"456")
    assert (body.in_memory, body.finish().read_bytes()) == (b"", b"123456")
    body.close()
    assert list(tmp_path.iterdir()) == []
