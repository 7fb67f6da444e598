"""A secret of somebody else's server, in a file of its own: in no backup, for its owner alone."""

from pathlib import Path

from passkoop_node.errors import FileMissing
from passkoop_node.home import disk_errors, read_private, write_private


class SecretFile:
    """A password or a token that the co-op was given."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_there(self) -> bool:
        """Return whether it is kept."""
        with disk_errors(self._path):
            return self._path.is_file()

    def read(self) -> str:
        """Return it, "" where none is kept.

        Raises:
            OpenPermissions: others may read it.
        """
        try:
            return read_private(self._path).decode(errors="replace")
        except FileMissing:
            return ""

    def keep(self, secret: str) -> None:
        """Keep it, over the one before."""
        write_private(self._path, secret.encode())

    def forget(self) -> None:
        """Delete it."""
        with disk_errors(self._path):
            self._path.unlink(missing_ok=True)
