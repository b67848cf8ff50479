"""A launch form as it was sent, read field by field; what cannot be is kept with its field."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class FieldError(Exception):
    """A field of the form holds something that cannot be; the code is AWS's."""

    def __init__(self, field: str, message: str, code: str = "ValidationException") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class Form:
    """Reads a form; a field that is wrong reads as empty, and is among the `problems`."""

    def __init__(self, said: Any) -> None:
        if not isinstance(said, Mapping):
            raise FieldError("path", f"a launch form is an object, not {type(said).__name__}")
        self._said = said
        self.problems: list[FieldError] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep what is raised about a field."""
        try:
            yield
        except FieldError as error:
            self.problems.append(error)

    def refuse(self, field: str, message: str) -> None:
        """Keep a problem of a field."""
        self.problems.append(FieldError(field, message))

    def text(self, field: str) -> str:
        """Return a text, trimmed."""
        return self.raw_text(field).strip()

    def raw_text(self, field: str) -> str:
        """Return a text as it is."""
        value = self._said.get(field) or ""
        if isinstance(value, str):
            return value
        self.refuse(field, f"{field} is text, not {value!r}")
        return ""

    def flag(self, field: str) -> bool:
        """Return whether a box is checked."""
        return self._said.get(field) is True

    def number(self, field: str) -> int | None:
        """Return a whole number, None where nothing was said."""
        value = self._said.get(field)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.refuse(field, f"This is a whole number, not {value!r}.")
        return None

    def words(self, field: str) -> list[str]:
        """Return the words of a command line."""
        try:
            return shlex.split(self.text(field))
        except ValueError as error:
            said = f"This is no command as a shell would take it: {error}."
            self.refuse(field, said)
            return []

    def pairs(self, field: str) -> dict[str, str]:
        """Return texts by name."""
        found = self.members(field)
        for name, value in found.items():
            if not isinstance(value, str):
                self.refuse(f"{field}.{name}", f"{name} is text, not {value!r}")
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def members(self, field: str) -> dict[str, Any]:
        """Return an object."""
        value = self._said.get(field) or {}
        if isinstance(value, Mapping):
            return dict(value)
        self.refuse(field, f"{field} is an object of texts, not {value!r}")
        return {}
