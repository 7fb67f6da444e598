"""`passkoop export`: all that the co-op keeps, for another tool."""

from pathlib import Path

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import FILE
from passkoop_cli.output import json_option, plural, print_json, progress_bar, say
from passkoop_cli.usage import Misuse
from passkoop_node.home import disk_errors, private_file
from passkoop_node.takeout.whole import write_all


@click.command()
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    metavar="FICHIER",
    help="Le fichier ZIP à écrire.",
)
@click.option("--replace", is_flag=True, help="Remplacer le fichier s’il existe.")
@json_option
@pass_context
def export(context: Context, output: Path, replace: bool, as_json: bool) -> None:
    """Écrire toutes les données de la coop dans un fichier que d’autres logiciels savent lire.

    Chaque table en CSV et en JSON, avec l’explication de chaque colonne, et les documents signés.
    Ni les clés ni les mots de passe n’y sont\u202f: ce n’est pas une sauvegarde. Il nomme des
    personnes\u202f: supprimez-le quand il a servi.
    """
    if output.suffix.lower() != ".zip":
        raise Misuse(f"{output} n’est pas un .zip", "Changez la fin du nom.")
    with disk_errors(output):
        is_taken = output.exists()
    if is_taken and not replace:
        if not is_interactive():
            raise Misuse(f"{output} existe déjà", "Donnez un autre nom, ou --replace.")
        confirm(f"{output} existe déjà. Le remplacer\u202f?")
    rooms = context.rooms
    told = 0
    with progress_bar(100, "Écriture") as bar, private_file(output) as stream:

        def tell(done: int, total: int) -> None:
            nonlocal told
            percent = done * 100 // total if total else 100
            bar.update(percent - told)
            told = percent

        written = write_all(
            context.home.database,
            stream,
            coop=rooms.ourselves.profile.name,
            now=context.now,
            progress=tell,
        )
    details = {"tables": written.tables, "rows": written.rows}
    rooms.audit.add("data.export", now=context.now, actor=ACTOR, details=details)
    size = output.stat().st_size
    if as_json:
        print_json({"file": str(output), "size": size, **details, "documents": written.documents})
    tables, rows = plural(written.tables, "table"), plural(written.rows, "ligne")
    say(f"{output} est écrit\u202f: {tables}, {rows}, {-(-size // 1000)}\u00a0ko.")
