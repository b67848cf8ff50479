"""What every Host must do: inherit the class and give it a `host` fixture."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from ..hosts.base import Bounds, Host

PATIENCE = 20.0
WIDE = Bounds(depth=9, folders=99, entries=99, files=99)


async def collect(chunks: AsyncIterator[bytes], size: int) -> bytes:
    """Follow a file until so many bytes have come, then let go."""
    data = b""
    async with asyncio.timeout(PATIENCE), aclosing(chunks):  # type: ignore[type-var]  # a generator
        while len(data) < size:
            data += await anext(chunks)
    return data


class HostSuite:
    """The fixture `host` is a host with an empty folder."""

    def append(self, host: Host, name: str, data: bytes) -> None:
        """Append to a file in the host's folder; override it for hosts that are elsewhere."""
        path = Path(host.folder / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)

    def test_its_facts_say_what_there_is(self, host: Host) -> None:
        """And stay the same."""
        facts = asyncio.run(host.facts())
        assert facts.cpus > 0
        assert facts.memory > 0
        assert facts.boot_id
        assert asyncio.run(host.facts()) == facts

    def test_a_program_runs_to_its_end(self, host: Host) -> None:
        """With both outputs and its code."""
        argv = ("sh", "-c", "cat; echo oops >&2; exit 3")
        done = asyncio.run(host.run(argv, input=b"in\x00put"))
        assert (done.returncode, done.stdout, done.stderr) == (3, b"in\x00put", b"oops\n")

    def test_a_program_sees_no_input_but_what_it_is_given(self, host: Host) -> None:
        """So that it never waits for ours."""
        assert asyncio.run(host.run(("cat",))).stdout == b""

    def test_a_program_that_takes_too_long_is_ended(self, host: Host) -> None:
        """By a TimeoutError."""
        with pytest.raises(TimeoutError):
            asyncio.run(host.run(("sleep", "60"), timeout=0.1))

    def test_files_are_found_by_a_part_of_their_names(self, host: Host) -> None:
        """With their sizes; hidden folders are left out."""
        self.append(host, "a/b/events.1", b"12345")
        self.append(host, "a/notes", b"1")
        self.append(host, "a/.git/events.2", b"1")
        [found] = asyncio.run(host.find(host.folder, "events.", WIDE))
        assert (found.path.relative_to(Path(host.folder).resolve()).as_posix(), found.size) == (
            "a/b/events.1",
            5,
        )
        assert asyncio.run(host.find(host.folder / "absent", "events.", WIDE)) == []

    def test_looking_for_files_is_bounded(self, host: Host) -> None:
        """In depth, in folders, in what a folder holds, and in what is found."""
        for n in range(6):
            self.append(host, f"wide/events.{n}", b"1")
        self.append(host, "a/b/c/events.9", b"1")
        for bounds, count in ((WIDE, 7), (replace(WIDE, files=2), 2), (replace(WIDE, depth=2), 6)):
            assert len(asyncio.run(host.find(host.folder, "events.", bounds))) == count
        assert len(asyncio.run(host.find(host.folder, "events.", replace(WIDE, entries=3)))) == 4
        assert asyncio.run(host.find(host.folder, "events.", replace(WIDE, folders=1))) == []

    def test_a_link_is_neither_found_nor_followed_nor_read(self, host: Host) -> None:
        """A job may have put it there."""
        self.append(host, "outside/events.1", b"secret")
        folder = Path(host.folder)
        (folder / "inside").mkdir()
        (folder / "inside" / "way").symlink_to(folder / "outside")
        (folder / "inside" / "events.2").symlink_to(folder / "outside" / "events.1")
        assert asyncio.run(host.find(folder / "inside", "events.", WIDE)) == []
        with pytest.raises(OSError, match="way"):
            asyncio.run(host.read(folder / "inside" / "way" / "events.1", real=True))

    def test_a_file_is_read_from_any_place(self, host: Host) -> None:
        """To any length."""
        self.append(host, "file", b"0123456789")

        def read(*where: int) -> bytes:
            return asyncio.run(host.read(host.folder / "file", *where))

        assert (read(), read(4), read(4, 3), read(10)) == (b"0123456789", b"456789", b"456", b"")

    def test_what_is_not_there_is_empty_or_not_found(self, host: Host) -> None:
        """A file has size 0, a folder no names; reading it fails."""
        absent = host.folder / "absent"
        assert asyncio.run(host.size(absent)) == 0
        assert asyncio.run(host.list(absent)) == []
        with pytest.raises(FileNotFoundError):
            asyncio.run(host.read(absent))

    def test_a_folder_lists_its_names_in_order(self, host: Host) -> None:
        """Sizes are those of the files."""
        for name in ("b", "a", "c"):
            self.append(host, f"folder/{name}", b"123")
        assert asyncio.run(host.list(host.folder / "folder")) == ["a", "b", "c"]
        assert asyncio.run(host.size(host.folder / "folder" / "b")) == 3

    def test_files_and_folders_go_there_and_come_back(self, host: Host, tmp_path: Path) -> None:
        """Bytes, names and links as they were."""
        (tmp_path / "source" / "sub").mkdir(parents=True)
        (tmp_path / "source" / "sub" / "file").write_bytes(b"\x00\xff")
        (tmp_path / "source" / "link").symlink_to("sub/file")
        asyncio.run(host.push(tmp_path / "source", host.folder / "there"))
        asyncio.run(host.pull(host.folder / "there", tmp_path / "back"))
        assert (tmp_path / "back" / "link").read_bytes() == b"\x00\xff"
        assert (tmp_path / "back" / "link").is_symlink()

    def test_one_file_replaces_another(self, host: Host, tmp_path: Path) -> None:
        """Whole, at once."""
        for text in ("first", "second"):
            (tmp_path / "file").write_text(text)
            asyncio.run(host.push(tmp_path / "file", host.folder / "file"))
        assert asyncio.run(host.read(host.folder / "file")) == b"second"
        assert asyncio.run(host.list(host.folder)) == ["file"]

    def test_a_file_is_followed_byte_for_byte(self, host: Host) -> None:
        """From the offset on, through lines cut anywhere, long ones and bytes that are no text."""
        data = b"\xff\x00\r\n" + b"x" * 3_000_000 + b"\nhalf a li"

        async def follow() -> bytes:
            self.append(host, "log", b"before")
            chunks = host.follow(host.folder / "log", 6)
            reading = asyncio.ensure_future(collect(chunks, len(data)))
            for at in range(0, len(data), 700_000):
                self.append(host, "log", data[at : at + 700_000])
                await asyncio.sleep(0.005)
            return await reading

        assert asyncio.run(follow()) == data

    def test_a_file_that_does_not_exist_yet_is_followed_from_its_birth(self, host: Host) -> None:
        """Its folder need not exist either."""

        async def follow() -> bytes:
            chunks = host.follow(host.folder / "not" / "yet", 0)
            reading = asyncio.ensure_future(collect(chunks, 5))
            await asyncio.sleep(0.05)
            self.append(host, "not/yet", b"first")
            return await reading

        assert asyncio.run(follow()) == b"first"

    def test_many_files_are_followed_at_once(self, host: Host) -> None:
        """Each to its own reader."""

        async def follow() -> list[bytes]:
            names = [f"log-{number}" for number in range(20)]
            tasks = [
                asyncio.ensure_future(collect(host.follow(host.folder / name, 0), len(name)))
                for name in names
            ]
            await asyncio.sleep(0.02)
            for name in names:
                self.append(host, name, name.encode())
            return await asyncio.gather(*tasks)

        assert asyncio.run(follow()) == [f"log-{number}".encode() for number in range(20)]

    def test_a_reader_that_is_cancelled_leaves_nothing_behind(self, host: Host) -> None:
        """And the next one starts where it is told."""

        async def follow() -> bytes:
            self.append(host, "log", b"01234")
            task = asyncio.ensure_future(collect(host.follow(host.folder / "log", 0), 100))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait({task})
            before = len(asyncio.all_tasks())
            self.append(host, "log", b"56789")
            data = await collect(host.follow(host.folder / "log", 3), 7)
            assert len(asyncio.all_tasks()) == before
            return data

        assert asyncio.run(follow()) == b"3456789"
