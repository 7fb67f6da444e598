"""An entry as a TOML file: what volunteers edit."""

import hashlib
import json
from typing import Any

from passkoop_protocol.page import MICRO
from passkoop_site.entry import Entry
from passkoop_site.tables import ADDRESSES, LEADS, STAGES, WORDS


def entry_as_toml(entry: Entry, source: str) -> str:
    """Return the file of a co-op that was taken from a list named `source`.

    Its first line holds a sum of the rest: a file that still agrees was changed by nobody.
    """
    page = entry.page
    values: dict[str, Any] = {"nom": entry.name, "lieu": entry.place, "pays": entry.country}
    values |= {"region": page.region, "code_postal": page.postcode, "adresse": page.address}
    values |= {written: getattr(page, name) for written, name in ADDRESSES.items()}
    values |= {"courriel": page.mail, "telephone": page.phone}
    if page.leads:
        values["mene_a"] = next(written for written, name in LEADS.items() if name == page.leads)
    if page.stage:
        values["etape"] = next(word for word, stage in STAGES.items() if stage is page.stage)
    values["adhesion_en_ligne"] = page.online
    if page.position:
        values["latitude"], values["longitude"] = (one / MICRO for one in page.position)
    lines = [
        f"{key} = {value_as_toml(value)}"
        for key, value in values.items()
        if value not in ("", None)
    ]
    for language, words in page.words.items():
        said = {written: getattr(words, name) for written, name in WORDS.items()}
        lines += ["", f"[{language}]"]
        lines += [f"{key} = {value_as_toml(value)}" for key, value in said.items() if value]
    rest = "\n".join(lines) + "\n"
    return f"# Repris de {' '.join(source.split())}, tel quel\u202f: {sum_of(rest)}\n{rest}"


def sum_of(text: str) -> str:
    """Return a short sum of a text, to see whether somebody changed it."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def value_as_toml(value: Any) -> str:
    """Return a text, number, list or yes as TOML writes it: as JSON does."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
