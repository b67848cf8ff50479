"""How the engine's socket is reached when it has too many callers, or nobody listens."""

import socket
from concurrent.futures import ThreadPoolExecutor

import docker
import psutil
import pytest

from jupyter_train.runtimes.docker.transport import Client, knock


@pytest.fixture
def full(tmp_path):
    """A socket whose queue is full, its path, and those who wait in it."""
    path = str(tmp_path / "d.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        waiting = []
        while True:
            caller = socket.socket(socket.AF_UNIX)
            waiting.append(caller)
            caller.setblocking(False)
            try:
                caller.connect(path)
            except BlockingIOError:
                break
        yield listener, path, waiting
        for each in waiting:
            each.close()


def serve(listener, callers):
    """Take in so many callers; what they ask is answered as an engine that is too busy would."""
    for _ in range(callers):
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(0.1)
            try:
                asked = connection.recv(1000)
            except TimeoutError:
                continue
            if asked:
                body = b'{"ApiVersion": "1.41"}'
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
                connection.sendall(body)


@pytest.mark.parametrize("call", [knock, lambda host: Client(base_url=host).close()])
def test_an_engine_with_a_full_queue_is_waited_for(full, call):
    listener, path, waiting = full
    with ThreadPoolExecutor() as pool:
        called = pool.submit(call, f"unix://{path}")
        with pytest.raises(TimeoutError):
            called.result(timeout=0.5)
        serve(listener, len(waiting))  # the last of those who wait was refused: this one is ours
        called.result(timeout=20)


def test_a_socket_that_would_not_connect_is_not_left_open(tmp_path):
    path = tmp_path / "d.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    here = psutil.Process()
    before = here.num_fds()
    with pytest.raises(docker.errors.DockerException, match="Connection refused") as caught:
        Client(base_url=f"unix://{path}")
    assert (here.num_fds(), caught.value is None) == (before, False)
