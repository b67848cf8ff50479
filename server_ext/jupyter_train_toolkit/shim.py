"""Run one attempt in its folder and outlive whoever asked for it: `python -I -S shim.py FOLDER`.

Exits at once with 0 (it runs now), 3 (another shim has run or is running this folder) or 1 (it
cannot run; the reason is on stderr).  What stays behind is the supervisor in a session of its own.
One file, no imports of the package: `-I -S` halves the start, and a remote host needs nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes as long to import as this program to start
    from typing import Any

STARTED, IMPOSSIBLE, TAKEN = 0, 1, 3
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
PR_SET_CHILD_SUBREAPER = 36
MARK_SECONDS = 1.0
LEFTOVER_SECONDS = 10.0
FULL_DISK_SECONDS = 3600.0
SMALL_FILE = 64


class TakenError(Exception):
    """Another shim has run this folder, or is running it."""


def main(folder: str) -> int:
    """Leave a supervisor behind and say whether the job could be started."""
    receiver, sender = os.pipe()
    if os.fork() == 0:
        os.close(receiver)
        os._exit(supervise(folder, sender))
    os.close(sender)
    answer = b""
    while True:
        more = os.read(receiver, 65536)
        if not more:
            break
        answer += more
    code, _, reason = answer.decode("utf-8", "replace").partition(" ")
    sys.stderr.write(reason)
    return int(code) if code else IMPOSSIBLE


def supervise(folder: str, sender: int) -> int:
    """Claim the folder, start the job, wait for its end, keep its exit code."""
    try:
        os.setsid()
        os.chdir(folder)
        claim = take_claim()
        spec = read_spec()
        log = os.open("log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        become_subreaper()
        wake = watch_signals()
        reserve("rc")
        # From here on the job may have run: a folder with this file and no shim is not run again.
        publish("pid", "%d %s" % (os.getpid(), start_time(os.getpid())))
    except TakenError:
        os.write(sender, b"%d " % TAKEN)
        return TAKEN
    except (OSError, ValueError, KeyError) as error:
        os.write(sender, ("%d %s: %s" % (IMPOSSIBLE, type(error).__name__, error)).encode())
        return IMPOSSIBLE
    child = start_job(spec, log)
    let_go(sender)
    code = wait_for(child, log, wake)
    ended = time.time()
    end_leftovers(child)
    mark(log)
    publish_at_last("rc", "%d %.6f" % (code, ended))
    os.close(claim)
    return 0


def take_claim() -> int:
    """Hold the claim until this process dies; the kernel lets go of it whatever kills us."""
    claim = os.open("claim", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise TakenError from None
        raise
    if os.path.exists("pid") or os.path.exists("rc"):
        raise TakenError
    return claim


def read_spec() -> dict[str, Any]:
    """Return what to run: {"argv": [...], "environment": {...}, "folder": path or null}."""
    with open("attempt.json", encoding="utf-8") as file:
        spec: dict[str, Any] = json.load(file)
    if not spec["argv"]:
        raise ValueError("attempt.json names no program in argv")
    return spec


def become_subreaper() -> None:
    """Become the parent of every orphan of the job, so that none escapes by its descent."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415  3 ms that a Mac need not wait for

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def watch_signals() -> int:
    """Turn SIGCHLD and the forwarded signals into bytes of a pipe."""
    wake, alarm = os.pipe()
    for end in (wake, alarm):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    for number in (*FORWARDED, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return wake


def start_time(pid: int) -> str:
    """Return when a process started, in a form that no later process with this pid shares."""
    if sys.platform.startswith("linux"):
        with open("/proc/%d/stat" % pid, "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
    return mac_start_time(pid)


def mac_start_time(pid: int) -> str:
    """Return the start of a process in epoch seconds, from the head of the kernel's kinfo_proc."""
    import ctypes  # noqa: PLC0415  only here
    import struct  # noqa: PLC0415  only here

    query = (ctypes.c_int * 4)(1, 14, 1, pid)  # CTL_KERN, KERN_PROC, KERN_PROC_PID
    answer, size = ctypes.create_string_buffer(1024), ctypes.c_size_t(1024)
    ctypes.CDLL(None).sysctl(query, 4, answer, ctypes.byref(size), None, 0)
    seconds, micros = struct.unpack_from("qi", answer.raw)
    return "%d.%06d" % (seconds, micros)


def publish(name: str, text: str) -> None:
    """Put a small file into place whole, or not at all, also across a power cut."""
    file = os.open(name + ".new", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(file, text.ljust(SMALL_FILE - 1).encode() + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    os.rename(name + ".new", name)


def publish_at_last(name: str, text: str) -> None:
    """Put it into place as soon as there is room, unless the folder is gone by then."""
    until = time.monotonic() + FULL_DISK_SECONDS
    while time.monotonic() < until and os.path.exists("claim"):
        with contextlib.suppress(OSError):
            return publish(name, text)
        time.sleep(MARK_SECONDS)
    return publish(name, text)


def reserve(name: str) -> None:
    """Take the room that `publish` will need; later it overwrites what is there."""
    with open(name + ".new", "wb") as file:
        file.write(b" " * SMALL_FILE)
        os.fsync(file.fileno())


def start_job(spec: dict[str, Any], log: int) -> int:
    """Fork the job's main process into a process group of its own: `kill 0` must not reach us."""
    child = os.fork()
    if child:
        return child
    try:
        exec_job(spec, log)
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument or a variable
        os.write(log, ("cannot run %s: %s\n" % (spec["argv"][0], error)).encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)
    finally:
        os._exit(126)


def exec_job(spec: dict[str, Any], log: int) -> None:
    """Become the job."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (*FORWARDED, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(spec.get("folder") or ".")
    os.execvpe(spec["argv"][0], spec["argv"], spec["environment"])  # noqa: S606  no shell wanted


def let_go(sender: int) -> None:
    """Say that the job runs, and hold nothing of the caller's any more."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    with contextlib.suppress(BrokenPipeError):  # whoever asked is dead; the job runs all the same
        os.write(sender, b"%d " % STARTED)
    os.close(sender)


def wait_for(child: int, log: int, wake: int) -> int:
    """Wait for the main process; returns its code as a shell gives it."""
    marked, size = 0.0, 0
    while True:
        select.select([wake], [], [], MARK_SECONDS)
        forward(wake, child)
        code = reap(child)
        if code is not None:
            return code
        now, grown = time.monotonic(), os.fstat(log).st_size
        if grown != size and now - marked >= MARK_SECONDS * 0.9:
            mark(log)
            marked, size = now, grown


def forward(wake: int, child: int) -> None:
    """Hand on the signals that came since the last call."""
    try:
        numbers = os.read(wake, 4096)
    except BlockingIOError:
        return
    for number in numbers:
        if number in FORWARDED:
            os.kill(child, number)


def reap(child: int) -> int | None:
    """Collect what ended, adopted orphans too; returns the main process's code once it is there."""
    code: int | None = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == child:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def mark(log: int) -> None:
    """Note how long the log is now: what is collected late gets its times from here."""
    line = "%.3f %d\n" % (time.time(), os.fstat(log).st_size)
    with contextlib.suppress(OSError), open("marks", "ab", 0) as marks:
        marks.write(line.encode())  # on a full disk the job matters, its marks do not


def end_leftovers(child: int) -> None:
    """End what the main process left behind, as a container does when its first process ends."""
    until = time.monotonic() + LEFTOVER_SECONDS
    while time.monotonic() < until:
        reap(child)
        family = descendants()
        if not family:
            break
        for group in {group_of(pid) for pid in family} - {os.getpgid(0), 0}:
            send(-group, signal.SIGKILL)  # reaches what a group forks at that moment too
        freeze(family)
        for pid in family:
            send(pid, signal.SIGKILL)
        time.sleep(0.002)
    if not sys.platform.startswith("linux"):
        send(-child, signal.SIGKILL)


def freeze(family: set[int]) -> None:
    """Stop a family, and what it forked meanwhile: a stopped process forks no more."""
    for _ in range(20):
        for pid in family:
            send(pid, signal.SIGSTOP)
        found = descendants()
        if found <= family:
            break
        family |= found


def descendants() -> set[int]:
    """Return the living processes below this one."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if sys.platform.startswith("linux") else ():
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    state, parent = file.read().rpartition(b")")[2].split()[:2]
            except OSError:
                continue
            if state not in (b"Z", b"X"):
                children.setdefault(int(parent), []).append(int(name))
    found: set[int] = set()
    ahead = list(children.get(os.getpid(), ()))
    while ahead:
        pid = ahead.pop()
        found.add(pid)
        ahead += children.get(pid, ())
    return found


def group_of(pid: int) -> int:
    """Return the process group of a process, 0 if it is gone."""
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def send(pid: int, number: int) -> None:
    """Signal a process that may be gone."""
    with contextlib.suppress(OSError):
        os.kill(pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
