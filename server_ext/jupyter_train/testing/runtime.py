"""What every Runtime must do: inherit the class and give it `runtime` and `host` fixtures."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path, PurePath

from ..contract.names import AttemptKey
from ..hosts.base import Host
from ..runtimes.base import AttemptSpec, Observation, Phase, Resources, Runtime

PATIENCE = 30.0
LOOK_SECONDS = 0.01
KEY = AttemptKey(job_id="job", attempt=1)

Condition = Callable[[Observation], bool]

SAVES_ON_SIGTERM = """
trap 'echo got; saved=1' TERM
echo ready; while [ ! $saved ]; do sleep 0.05; done; sleep 0.2
"""

IGNORES_SIGTERM = "trap '' TERM; echo ready; while :; do sleep 1; done"

# A grandchild with a session, a clean environment and no ear for SIGTERM, then one level deeper.
HIDES = """
(env -i setsid sh -c "trap '' TERM; echo grandchild; sleep 60" &)
echo ready; sleep 1000
"""

# Each process is followed by another and ends: at no moment does a list of them stay true.  There
# are never more than a few at once, and they come to an end by themselves whatever becomes of the
# test: one that multiplies takes the whole machine with it if a kill comes late.
FORKS_AND_IGNORES_SIGTERM = """
trap '' TERM
run() { [ "$1" -lt 3000 ] || exit 0; sleep 0.01; run $(($1 + 1)) & }
for n in 1 2 3; do run 0 & setsid sh -c 'sleep 30' & done
echo ready; sleep 30
"""


async def until(runtime: Runtime, host: Host, key: AttemptKey, condition: Condition) -> Observation:
    """Observe until the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = (await runtime.observe(host, [key]))[key]
            if condition(seen):
                return seen
            await asyncio.sleep(LOOK_SECONDS)


def has_ended(seen: Observation) -> bool:
    """Tell whether an attempt is over."""
    return seen.phase in (Phase.EXITED, Phase.LOST)


