"""Where things are in an attempt's folder: the container contract's /opt/ml, below `ml`."""

from dataclasses import dataclass
from pathlib import Path

from ..contract.names import AttemptKey


@dataclass(frozen=True, slots=True)
class AttemptFolder:
    """One attempt's folder on this machine."""

    root: Path

    @property
    def ml(self) -> Path:
        """What the job sees as /opt/ml."""
        return self.root / "ml"

    @property
    def config(self) -> Path:
        """The contract's JSON files."""
        return self.ml / "input" / "config"

    @property
    def code(self) -> Path:
        """The user's source, unpacked."""
        return self.ml / "code"

    @property
    def model(self) -> Path:
        """What becomes model.tar.gz."""
        return self.ml / "model"

    @property
    def results(self) -> Path:
        """What holds the rest of what a job leaves."""
        return self.ml / "output"

    @property
    def output(self) -> Path:
        """What becomes output.tar.gz."""
        return self.results / "data"

    @property
    def intermediate(self) -> Path:
        """What is published file by file besides."""
        return self.results / "intermediate"

    @property
    def failure(self) -> Path:
        """The file in which the job says why it failed."""
        return self.results / "failure"

    @property
    def errors(self) -> Path:
        """Where frameworks of AWS's leave what went wrong; nothing of it is published."""
        return self.ml / "errors"

    @property
    def tensorboard(self) -> Path:
        """Files for TensorBoard."""
        return self.results / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        """State saved during training."""
        return self.ml / "checkpoints"

    @property
    def channels(self) -> Path:
        """Channels that are no folder of this machine, made up of files; mounted from here."""
        return self.root / "channels"

    @property
    def metrics(self) -> Path:
        """Files of metric records."""
        return self.root / "metrics"

    @property
    def keep(self) -> Path:
        """A file that says: here is what could not be published, do not tidy it away."""
        return self.root / "keep"

    @property
    def overfull(self) -> Path:
        """Why it is ended for what it holds; a manager may die before that is in the journal."""
        return self.root / "overfull"

    @property
    def log(self) -> Path:
        """Standard output and error."""
        return self.root / "log"

    @property
    def link(self) -> Path:
        """The folder by which a container reaches its manager."""
        return self.root / "link"

    @property
    def marks(self) -> Path:
        """Times and sizes of the log."""
        return self.root / "marks"

    @property
    def data(self) -> Path:
        """What holds a folder for each channel."""
        return self.ml / "input" / "data"

    def channel(self, name: str) -> Path:
        """Where a channel's data are."""
        return self.data / name

    def create(self) -> None:
        """Make the folders; those that are there stay as they are."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(mode=0o700, exist_ok=True)
        for folder in (
            self.config,
            self.data,
            self.model,
            self.output,
            self.intermediate,
            self.errors,
            self.metrics,
        ):
            folder.mkdir(parents=True, exist_ok=True)


IN_CONTAINER = AttemptFolder(Path("/opt"))
"""An attempt's /opt/ml as its container sees it; the rest of its folder is elsewhere there."""


def attempt_folder(attempts: Path, key: AttemptKey) -> AttemptFolder:
    """Return the folder of this attempt."""
    return AttemptFolder(attempts / str(key))
