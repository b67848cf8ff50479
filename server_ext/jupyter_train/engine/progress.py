"""How far a job has come, read from what it prints.

Of bars within bars the outer one counts, and the inner one its fraction of a step:

1. epochs are outside of steps;
2. else the oldest bar that has not come to its end is the outer one;
3. a bar of steps that begins again is inside of something: alone it says nothing;
4. what is told never goes back, until another bar is the outer one or epochs begin again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .counts import EPOCH, HINT, STEP, Count, counts

_MOST_BARS = 8
_LAST = 8
"""Lines at the end of a piece of a log that are looked at; a bar that was overtaken is old."""

_BEFORE, _BACK = 256, 1 << 18
"""Lines, and bytes of a block, in which the last one of epochs is looked for: more is felt."""

_ASKED = ("epochs", "max_epochs", "num_train_epochs", "num_epochs", "n_epochs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So many of so many at a time, and since when from where; epoch seconds.

    `epoch` and `step` are (current, of how many), where they are counted.
    """

    unit: str
    done: float
    total: float
    time: float
    since: float
    start: float
    epoch: tuple[int, int] | None = None
    step: tuple[int, int] | None = None


@dataclass(slots=True)
class _Bar:
    """One thing that is counted: when it was seen first and last, in the order of counts."""

    unit: str
    total: float
    done: float
    born: int
    seen: int
    rounds: int = 0

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


class ProgressReader:
    """Reads on through the log of one attempt."""

    def __init__(self, epochs: float | None = None) -> None:
        self._epochs = epochs
        self._bars: dict[tuple[str, float], _Bar] = {}
        self._order = 0
        self._outer: _Bar | None = None
        self.progress: Progress | None = None

    def look(self, time: float, lines: Iterable[bytes]) -> bool:
        """Look at lines of one moment; returns whether the progress is another now."""
        found = [each for line in lines for each in counts(line, self._epochs)]
        for each in found:
            self._take(each)
        return bool(found) and self._settle(time)

    def _take(self, count: Count) -> None:
        self._order += 1
        key = (count.unit, count.total)
        bar = self._bars.get(key)
        if bar is None:
            self._bars[key] = _Bar(count.unit, count.total, count.done, self._order, self._order)
            if len(self._bars) > _MOST_BARS:
                self._forget()
            return
        if count.done < bar.done:
            bar.rounds += 1
            if bar is self._outer:
                self._outer = None
        bar.done, bar.seen = count.done, self._order

    def _forget(self) -> None:
        oldest = min(self._bars, key=lambda key: self._bars[key].seen)
        del self._bars[oldest]

    def _settle(self, time: float) -> bool:
        outer = self._find_outer()
        if outer is None:
            was, self.progress, self._outer = self.progress, None, None
            return was is not None
        inner = self._find_inner(outer)
        done = _overall(outer, inner)
        last = self.progress
        if last is None or outer is not self._outer:
            since, start = time, done
        else:
            since, start, done = last.since, last.start, max(done, last.done)
        self._outer = outer
        if last is not None and (last.done, last.since) == (done, since):
            return False
        self.progress = Progress(
            unit=outer.unit,
            done=done,
            total=outer.total,
            time=time,
            since=since,
            start=start,
            epoch=_pair(outer) if outer.unit == EPOCH else None,
            step=_pair(inner) if inner else _pair(outer) if outer.unit == STEP else None,
        )
        return True

    def _find_outer(self) -> _Bar | None:
        epochs = [bar for bar in self._bars.values() if bar.unit == EPOCH]
        if epochs:
            return max(epochs, key=lambda bar: bar.seen)
        once = [bar for bar in self._bars.values() if bar.rounds == 0]
        going = [bar for bar in once if not bar.is_over]
        if going:
            return min(going, key=lambda bar: bar.born)
        return max(once, key=lambda bar: bar.seen, default=None)

    def _find_inner(self, outer: _Bar) -> _Bar | None:
        others = (bar for bar in self._bars.values() if bar is not outer and bar.unit == STEP)
        return max(others, key=lambda bar: bar.seen, default=None)


def _overall(outer: _Bar, inner: _Bar | None) -> float:
    if inner is None:
        return outer.done
    part = min(1.0, inner.done / inner.total) if inner.seen > outer.seen else 0.0
    # Epochs that are named before their first step is counted are not over when they are named.
    is_next = outer.unit == EPOCH and inner.born > outer.born and outer.done >= 1
    return min(outer.total, outer.done - is_next + part)


def _pair(bar: _Bar) -> tuple[int, int]:
    return int(bar.done), int(bar.total)


def epochs_asked(hyperparameters: Mapping[str, str]) -> float | None:
    """Return for how many epochs a job was asked, by the names that most scripts use."""
    for name in _ASKED:
        text = hyperparameters.get(name, hyperparameters.get(name.replace("_", "-"), ""))
        if text.isdecimal() and len(text) < len(str(1 << 31)):
            return float(text)
    return None


def telling_lines(lines: list[bytes]) -> list[bytes]:
    """Return those of many lines that are looked at: the last ones, and the last one of epochs."""
    last = lines[-_LAST:]
    earlier = reversed(lines[-_BEFORE:-_LAST])
    epoch = next((line for line in earlier if HINT in line), None)
    return last if epoch is None else [epoch, *last]


def telling_lines_of(block: bytes) -> list[bytes]:
    """Return the same of lines in one piece, without taking it apart; epochs if they are near."""
    end = len(block)
    last: list[bytes] = []
    for _ in range(_LAST):
        start = block.rfind(b"\n", 0, max(0, end - 1)) + 1
        last.insert(0, block[start:end].rstrip(b"\n"))
        end = start
        if not end:
            break
    at = block.rfind(HINT, max(0, end - _BACK), end)
    if at < 0:
        return last
    start, stop = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
    return [block[start:stop], *last]
