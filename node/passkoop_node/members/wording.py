"""What people read about members and their import."""

from collections.abc import Callable, Mapping

from passkoop_node.core.language import N_, Message
from passkoop_node.errors import (
    ContradictoryFile,
    FileTooLarge,
    NodeError,
    NoNameColumn,
    NotATable,
    NothingToImport,
    RegisterChanged,
)
from passkoop_node.members.imports import Outcome

FIELDS: Mapping[str, Message] = {
    "number": N_("Numéro"),
    "given_name": N_("Prénom"),
    "family_name": N_("Nom de famille"),
    "full_name": N_("Nom complet"),
    "email": N_("E-mail"),
    "phone": N_("Téléphone"),
    "address": N_("Adresse"),
    "address2": N_("Complément d'adresse"),
    "postcode": N_("Code postal"),
    "town": N_("Commune"),
    "country": N_("Pays"),
    "language": N_("Langue"),
    "category": N_("Catégorie"),
    "gender": N_("Genre"),
    "birth_year": N_("Année de naissance"),
    "joined": N_("Date d'adhésion"),
    "left": N_("Date de départ"),
    "badge": N_("Badge de la coop"),
    "referred_by": N_("Parrain, marraine"),
    "notes": N_("Notes"),
    "household": N_("Titulaire du foyer"),
    "news": N_("Veut des nouvelles"),
}

# What the exports of some programs say besides; it is used, and is nobody's to choose.
OWN_WORDS: Mapping[str, Message] = {
    "order_status": N_("État de la commande"),
    "ordered": N_("Date de la commande"),
    "payer_given": N_("Prénom de qui paie"),
    "payer_family": N_("Nom de qui paie"),
    "payer_email": N_("E-mail de qui paie"),
}

# (what will be, what was done)
OUTCOMES: Mapping[Outcome, tuple[Message, Message]] = {
    Outcome.CREATED: (N_("à créer"), N_("créé")),
    Outcome.UPDATED: (N_("à mettre à jour"), N_("mis à jour")),
    Outcome.UNCHANGED: (N_("sans changement"), N_("sans changement")),
    Outcome.REPEATED: (N_("en double"), N_("en double")),
    Outcome.SKIPPED: (N_("laissé de côté"), N_("laissé de côté")),
    Outcome.ERROR: (N_("à corriger"), N_("non repris")),
}

# Words for a count of lines, capitals first: they head a figure.
COUNTED: Mapping[Outcome, tuple[Message, Message]] = {
    Outcome.CREATED: (N_("À créer"), N_("Créés")),
    Outcome.UPDATED: (N_("À mettre à jour"), N_("Mis à jour")),
    Outcome.UNCHANGED: (N_("Sans changement"), N_("Sans changement")),
    Outcome.REPEATED: (N_("En double dans le fichier"), N_("En double dans le fichier")),
    Outcome.SKIPPED: (N_("Laissés de côté"), N_("Laissés de côté")),
    Outcome.ERROR: (N_("À corriger"), N_("Non repris")),
}


def file_fault(error: NodeError) -> Message | None:
    """Return what is wrong with a file and what to do, None if the fault is another one."""
    say = _FAULTS.get(error.code)
    return say(error) if say else None


def _too_large(error: NodeError) -> Message:
    assert isinstance(error, FileTooLarge)
    return N_(
        "Ce fichier est trop gros : %(num)s Mo au plus. Vérifiez que c'est bien la liste des "
        "membres ; au besoin, coupez-la en morceaux.",
        num=error.limit // 1_000_000,
    )


def _no_table(error: NodeError) -> Message:
    return N_("%(problem)s. %(hint)s", problem=_begun(str(error)), hint=error.hint)


def _no_names(error: NodeError) -> Message:
    assert isinstance(error, NoNameColumn)
    return N_("Aucune colonne n'a été reconnue comme celle des noms : dites laquelle l'est.")


def _nothing(error: NodeError) -> Message:
    return N_(
        "%(problem)s. Corrigez le fichier, puis recommencez : rien n'a été importé.",
        problem=_begun(str(error)),
    )


def _contradictory(error: NodeError) -> Message:
    assert isinstance(error, ContradictoryFile)
    return N_(
        "Les lignes de ce fichier se contredisent à propos de %(names)s. Donnez son numéro à "
        "chaque membre du fichier ; rien n'a été importé.",
        names=error.names,
    )


def _changed(_error: NodeError) -> Message:
    return N_("Le registre a changé depuis l'aperçu. Regardez-le de nouveau, puis importez.")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


_FAULTS: Mapping[str, Callable[[NodeError], Message]] = {
    FileTooLarge.code: _too_large,
    NotATable.code: _no_table,
    NoNameColumn.code: _no_names,
    NothingToImport.code: _nothing,
    ContradictoryFile.code: _contradictory,
    RegisterChanged.code: _changed,
}
