"""How far a line of a log says that something is: "epoch 3 of 10", a bar of tqdm, Keras or Rich.

A line is looked at up to a fixed length, by patterns that start at digits or words and never try a
place twice: whatever a job prints, a line costs what its length does, up to that of the longest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

EPOCH, STEP = "epoch", "step"

LONGEST = 1024
"""Bytes of a line that are looked at; the widest bars are shorter."""

HINT = b"poch"
"""What a line that counts epochs has in it, however its first letter is written."""

_ESCAPE = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]|\x08")
_NUMBER = r"(\d{1,12}(?:\.\d{1,6})?[kMG]?)"
_PAIR = rf"{_NUMBER} {{0,3}}(?:/|of) {{0,3}}{_NUMBER}"
_BETWEEN = r"""['"\]: =\[(#]{0,4}"""
_MOST = 1 << 31

# `37%|███  | 37/100 [00:12<00:21, 2.9it/s]`: tqdm, and Lightning and Hugging Face with it.
_TQDM = re.compile(rf"(?<!\d)\d{{1,3}}%\|[^|]{{0,400}}\| {{0,3}}{_PAIR} {{0,3}}\[([^]]*)")
# `37/100 ━━━━━━ 12s`, and the `37/100 [====>...]` of older Keras.
_KERAS = re.compile(rf"^ {{0,8}}{_PAIR} {{1,3}}(?:[━╺╸]|\[[=>.])")
# `Epoch 3/9 ━━━━━━ 37/100 0:00:12`: Lightning's other bar.
_RICH = re.compile(rf"[━╺╸] {{1,3}}{_PAIR}(?![\d/])")
_EPOCH = re.compile(rf"(?<![a-z_])epochs?{_BETWEEN}{_PAIR}", re.IGNORECASE)
_STEPS = r"(?:steps?|iter(?:ation)?s?|batch(?:es)?)"
_STEP = re.compile(rf"(?<![a-z]){_STEPS}{_BETWEEN}{_PAIR}", re.IGNORECASE)
# `Epoch 3: …` and `{'loss': 0.5, 'epoch': 0.37}` name no last one.
_PART = r"(\d{1,9}(?:\.\d{1,9})?)(?![\d/])"
_BARE = re.compile(rf"""(?<![a-z_])epoch['"]?[: =]{{1,3}}{_PART}""", re.IGNORECASE)
_SCALES = {"k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many; a bar of epochs counts those that are over, words may name the next."""

    unit: str
    done: float
    total: float


def counts(line: bytes, epochs: float | None = None) -> list[Count]:
    """Return what a line counts, epochs first; `epochs` is how many the job was asked for."""
    line = line[:LONGEST]
    if b"/" not in line and b" of " not in line and HINT not in line:
        return []  # most lines, at a hundredth of the cost
    text = line.decode("utf-8", "replace")
    if "\x1b" in text or "\x08" in text:
        text = _ESCAPE.sub("", text)
    found = [*_epochs(text, epochs), *_steps(text)]
    return [each for each in found if 0 <= each.done <= each.total and 1 < each.total < _MOST]


def _epochs(text: str, epochs: float | None) -> Iterator[Count]:
    if match := _EPOCH.search(text):
        yield Count(EPOCH, _number(match[1]), _number(match[2]))
    elif epochs is not None and (match := _BARE.search(text)):
        yield Count(EPOCH, float(match[1]), epochs)


def _steps(text: str) -> Iterator[Count]:
    if match := _TQDM.search(text):
        label = text[: match.start()].rstrip(" :")
        is_epochs = label.lower().endswith("epochs") or "epoch" in match[3]
        yield Count(EPOCH if is_epochs else STEP, _number(match[1]), _number(match[2]))
    elif match := _KERAS.search(text) or _RICH.search(text) or _STEP.search(text):
        yield Count(STEP, _number(match[1]), _number(match[2]))


def _number(text: str) -> float:
    return float(text.rstrip("kMG")) * _SCALES.get(text[-1], 1)
