import json

import pytest

from jupyter_train.manager.keys import KeysError, load_keys, with_port
from jupyter_train.manager.lock import HomeLock, LockedError


def test_keys_are_made_once_and_kept(tmp_path):
    keys = load_keys(tmp_path)
    assert load_keys(tmp_path) == keys
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_port_that_was_bound_is_kept(tmp_path):
    with_port(tmp_path, load_keys(tmp_path), 8123)
    assert load_keys(tmp_path).port == 8123


def test_two_folders_share_no_key(tmp_path):
    (tmp_path / "b").mkdir()
    one, other = load_keys(tmp_path), load_keys(tmp_path / "b")
    assert set(one.secrets).isdisjoint(other.secrets)
    assert one.manager_id != other.manager_id


def test_keys_print_without_their_secrets(tmp_path):
    keys = load_keys(tmp_path)
    assert not any(secret in repr(keys) for secret in keys.secrets)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"token": "t"})])
def test_a_broken_keys_file_is_refused_rather_than_replaced(tmp_path, text):
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(KeysError, match="move it away"):
        load_keys(tmp_path)
    assert (tmp_path / "keys.json").read_text() == text


def test_a_folder_is_locked_until_its_holder_lets_go(tmp_path):
    lock = HomeLock(tmp_path)
    with pytest.raises(LockedError, match=r"already serves .*process [0-9]+"):
        HomeLock(tmp_path)
    lock.release()
    HomeLock(tmp_path).release()
