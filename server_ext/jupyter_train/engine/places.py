"""Where the addresses of jobs are on this machine, and which of them a container may be shown."""

from collections.abc import Iterable
from pathlib import Path, PurePath

from ..contract.names import Address
from ..store.base import BadBucketError, BadKeyError, NoSuchBucketError, ObjectStore
from .errors import ClientError

_FORBIDDEN = tuple(Path(each) for each in ("/proc", "/sys", "/dev", "/run", "/var/run"))


class Places:
    """Turns addresses into paths; what may not be used is refused in words.

    `roots` are the folders that `file://` may name, `private` what nobody may be shown, such as
    the manager's own folder and the engine's socket.
    """

    def __init__(
        self, objects: ObjectStore, roots: Iterable[Path], private: Iterable[Path]
    ) -> None:
        self._objects = objects
        self._roots = tuple(root.resolve() for root in roots)
        self._private = tuple(each.resolve() for each in (*_FORBIDDEN, *private))

    def local_path(self, address: Address) -> Path:
        """Return where an address is on this machine; ClientError if it may not be used."""
        if address.scheme == "s3":
            try:
                return Path(self._objects.path(address.bucket, address.key))
            except (BadKeyError, NoSuchBucketError) as error:
                raise ClientError(f"{address}: {error}") from error
        return self._allowed(Path(address.path))

    def place_for(self, address: Address) -> Path:
        """Return where something new may be kept; its bucket is made, ClientError if it cannot."""
        if address.scheme == "s3":
            try:
                self._objects.create_bucket(address.bucket)
            except BadBucketError as error:
                raise ClientError(f"{address}: {error}") from error
        return self.local_path(address)

    def shown(self, address: Address) -> Path:
        """Return what a container may be shown of an address: nothing private is in it."""
        path = self.local_path(address)
        if address.scheme == "s3":
            return path  # inside its bucket, whatever links there are
        inside = [each for each in self._private if each.is_relative_to(path)]
        if inside:
            raise ClientError(
                f"{path} may not be shown to a container: {inside[0]} is in it; "
                "name a folder further down"
            )
        return path

    def is_private(self, path: PurePath) -> bool:
        """Whether nobody may be shown what is at a real path."""
        return any(path.is_relative_to(each) for each in self._private)

    def _allowed(self, path: Path) -> Path:
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle; what is no path
            raise ClientError(f"{path} may not be used by jobs: {error}") from error
        inside = any(real.is_relative_to(root) for root in self._roots)
        if not inside or self.is_private(real):
            roots = ", ".join(str(root) for root in self._roots)
            raise ClientError(f"{path} may not be used by jobs; allowed are folders under: {roots}")
        return real
