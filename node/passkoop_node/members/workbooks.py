"""Workbooks (XLSX, ODS) as tables in text form."""

import subprocess
import sys
from pathlib import Path

from passkoop_node.core.language import _
from passkoop_node.errors import NotATable
from passkoop_node.members.workbook_reader import MAX_SECONDS, TOO_LARGE

SIGNATURE = b"PK\x03\x04"  # of a ZIP archive, which both are
_READER = Path(__file__).with_name("workbook_reader.py")


def workbook_as_csv(data: bytes) -> bytes:
    """Return the first sheet of a workbook that holds a table, as CSV in UTF-8.

    Raises:
        NotATable: this is none, it is damaged, or it unfolds to more than a list of members.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the file in its words
            [sys.executable, "-I", str(_READER)],
            input=data,
            capture_output=True,
            timeout=2 * MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotATable(_("ce classeur est démesuré"), save_as_csv()) from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == TOO_LARGE or done.returncode < 0:  # it was ended by a limit
        raise NotATable(_("ce classeur est démesuré"), save_as_csv())
    raise NotATable(_("ce fichier n'est pas un classeur (XLSX ou ODS) lisible"), save_as_csv())


def save_as_csv() -> str:
    """Return what to do with a file that a spreadsheet opens and we do not."""
    return _(
        "Ouvrez-le dans votre tableur, enregistrez la feuille des membres au format CSV (UTF-8), "
        "et importez ce fichier-là."
    )
