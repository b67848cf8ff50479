"""Lines of a job's log as text that is safe to print."""

# Control characters become their pictures: a log line must not move a terminal's cursor.
_VISIBLE = {n: 0x2400 + n for n in range(32) if n != ord("\t")} | {0x7F: 0x2421}
_VISIBLE |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


def visible(text: str) -> str:
    """Return text in which control characters show and do nothing."""
    return text.translate(_VISIBLE)


class LogLines(tuple[str, ...]):
    """Lines of a log: a tuple of them, which prints as the log does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(visible, self))
