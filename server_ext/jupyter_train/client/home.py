"""Where a manager keeps its state."""

import os
from pathlib import Path

HOME_VARIABLE = "JUPYTER_TRAIN_HOME"


def home_folder(explicit: Path | str | None = None) -> Path:
    """Return the state folder: as given, $JUPYTER_TRAIN_HOME, or in the user's data folder."""
    named = explicit or os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME")
    base = Path(data) if data else Path.home() / ".local" / "share"
    return base / "jupyter-train"
