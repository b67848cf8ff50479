"""`jupyter train …`: jobs from a terminal."""

from .command import main

__all__ = ["main"]
