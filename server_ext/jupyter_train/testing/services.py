"""What a Runtime does besides starting and ending attempts, where it can: inherit the class."""

import asyncio
import pickle
import random
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from ..contract.names import AttemptKey
from ..hosts.base import Host, HostUnreachableError
from ..runtimes.base import (
    AttemptSpec,
    Leftover,
    NotRunningError,
    Phase,
    Resources,
    Runtime,
    Usage,
)
from .runtime import IGNORES_SIGTERM, KEY, PATIENCE, RuntimeSuite, has_ended, until

MIB = 1 << 20
TAKES_MEMORY = "python3 -c 'x = bytearray(512 << 20)'"
BUSY = "echo ready; while :; do :; done"
START = """
import asyncio, pickle, sys
host, spec = pickle.load(sys.stdin.buffer)
print("begins", flush=True)
asyncio.run(runtime.start(host, spec))
"""


class ServiceSuite(RuntimeSuite):
    """All of `RuntimeSuite`, and usage, terminals, leftovers, memory and managers that die.

    `program` is Python that makes `runtime` what the fixture is: some starts are killed with the
    process that makes them.  `limits_memory`: `Resources.memory` holds, and python3 is there to
    break it.  `leaves`: an attempt that has ended leaves something beside its folder.
    """

    program: str = ""
    limits_memory: bool = False
    leaves: bool = False

    def anew(self, runtime: Runtime) -> Runtime:
        """Return another runtime, as the next manager makes it."""
        return type(runtime)()

    def away(self) -> Runtime | None:
        """Return a runtime whose engine does not answer; None if it needs none."""
        return None

    def test_what_the_manager_before_has_started_is_adopted(
        self, runtime: Runtime, host: Host
    ) -> None:
        """Seen, not started again, and ended."""
        self.start_ready(runtime, host, spec := self.spec(host, IGNORES_SIGTERM))

        async def adopt(then: Runtime) -> Phase:
            seen = await until(then, host, KEY, lambda each: each.phase is not Phase.CREATED)
            await then.start(host, spec)
            await then.kill(host, spec)
            await then.close()
            return seen.phase

        assert asyncio.run(adopt(self.anew(runtime))) is Phase.RUNNING
        assert (self.phase(runtime, host), self.log(host)) == (Phase.EXITED, b"ready\n")

    def test_an_end_that_nobody_saw_is_found_by_the_next_manager(
        self, runtime: Runtime, host: Host
    ) -> None:
        """With its code and its time."""
        self.start_ready(runtime, host, self.spec(host, "echo ready; sleep 0.3; exit 7"))
        time.sleep(0.8)

        async def look(then: Runtime) -> tuple[int | None, float | None]:
            seen = await until(then, host, KEY, has_ended)
            await then.close()
            return seen.exit_code, seen.ended

        code, ended = asyncio.run(look(self.anew(runtime)))
        assert (code, abs(time.time() - (ended or 0)) < PATIENCE) == (7, True)

    def test_starts_killed_at_any_moment_and_repeated_run_at_most_once(
        self, runtime: Runtime, host: Host
    ) -> None:
        """An attempt that cannot be begun again is lost, never doubled."""
        chance = random.Random(7)  # noqa: S311 - the same moments every time
        for attempt in range(1, 7):
            key = replace(KEY, attempt=attempt)
            spec = self.spec(host, "echo started; sleep 0.2; exit 5", key)
            for _ in range(2):
                self.start_and_die(host, spec, chance.random() * 0.5)
            seen = self.run_to_end(runtime, host, spec)
            once = (seen.phase, seen.exit_code, self.log(host, key)) == (
                (Phase.EXITED, 5, b"started\n")
            )
            assert once or (seen.phase is Phase.LOST and self.log(host, key) in (b"", b"started\n"))
            assert asyncio.run(runtime.signal(host, spec, 0)) == 0

    def start_and_die(self, host: Host, spec: AttemptSpec, seconds: float) -> None:
        """Start from a process that is killed so long after it has begun to."""
        words = [sys.executable, "-c", self.program + START]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(pickle.dumps((host, spec)))
            process.stdin.close()
            assert process.stdout.readline() == b"begins\n"
            time.sleep(seconds)
            process.kill()

    def test_what_an_attempt_uses_is_counted(self, runtime: Runtime, host: Host) -> None:
        """While it runs."""
        self.start_ready(runtime, host, spec := self.spec(host, BUSY))

        async def measure() -> tuple[Usage, Usage]:
            await until(runtime, host, KEY, lambda seen: seen.phase is Phase.RUNNING)
            first = (await runtime.usage(host, [KEY]))[KEY]
            await asyncio.sleep(0.5)
            return first, (await runtime.usage(host, [KEY]))[KEY]

        first, then = asyncio.run(measure())
        assert 0.05 < then.cpu_seconds - first.cpu_seconds <= (then.time - first.time) * 1.5
        assert then.memory > 0
        asyncio.run(runtime.kill(host, spec))
        assert asyncio.run(runtime.usage(host, [KEY])) == {}

    def test_a_terminal_opens_in_what_runs_and_in_nothing_else(
        self, runtime: Runtime, host: Host
    ) -> None:
        """With the size it is given; to close it twice is to close it once."""
        self.start_ready(runtime, host, spec := self.spec(host, IGNORES_SIGTERM))

        async def talk() -> bytes:
            shell = await runtime.shell(host, spec, 33, 101)
            await shell.write(b"stty size; echo $((6*7))\n")
            said = b""
            async with asyncio.timeout(PATIENCE):
                while b"\r\n42\r\n" not in said:
                    said += await shell.read()
            await shell.close()
            await shell.close()
            return said

        assert b"33 101" in asyncio.run(talk())
        asyncio.run(runtime.kill(host, spec))
        with pytest.raises(NotRunningError):
            asyncio.run(talk())

    def test_what_is_left_of_attempts_is_listed_and_can_be_discarded(
        self, runtime: Runtime, host: Host
    ) -> None:
        """Not that of those that live."""
        self.run_to_end(runtime, host, spec := self.spec(host, "true"))
        other = replace(KEY, attempt=2)
        self.start_ready(runtime, host, self.spec(host, IGNORES_SIGTERM, other))

        def left() -> list[Leftover]:
            # An engine may also hold helpers of other managers, which were killed.
            return [each for each in asyncio.run(runtime.leftovers(host, [other])) if each.key]

        found = left()
        assert [each.key for each in found] == [spec.key] * self.leaves
        for each in [*found, *found]:
            asyncio.run(runtime.discard(host, each))
        assert left() == []
        assert self.phase(runtime, host, other) is Phase.RUNNING
        asyncio.run(runtime.remove(host, self.spec(host, "", other)))

    def test_what_is_prepared_is_there_the_second_time(self, runtime: Runtime, host: Host) -> None:
        """And is the same."""
        spec = self.spec(host, "true")
        told: list[str] = []
        first = asyncio.run(runtime.prepare(host, spec, told.append))
        told.clear()
        assert asyncio.run(runtime.prepare(host, spec, told.append)) == first
        assert told == []
        assert bool(first.image_id) == (spec.container is not None)

    def test_ended_attempts_are_known_without_an_engine_and_the_others_are_not(
        self, runtime: Runtime, host: Host
    ) -> None:
        """If it needs one; it says in words what is missing."""
        assert asyncio.run(runtime.unavailable()) is None
        away = self.away()
        if away is None:
            return
        other = AttemptKey(job_id="runs", attempt=1)
        self.run_to_end(runtime, host, self.spec(host, "exit 3"))
        self.start_ready(runtime, host, self.spec(host, IGNORES_SIGTERM, other))
        assert asyncio.run(away.unavailable())
        assert asyncio.run(away.observe(host, [KEY]))[KEY].exit_code == 3
        assert set(asyncio.run(away.observe(host, [KEY, other]))) == {KEY}
        with pytest.raises(HostUnreachableError):
            asyncio.run(away.observe(host, [other]))
        asyncio.run(away.close())

    def test_too_much_memory_is_named_so_also_a_childs(self, runtime: Runtime, host: Host) -> None:
        """Where memory is limited; the next manager knows it too."""
        if not self.limits_memory:
            return
        little = Resources(memory=64 * MIB)
        alone = replace(self.spec(host, f"exec {TAKES_MEMORY}"), resources=little)
        seen = self.run_to_end(runtime, host, alone)
        assert (seen.exit_code, seen.out_of_memory) == (137, True)
        other = replace(KEY, attempt=2)
        child = replace(self.spec(host, f"{TAKES_MEMORY}; exit 5", other), resources=little)
        seen = self.run_to_end(runtime, host, child)
        assert (seen.exit_code, seen.out_of_memory) == (5, True)
        then = self.anew(runtime)
        assert asyncio.run(then.observe(host, [other]))[other].out_of_memory
        asyncio.run(then.close())
