"""Files that a person gives: read whole, or said why not."""

from pathlib import Path

from passkoop_node.errors import AccessDenied, NodeError
from passkoop_node.home import disk_errors


class Unreadable(NodeError):
    """The system does not let us read a file that was given."""

    code = "unreadable"
    hint = "Vérifiez à qui il appartient, ou copiez-le là où votre compte peut le lire."

    def __init__(self, path: Path) -> None:
        super().__init__(f"votre compte n’a pas le droit de lire {path}")
        self.path = path


class TooLong(NodeError):
    """A file that was given is longer than anything of its kind."""

    code = "file_too_large"
    hint = "Vérifiez que c’est le bon fichier."

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(f"{path} dépasse {most // 1_000_000}\u00a0Mo")
        self.path = path


def read_given(path: Path, most: int) -> bytes:
    """Return what is in a file that was given, at most `most` bytes: no more is read.

    Raises:
        FileMissing, FolderMissing, Unreadable, DiskFailure: it cannot be read.
        TooLong: there is more.
    """
    try:
        with disk_errors(path), path.open("rb") as stream:
            data = stream.read(most + 1)
    except AccessDenied as error:
        raise Unreadable(path) from error
    if len(data) > most:
        raise TooLong(path, most)
    return data
