import os

import pytest

from jupyter_train.client.runtime_file import UnsafeFileError, is_alive, read_runtime_file
from jupyter_train.contract.manager_file import ManagerFacts, parse_facts, print_facts

FACTS = ManagerFacts(
    pid=os.getpid(),
    url="http://127.0.0.1:1",
    version="1",
    token="t0ken",
    access_key="AK",
    secret_key="s3cret",
    region="us-east-1",
    home="/h",
    started=1.5,
)


def test_facts_are_read_back_as_they_were_written():
    assert parse_facts(print_facts(FACTS)) == FACTS


def test_facts_print_without_their_secrets():
    assert "t0ken" not in repr(FACTS)
    assert "s3cret" not in repr(FACTS)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}'])
def test_a_file_that_is_none_counts_as_absent(tmp_path, text):
    (tmp_path / "manager.json").write_text(text)
    (tmp_path / "manager.json").chmod(0o600)
    assert read_runtime_file(tmp_path) is None


def test_a_file_that_others_could_read_is_refused(tmp_path):
    (tmp_path / "manager.json").write_text(print_facts(FACTS))
    (tmp_path / "manager.json").chmod(0o644)
    with pytest.raises(UnsafeFileError, match="mode 644"):
        read_runtime_file(tmp_path)


def test_a_process_that_does_not_answer_is_no_manager():
    assert not is_alive(FACTS)
