"""`passkoop demo --tell`: two invented co-ops, one visitor, and every verdict that she may meet."""

import tempfile
import time
from contextlib import chdir
from pathlib import Path

import click

from passkoop_cli.context import Context
from passkoop_cli.demo.coops import HOME, HOST
from passkoop_cli.demo.export_file import MEMBERS, VISITOR, VISITOR_NUMBER, membership_export
from passkoop_cli.demo.fake import with_another_name
from passkoop_cli.demo.narrator import Narrator, UnexpectedOutcome
from passkoop_cli.demo.network import network_is_closed, no_network
from passkoop_cli.demo.typed import say_for_real
from passkoop_cli.output import say
from passkoop_cli.pictures import read_codes
from passkoop_cli.usage import Misuse
from passkoop_node.home import disk_errors, write_private
from passkoop_protocol.qr import qr_png, read_qr
from passkoop_protocol.verdict import Outcome

PANIER = "panier-demo"
COURGE = "courge-demo"
EXPORT = "adhesions-demo.csv"
PICTURES = "cartes-demo"
SHEET = "cartes-demo.pdf"
CARD = f"{PICTURES}/carte-412-maelle-quemeneur.png"
FAKE = "carte-falsifiee-demo.png"
NEWS = "panier-demo.passkoop"
OTHER_NEWS = "courge-demo.passkoop"


def tell(context: Context, folder: Path | None) -> None:
    """Tell the story in the terminal, with real commands, in `folder` or a temporary one.

    Raises:
        Exit: with 1, if a step did not end as it should; which one was said.
    """
    place = _folder(folder)
    began = time.monotonic()
    narrator = Narrator()
    click.echo(click.style("Pass’Koop, la démonstration", bold=True))
    narrator.tell(
        "Deux coops inventées, une visiteuse. Chaque étape montre la commande à taper, puis sa "
        f"réponse. Rien ne sort de ce dossier\u202f: {place}"
    )
    try:
        # The commands are run as they are shown: with paths from the demonstration's folder.
        with chdir(place), no_network():
            _tell_the_story(narrator, context)
    except UnexpectedOutcome as surprise:
        say(f"\n{click.style('La démonstration a échoué', bold=True)}. {surprise}")
        say(f"Les fichiers sont restés dans {place}.")
        raise click.exceptions.Exit(1) from surprise
    seconds = max(1, round(time.monotonic() - began))
    _say_what_next(place, narrator.steps, seconds)


def _folder(wanted: Path | None) -> Path:
    """Return an empty folder, as a path that holds from anywhere."""
    if wanted is None:
        return Path(tempfile.mkdtemp(prefix="passkoop-demo-")).resolve()
    with disk_errors(wanted):
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(wanted.iterdir()):
            raise Misuse(f"le dossier {wanted} n’est pas vide", "Donnez-en un autre avec --dir.")
    return wanted.resolve()


def _tell_the_story(narrator: Narrator, context: Context) -> None:
    _found_two_coops(narrator)
    _import_members(narrator, context)
    _issue_cards(narrator)
    _visit_too_early(narrator)
    _pair(narrator)
    _visit(narrator)
    _show_a_fake(narrator)
    _lose_a_card(narrator)


def _found_two_coops(narrator: Narrator) -> None:
    narrator.step(
        "Deux coops s’installent",
        "Chaque coop a son dossier\u202f: son registre, ses clés, et une fiche de secours à "
        "imprimer. Rien ne relie encore l’une à l’autre.",
    )
    for home, profile in ((PANIER, HOME), (COURGE, HOST)):
        place, country, contact = profile.place, profile.country, profile.contact
        where = ("--place", place, "--country", country, "--contact", contact)
        narrator.run("--home", home, "init", "--name", profile.name, *where)
        narrator.check(Path(home, "fiche-de-secours.pdf").exists(), "il n’y a pas de fiche.")


def _import_members(narrator: Narrator, context: Context) -> None:
    narrator.step(
        "Le Panier importe ses membres",
        f"{EXPORT} a la forme d’un export d’adhésions HelloAsso, avec ses surprises\u202f: des "
        "accents, une commande annulée, une personne inscrite deux fois, un fils dont la mère a "
        "payé l’adhésion, une ligne sans nom.",
    )
    write_private(Path(EXPORT), membership_export(context.today))
    narrator.run("--home", PANIER, "member", "import", EXPORT)
    members = narrator.ask("--home", PANIER, "member", "list")
    narrator.check(len(members) == MEMBERS, f"{len(members)} membres au lieu de {MEMBERS}.")
    (again,) = narrator.ask("--home", PANIER, "member", "import", EXPORT)
    counts = {name: count for name, count in again["counts"].items() if count}
    expected = {"unchanged": MEMBERS, "repeated": 1, "skipped": 1, "error": 1}
    narrator.check(counts == expected, f"le second import donne {counts}.")
    narrator.done(
        f"{MEMBERS}\u00a0membres. Le même fichier, importé une seconde fois, n’a rien changé au "
        "registre."
    )


