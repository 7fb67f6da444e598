"""The letter that lies beside all data: what each file and each column is, in two languages."""

from datetime import datetime

from passkoop_node.takeout.described import Says, schema

_HEADS = {
    "fr": """\
Toutes les données de {coop}, telles qu'elles étaient le {moment} (UTC).

- `csv/` : une table par fichier, en UTF-8, séparée par des virgules. Un texte qui commence par
  = + - ou @ y est précédé d'une apostrophe : aucun tableur n'y voit une formule.
- `json/` : les mêmes tables, mot pour mot, un objet par ligne.
- `documents/` : les documents signés (CBOR, COSE), que les autres coops vérifient.
- `carnet/`, `promotions/` : les documents remis aux membres, les images de la borne.
- `datapackage.json` : ce qu'est chaque table, pour un logiciel (Frictionless Data Package).

Ni clé, ni mot de passe, ni rien qui ouvre un compte n'y figure : ce fichier n'est pas une
sauvegarde, et ne remet pas une coop en marche. Il nomme des personnes : gardez-le en lieu
sûr, et supprimez-le après usage.
""",
    "en": """\
All data of {coop}, as they were at {moment} (UTC).

- `csv/`: a table in each file, in UTF-8, parted by commas. A text that begins with = + - or @
  has an apostrophe before it: no spreadsheet takes it for a formula.
- `json/`: the same tables, word for word, an object on each line.
- `documents/`: the signed documents (CBOR, COSE), which other co-ops verify.
- `carnet/`, `promotions/`: documents given to members, the kiosk's pictures.
- `datapackage.json`: what each table is, for programs (Frictionless Data Package).

No key, no password and nothing that opens an account is in it: this file is no backup, and
does not bring a co-op back. It names people: keep it in a safe place, and delete it after use.
""",
}
_KEPT = {"fr": "Ce qui n'y est pas, et pourquoi", "en": "What is not in it, and why"}


def read_me(language: str, coop: str, moment: datetime) -> str:
    """Return the letter, in Markdown."""

    def said(says: Says) -> str:
        return says.fr if language == "fr" else says.en

    colon = " :" if language == "fr" else ":"
    name = " ".join(coop.split()).replace("#", "").replace("`", "")
    shown = moment.strftime("%Y-%m-%d %H:%M")
    parts = [f"# {name}\n\n" + _HEADS[language].format(coop=name, moment=shown)]
    for table in schema().tables:
        lines = "\n".join(f"- `{one.name}`{colon} {said(one.says)}" for one in table.columns)
        parts.append(f"## {table.name}\n\n{said(table.says)}\n\n{lines}\n")
    kept = [f"- `{name}`{colon} {said(says)}" for name, says in schema().kept.items()]
    kept += [
        f"- `{table.name}.{name}`{colon} {said(says)}"
        for table in schema().tables
        for name, says in table.kept.items()
    ]
    parts.append(f"## {_KEPT[language]}\n\n" + "\n".join(kept) + "\n")
    return "\n".join(parts)