class RuntimeSuite:
    """The fixture `runtime` is to run attempts on `host`, whose folder is empty.

    `ambient` names variables that the runtime itself gives to every attempt; `spec` is overridden
    by a runtime that needs more than a program, an image for instance.
    """

    ambient: frozenset[str] = frozenset()

    def spec(self, host: Host, script: str, key: AttemptKey = KEY) -> AttemptSpec:
        """Return a shell script as an attempt."""
        return AttemptSpec(
            manager_id="suite",
            key=key,
            folder=host.folder / str(key),
            argv=("/bin/sh", "-c", script),
            environment={"PATH": "/usr/bin:/bin"},
        )

    def elsewhere(self, host: Host) -> PurePath:
        """Return a folder that attempts can work in, as they see it."""
        there = Path(host.folder / "there")
        there.mkdir()
        return there.resolve()

    def log(self, host: Host, key: AttemptKey = KEY) -> bytes:
        """Return what an attempt has printed."""
        return asyncio.run(host.read(host.folder / str(key) / "log"))

    def run_to_end(self, runtime: Runtime, host: Host, spec: AttemptSpec) -> Observation:
        """Start and wait for the end."""

        async def run() -> Observation:
            await runtime.start(host, spec)
            return await until(runtime, host, spec.key, has_ended)

        return asyncio.run(run())

    def start_ready(self, runtime: Runtime, host: Host, spec: AttemptSpec) -> None:
        """Start and wait for the word `ready`."""

        async def run() -> None:
            await runtime.start(host, spec)
            async with asyncio.timeout(PATIENCE):
                chunks = host.follow(host.folder / str(spec.key) / "log", 0)
                async with aclosing(chunks):  # type: ignore[type-var]  # a generator
                    while b"ready" not in await anext(chunks):
                        pass

        asyncio.run(run())

    def phase(self, runtime: Runtime, host: Host, key: AttemptKey = KEY) -> Phase:
        """Look once."""
        return asyncio.run(runtime.observe(host, [key]))[key].phase

    def test_an_attempt_that_never_was_is_absent(self, runtime: Runtime, host: Host) -> None:
        """However often one looks."""
        assert self.phase(runtime, host) is Phase.ABSENT

    def test_an_attempt_begins_once_in_what_was_kept_for_it(
        self, runtime: Runtime, host: Host
    ) -> None:
        """Or by itself, where the runtime keeps nothing."""
        before = self.spec(host, "echo never", AttemptKey(job_id="warm-before", attempt=1))
        after = self.spec(host, "echo once")
        if asyncio.run(runtime.keep(host, before)):
            assert asyncio.run(runtime.is_kept(host, before))
            Path(before.folder).rename(after.folder)
        assert not asyncio.run(runtime.is_kept(host, before))
        for _ in range(2):
            assert self.run_to_end(runtime, host, after).exit_code == 0
        assert self.log(host) == b"once\n"

    def test_what_was_kept_can_be_removed(self, runtime: Runtime, host: Host) -> None:
        """And nothing waits then."""
        spec = self.spec(host, "echo never", AttemptKey(job_id="warm-before", attempt=1))
        asyncio.run(runtime.keep(host, spec))
        asyncio.run(runtime.remove(host, spec))
        assert not asyncio.run(runtime.is_kept(host, spec))

    def test_an_attempt_runs_and_leaves_its_exit_code(self, runtime: Runtime, host: Host) -> None:
        """With times in order."""
        seen = self.run_to_end(runtime, host, self.spec(host, "echo out; echo err >&2; exit 7"))
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 7)
        assert seen.started is not None
        assert seen.ended is not None
        assert sorted(self.log(host).split()) == [b"err", b"out"]

    def test_a_signal_that_ends_it_shows_in_the_code(self, runtime: Runtime, host: Host) -> None:
        """As a shell shows it."""
        seen = self.run_to_end(runtime, host, self.spec(host, "kill -SEGV $$"))
        assert seen.exit_code == 128 + signal.SIGSEGV

    def test_starting_twice_starts_once(self, runtime: Runtime, host: Host) -> None:
        """Also at the same moment, and after the end."""
        spec = self.spec(host, "echo started")

        async def start() -> None:
            await asyncio.gather(*(runtime.start(host, spec) for _ in range(4)))
            await until(runtime, host, spec.key, has_ended)
            await runtime.start(host, spec)

        asyncio.run(start())
        assert self.log(host) == b"started\n"

    def test_bytes_come_out_as_they_went_in(self, runtime: Runtime, host: Host) -> None:
        """Binary output and a line of ten megabytes."""
        script = "printf '\\000\\377\\r'; head -c 10000000 /dev/zero | tr '\\0' x; printf end"
        self.run_to_end(runtime, host, self.spec(host, script))
        assert self.log(host) == b"\x00\xff\r" + b"x" * 10_000_000 + b"end"

    def test_the_environment_is_the_specs_alone(self, runtime: Runtime, host: Host) -> None:
        """But for the marker and what a shell sets."""
        spec = replace(self.spec(host, "env"), environment={"PATH": "/usr/bin:/bin", "A": "b c"})
        self.run_to_end(runtime, host, spec)
        names = {line.split("=")[0] for line in self.log(host).decode().splitlines()}
        given = {"PATH", "A", "JUPYTER_TRAIN_ATTEMPT"}
        assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == given | self.ambient

    def test_it_works_where_it_is_told_to(self, runtime: Runtime, host: Host) -> None:
        """The folder has to be there."""
        there = self.elsewhere(host)
        self.run_to_end(runtime, host, replace(self.spec(host, "pwd"), working_directory=there))
        assert self.log(host).decode().strip() == str(there)

    def test_it_has_no_input_to_wait_for(self, runtime: Runtime, host: Host) -> None:
        """Reading ends at once."""
        assert self.run_to_end(runtime, host, self.spec(host, "cat")).exit_code == 0

    def test_a_program_that_is_not_there_ends_with_127(self, runtime: Runtime, host: Host) -> None:
        """And the log says so."""
        spec = replace(self.spec(host, ""), argv=("/no/such/program",))
        assert self.run_to_end(runtime, host, spec).exit_code == 127
        assert b"/no/such/program" in self.log(host)

    def test_many_run_at_once_and_one_look_sees_all(self, runtime: Runtime, host: Host) -> None:
        """Each with its own code."""
        keys = [AttemptKey(job_id="many", attempt=number) for number in range(1, 9)]

        async def run() -> dict[AttemptKey, Observation]:
            specs = [self.spec(host, f"exit {key.attempt}", key) for key in keys]
            await asyncio.gather(*(runtime.start(host, spec) for spec in specs))
            for key in keys:
                await until(runtime, host, key, has_ended)
            return await runtime.observe(host, keys)

        codes = {key.attempt: seen.exit_code for key, seen in asyncio.run(run()).items()}
        assert codes == {number: number for number in range(1, 9)}

    def test_sigterm_reaches_the_program_which_may_end_well(
        self, runtime: Runtime, host: Host
    ) -> None:
        """Once only: a second one often means `at once`."""
        self.start_ready(runtime, host, spec := self.spec(host, SAVES_ON_SIGTERM))
        assert asyncio.run(runtime.signal(host, spec, signal.SIGTERM)) >= 1
        seen = asyncio.run(until(runtime, host, KEY, has_ended))
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 0)
        assert self.log(host).count(b"got") == 1

    def test_kill_ends_what_ignores_sigterm(self, runtime: Runtime, host: Host) -> None:
        """Whatever it forks and wherever it hides."""
        for number, script in enumerate((IGNORES_SIGTERM, HIDES, FORKS_AND_IGNORES_SIGTERM), 1):
            key = AttemptKey(job_id="stubborn", attempt=number)
            self.start_ready(runtime, host, spec := self.spec(host, script, key))
            asyncio.run(runtime.signal(host, spec, signal.SIGTERM))
            asyncio.run(runtime.kill(host, spec))
            assert self.phase(runtime, host, key) is Phase.EXITED
            assert asyncio.run(runtime.signal(host, spec, 0)) == 0

    def test_what_the_program_leaves_behind_ends_with_it(
        self, runtime: Runtime, host: Host
    ) -> None:
        """As in a container whose first process ends."""
        spec = self.spec(host, "setsid sh -c 'sleep 0.3; echo late' & exit 4")
        assert self.run_to_end(runtime, host, spec).exit_code == 4
        assert asyncio.run(runtime.signal(host, spec, 0)) == 0

    def test_what_was_killed_before_its_start_never_starts(
        self, runtime: Runtime, host: Host
    ) -> None:
        """A start that comes late does nothing."""
        spec = self.spec(host, "echo started")
        Path(spec.folder).mkdir()
        asyncio.run(runtime.kill(host, spec))
        asyncio.run(runtime.start(host, spec))
        assert self.phase(runtime, host) is Phase.EXITED
        assert asyncio.run(host.size(host.folder / str(KEY) / "log")) == 0

    def test_removing_ends_it_and_keeps_its_log(self, runtime: Runtime, host: Host) -> None:
        """Also twice, and where there never was anything."""
        self.start_ready(runtime, host, spec := self.spec(host, IGNORES_SIGTERM))
        absent = self.spec(host, "", AttemptKey(job_id="absent", attempt=1))
        for each in (spec, spec, absent):
            asyncio.run(runtime.remove(host, each))
        assert asyncio.run(runtime.signal(host, spec, 0)) == 0
        assert self.log(host) == b"ready\n"

    def test_what_cannot_run_is_said_before_it_is_tried(self, runtime: Runtime, host: Host) -> None:
        """And what can run has no problems."""
        facts = asyncio.run(host.facts())
        good = self.spec(host, "true")
        assert runtime.validate(good, facts) == []
        bad = replace(good, resources=Resources(gpus=("GPU-none",)))
        assert "GPU-none" in runtime.validate(bad, facts)[0].message
