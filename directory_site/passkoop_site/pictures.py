"""Logos: read with care, made small, written anew: nothing of the given file reaches a visitor."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from passkoop_site.entry import Entry
from passkoop_site.remarks import Report

MAX_FILE = 5_000_000  # bytes
MAX_PIXELS = 25_000_000
LARGEST = 400  # pixels, of the longer side
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """A picture as it is published: PNG."""

    data: bytes
    width: int
    height: int


def load_logos(folder: Path, entries: Sequence[Entry], report: Report) -> dict[str, Logo]:
    """Return the logos of the co-ops that have one, by slug."""
    found = {}
    for entry in entries:
        if entry.logo and (logo := _load(folder, entry, report)):
            found[entry.slug] = logo
    return found


def _load(folder: Path, entry: Entry, report: Report) -> Logo | None:
    path = (folder / entry.logo).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        report.repaired(
            entry.slug,
            f"le logo « {entry.logo[:60]} » n’est pas un fichier d’ici : laissé de côté",
            'Mettez-le par exemple dans « logos », et écrivez logo = "logos/nom.png".',
        )
        return None
    size = path.stat().st_size
    if size > MAX_FILE:
        report.repaired(
            entry.slug,
            f"le logo pèse {size // 1_000_000} Mo, plus que les 5 Mo permis : laissé de côté",
            "Réduisez l’image : 400 points de large suffisent.",
        )
        return None
    logo = encoded_logo(path.read_bytes())
    if logo is None:
        report.repaired(
            entry.slug,
            "le logo n’est pas une image PNG, JPEG, WebP ou GIF lisible : laissé de côté",
            "Enregistrez-le en PNG, de 25 millions de points au plus.",
        )
    return logo


def encoded_logo(data: bytes) -> Logo | None:
    """Return a picture made small and encoded anew; None if it is none, or too large to open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                image.draft("RGB", (LARGEST * 2, LARGEST * 2))
                small = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception:  # noqa: BLE001 - a reader of pictures raises whatever their bytes lead to
        return None
    small.thumbnail((LARGEST, LARGEST))
    clean = Image.new("RGBA", small.size)
    clean.paste(small)
    out = BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Logo(data=out.getvalue(), width=clean.width, height=clean.height)