def _issue_cards(narrator: Narrator) -> None:
    narrator.step(
        "Le Panier fait les cartes",
        "Une image par carte, pour le téléphone, et un PDF à imprimer et à découper. Une carte "
        "dit un nom, une catégorie et des dates\u202f; le reste n’a de sens que pour sa coop.",
    )
    narrator.run("--home", PANIER, "card", "issue", "--all", "--out", PICTURES)
    narrator.run("--home", PANIER, "card", "print", "--all", "-o", SHEET)
    pictures = len(list(Path(PICTURES).glob("*.png")))
    narrator.check(pictures == MEMBERS, f"{pictures} images au lieu de {MEMBERS}.")
    codes = len(set(read_codes(Path(SHEET).read_bytes())))
    narrator.check(codes == MEMBERS, f"{codes} codes lisibles dans le PDF au lieu de {MEMBERS}.")
    narrator.done(f"Les {codes} codes du PDF ont été relus.")


def _visit_too_early(narrator: Narrator) -> None:
    narrator.step(
        "Une carte d’une coop inconnue",
        "Maëlle, membre du Panier, montre sa carte à la Courge. Les deux coops ne se connaissent "
        "pas encore\u202f: rien n’est prouvé, donc l’écran ne montre ni nom, ni coop, ni date.",
    )
    narrator.verify(COURGE, CARD, Outcome.UNVERIFIED, code="unknown_issuer")


def _pair(narrator: Narrator) -> None:
    narrator.step(
        "Les deux coops se jumellent",
        "Chacune donne son code à l’autre, en main propre ou de vive voix, puis un fichier, par "
        "clé USB ou par e-mail. Ce fichier ne contient rien sur les membres.",
    )
    for here, there in ((PANIER, COURGE), (COURGE, PANIER)):
        code = narrator.run("--home", here, "peer", "code").strip()
        narrator.run("--home", there, "peer", "add", code)
    for here, there, news in ((PANIER, COURGE, NEWS), (COURGE, PANIER, OTHER_NEWS)):
        narrator.run("--home", here, "peer", "export", "-o", news)
        narrator.run("--home", there, "peer", "import", news)


def _visit(narrator: Narrator) -> None:
    narrator.check(network_is_closed(), "une connexion a pu s’ouvrir.")
    narrator.step(
        "Maëlle revient, et le réseau est coupé",
        "La Courge lit le code sur l’image et juge avec ce qu’elle a déjà. Depuis le début, la "
        "démonstration s’interdit toute connexion\u202f: elle vient d’essayer d’en ouvrir une, en "
        "vain.",
    )
    narrator.verify(COURGE, CARD, Outcome.WELCOME, name=VISITOR)
    narrator.done("Bienvenue, sans rien demander à personne.")


def _show_a_fake(narrator: Narrator) -> None:
    narrator.step(
        "Une carte falsifiée",
        "Quelqu’un a recopié la carte de Maëlle en y mettant un autre prénom, Arsène. La signature "
        "ne correspond plus à ce qui est écrit.",
    )
    (text,) = read_qr(Path(CARD).read_bytes())
    fake = with_another_name(text)
    narrator.check(fake != text and len(fake) == len(text), "le nom n’a pas pu être changé.")
    write_private(Path(FAKE), qr_png(fake))
    narrator.verify(COURGE, FAKE, Outcome.REFUSED, code="forged")


def _lose_a_card(narrator: Narrator) -> None:
    narrator.step(
        "Une carte perdue",
        "Maëlle a perdu sa carte\u202f: le Panier l’annule. La Courge le sait dès qu’elle reçoit "
        "le fichier suivant du Panier.",
    )
    narrator.run("--home", PANIER, "card", "revoke", VISITOR_NUMBER, "--reason", "carte perdue")
    narrator.run("--home", PANIER, "peer", "export", "-o", NEWS)
    narrator.run("--home", COURGE, "peer", "import", NEWS)
    narrator.verify(COURGE, CARD, Outcome.REFUSED, code="revoked", name=VISITOR)


def _say_what_next(place: Path, steps: int, seconds: int) -> None:
    done = f"Les {steps} étapes ont fini comme prévu, en {seconds}\u00a0s."
    click.echo(f"\n{click.style(done, bold=True)}")
    click.echo(f"\nÀ regarder, dans {place} :")
    for name, what in (
        (SHEET, "la planche de cartes à imprimer"),
        (CARD, "la carte de Maëlle"),
        (FAKE, "la carte falsifiée"),
        (EXPORT, "le fichier des membres"),
        (NEWS, "le fichier pour les autres coops"),
        (f"{PANIER}/fiche-de-secours.pdf", "les 24 mots qui refont la coop"),
    ):
        click.echo(f"   {name:<43} {what}")
    click.echo("Ce dossier reste là\u202f: effacez-le quand vous aurez fini.")
    say_for_real(
        "--home ma-coop init",
        "--home ma-coop member import membres.csv",
        "--home ma-coop card issue --all --out cartes",
        "--home ma-coop card print --all -o cartes.pdf",
        "--help",
    )
