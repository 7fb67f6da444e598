"""`passkoop site`: the pages of membre.coop, made of the federation's files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import passkoop_node
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import Context, pass_context
from passkoop_cli.kinds import FILE, FOLDER, Whole
from passkoop_cli.output import json_option, plural, print_json, progress_bar, say
from passkoop_cli.site_fetch import fetch
from passkoop_site.remarks import Remark, Report

if TYPE_CHECKING:
    from passkoop_site.gather import Content

# Brought by npm when the wheel was built, for the till and for the page of cards.
_ZXING = Path(passkoop_node.__file__).parent / "till" / "zxing"
SAID = 40  # remarks; of more, the rest is in the file of --report


@click.group(cls=Group)
def site() -> None:
    """Le site de l’annuaire : le construire, y reprendre une liste de coops."""


site.add_command(fetch)


@site.command()
@click.argument("content", metavar="CONTENU", type=FOLDER)
@click.option(
    "-o", "--output", type=FOLDER, required=True, metavar="DOSSIER", help="Où écrire le site."
)
@click.option(
    "--built-at",
    type=Whole(0),
    metavar="SECONDES",
    help="Date du site, en secondes depuis 1970 (sinon celle du document le plus récent).",
)
@click.option("--report", type=FILE, metavar="FICHIER", help="Y écrire toutes les remarques.")
@json_option
@pass_context
def build(
    context: Context,
    content: Path,
    output: Path,
    built_at: int | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Construire le site à partir du dossier CONTENU.

    Les mêmes fichiers donnent le même site, et seul ce qui a changé est écrit.
    """
    from passkoop_site.building import build_site

    remarks = Report()
    made, written = build_site(
        content,
        output,
        remarks,
        now=context.now,
        built_at=built_at,
        zxing=_ZXING if _ZXING.is_dir() else None,
        watch=_watched,
    )
    _tell(remarks, report)
    if as_json:
        counts = ("new", "changed", "unchanged", "removed")
        print_json(
            {
                "coops": len(made.entries),
                "files": written.all,
                **{name: getattr(written, name) for name in counts},
                "remarks": [_as_data(one) for one in remarks.remarks],
            }
        )
        return
    say(
        f"{plural(len(made.entries), 'coop')}, {plural(written.all, 'fichier')} dans {output}"
        f" (nouveaux\u202f: {written.new}, changés\u202f: {written.changed},"
        f" retirés\u202f: {written.removed})."
    )


@site.command("import")
@click.argument("file", metavar="FICHIER", type=FILE)
@click.argument("content", metavar="CONTENU", type=FOLDER)
@click.option("--replace", is_flag=True, help="Refaire aussi les fiches modifiées à la main.")
@click.option("--report", type=FILE, metavar="RAPPORT", help="Y écrire toutes les remarques.")
@json_option
def import_(file: Path, content: Path, replace: bool, report: Path | None, as_json: bool) -> None:
    """Reprendre une liste de coops dans le dossier CONTENU.

    FICHIER est la liste d’InterFoodCoop (JSON) ou un fichier CSV. Chaque ligne devient une
    fiche ou une remarque ; recommencer ne change rien.
    """
    from passkoop_site.importing import import_coops

    remarks = Report()
    done = import_coops(file, content, remarks, replace=replace)
    _tell(remarks, report)
    if as_json:
        names = ("read", "created", "updated", "unchanged", "kept", "refused")
        print_json(
            {
                **{name: getattr(done, name) for name in names},
                "remarks": [_as_data(one) for one in remarks.remarks],
            }
        )
        return
    say(
        f"{plural(done.read, 'ligne lue', 'lignes lues')}\u202f: créées {done.created},"
        f" mises à jour {done.updated}, inchangées {done.unchanged},"
        f" gardées {done.kept}, refusées {done.refused}."
    )


@site.command()
@click.argument("content", metavar="CONTENU", type=FOLDER)
@click.argument("coop", metavar="COOP")
@click.option(
    "-o", "--output", type=FOLDER, required=True, metavar="DOSSIER", help="Où écrire le kit."
)
@json_option
@pass_context
def kit(context: Context, content: Path, coop: str, output: Path, as_json: bool) -> None:
    """Écrire l’affiche, le dépliant, le macaron et les liens d’une coop.

    COOP est le dernier mot de l’adresse de sa page. Le dossier est à envoyer à la coop.
    """
    from passkoop_site.errors import NoSuchCoop
    from passkoop_site.gather import gather
    from passkoop_site.kit import kit_files

    gathered = gather(content, Report(), now=context.now)
    entry = next((one for one in gathered.entries if one.slug == coop), None)
    if entry is None:
        raise NoSuchCoop(coop)
    output.mkdir(parents=True, exist_ok=True)
    names = []
    for name, data in kit_files(gathered, entry):
        (output / name).write_bytes(data)
        names.append(name)
    if as_json:
        print_json({"coop": coop, "files": names})
    say(f"{plural(len(names), 'fichier')} pour {entry.name} dans {output}.")


def _watched(content: "Content", files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield the files, and show how many co-ops have their page."""
    pages = {f"{entry.slug}/index.html" for entry in content.entries}
    with progress_bar(len(pages) * len(content.settings.languages), "Pages") as bar:
        for name, data in files:
            yield name, data
            # « en/la-courge/index.html »: in another language, its page lies one folder deeper.
            if name in pages or name.partition("/")[2] in pages:
                bar.update(1)


def _tell(report: Report, file: Path | None) -> None:
    """Say the remarks, refusals first, and write all of them where it is wished."""
    ordered = sorted(report.remarks, key=lambda one: not one.refused)
    lines = [f"{one.where}\u202f: {one.what}. {one.to_do}" for one in ordered]
    if file is not None:
        file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    for line in lines[:SAID]:
        say(line)
    if len(lines) > SAID:
        rest = plural(len(lines) - SAID, "autre remarque")
        say(f"Et {rest}\u202f: «\u00a0--report FICHIER\u00a0» les écrit toutes.")


def _as_data(remark: Remark) -> dict[str, object]:
    return {
        "where": remark.where,
        "what": remark.what,
        "to_do": remark.to_do,
        "refused": remark.refused,
    }
