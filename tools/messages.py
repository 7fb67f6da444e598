"""The translations: `python tools/messages.py` brings locales/ up to date, `--check` only looks.

Sentences stand in French in the code and the templates; each room has one .po file per language.
A sentence that is new is added with an empty translation, one that is gone is taken out.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).parent.parent
NODE = ROOT / "node" / "passkoop_node"
# Where sentences stand, and the room they are of; "": each folder is a room.
SITE = ROOT / "directory_site" / "passkoop_site"
SOURCES = {NODE: "", ROOT / "cli" / "passkoop_cli" / "demo": "demo", SITE: "site"}
LOCALES = NODE / "locales"
# The directory's site knows nothing of the node: its sentences are kept beside it.
LOCALES_OF = {"site": SITE / "locales"}
# Of Spanish, Portuguese (of Portugal), English and Dutch alike.
PLURALS = "nplurals=2; plural=(n != 1);"
LANGUAGES = ("en", "es", "nl", "pt")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "plural": (1, 2), "gettext": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "newstyle_gettext": "true"}}

Key = str | tuple[str, str]  # a sentence, or its singular and plural
Places = dict[Key, set[str]]


def main() -> None:
    """Bring the files up to date, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if there is work")
    parser.add_argument("--later", nargs="*", default=[], help="rooms still being translated")
    asked = parser.parse_args()
    faults = []
    for room, places in sorted(extracted().items()):
        for language in LANGUAGES:
            path = LOCALES_OF.get(room, LOCALES) / language / f"{room}.po"
            known = translations(path)
            if not asked.check:
                write(path, language, places, known)
            elif room not in asked.later:
                faults += [f"{path.relative_to(ROOT)}: {one}" for one in faulty(places, known)]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.exit(1 if faults else 0)


def extracted() -> dict[str, Places]:
    """Return the sentences of each room, with the files they stand in."""
    rooms: dict[str, Places] = {}
    for folder, one_room in SOURCES.items():
        found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
        for name, _line, message, _comments, _context in found:
            path = Path(one_room, name)
            room = path.parts[0] if len(path.parts) > 1 else "core"
            key: Key = message if isinstance(message, str) else (message[0], message[1])
            rooms.setdefault(room, {}).setdefault(key, set()).add(path.as_posix())
    return rooms


def translations(path: Path) -> dict[Key, tuple[str, ...]]:
    """Return what a .po file says."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file)
    return {
        one.id if isinstance(one.id, str) else (one.id[0], one.id[1]): (
            (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        )
        for one in catalogue
        if one.id
    }


def faulty(places: Places, known: dict[Key, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is missing, left over, or fills in other places than the French."""
    for key in sorted(known.keys() - places.keys(), key=str):
        yield f"no longer said: {key}"
    for key, files in sorted(places.items(), key=str):
        said = known.get(key, ())
        if not said or not all(said):
            yield f"not translated ({', '.join(sorted(files))}): {key}"
            continue
        wanted = holes(key if isinstance(key, str) else key[1])
        for text in said:
            if holes(text) != wanted and not (isinstance(key, tuple) and text is said[0]):
                yield f"other %(places)s: {text}"
            if re.search(r"\w'\w", text):
                yield f"a straight apostrophe: {text}"


def holes(text: str) -> list[str]:
    """Return the places of a text that are filled in, in a fixed order."""
    return sorted(re.findall(r"%(?:\(\w+\)[sd]|%)", text))


def write(path: Path, language: str, places: Places, known: dict[Key, tuple[str, ...]]) -> None:
    """Write a .po file: the same sentences give the same bytes."""
    header = (
        f"Language: {language}\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {PLURALS}\n"
    )
    parts = [f'msgid ""\nmsgstr {normalize(header, width=0)}\n']
    for key, files in sorted(places.items(), key=lambda item: (min(item[1]), str(item[0]))):
        said = known.get(key) or (("",) if isinstance(key, str) else ("", ""))
        lines = [f"#: {' '.join(sorted(files))}"]
        if isinstance(key, str):
            lines += [f"msgid {quoted(key)}", f"msgstr {quoted(said[0])}"]
        else:
            lines += [f"msgid {quoted(key[0])}", f"msgid_plural {quoted(key[1])}"]
            lines += [f"msgstr[{at}] {quoted(text)}" for at, text in enumerate(said)]
        parts.append("\n".join(lines) + "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


def quoted(text: str) -> str:
    """Return a text as it is written in a .po file, on one line."""
    return normalize(text, width=0)


if __name__ == "__main__":
    main()
