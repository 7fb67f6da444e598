"""What the protocol's codes say in French: errors, and the sentences of a verdict."""

from passkoop_cli.output import day_of
from passkoop_node.core.french import french_date
from passkoop_node.errors import NodeError
from passkoop_node.till import words
from passkoop_protocol.errors import BadPairingCode, ProtocolError
from passkoop_protocol.qr import ImageTooLarge
from passkoop_protocol.verdict import Reason
from passkoop_site.errors import SiteError

OUTCOMES = {outcome: str(says) for outcome, says in words.OUTCOMES.items()}

CATEGORIES = {category: str(says) for category, says in words.CATEGORIES.items()}

_FETCH_AGAIN = "Demandez-en une nouvelle copie à qui l’a envoyé, puis recommencez."

ERRORS = {
    "malformed": ("ce fichier n’est pas un document Pass’Koop, ou il est abîmé", _FETCH_AGAIN),
    "newer_format": (
        "ce document vient d’une version plus récente",
        "Mettez Pass’Koop à jour, puis recommencez.",
    ),
    "too_large": ("ce fichier est trop grand pour être lu", "Vérifiez que c’est le bon fichier."),
    "bad_shape": (
        "ce document ne contient pas ce qu’il devrait",
        "Demandez à la coop qui l’a signé de mettre Pass’Koop à jour et de le refaire.",
    ),
    "bad_signature": (
        "la signature de ce document n’est pas bonne\u202f: il a été modifié en route",
        _FETCH_AGAIN,
    ),
    "bad_text": ("ce texte n’est pas celui d’une carte", "Repassez la carte."),
    "not_listed": (
        "ce document vient d’une coop avec qui la vôtre n’est pas jumelée",
        "Demandez-lui son code, puis «\u00a0passkoop peer add CODE\u00a0» ici.",
    ),
    "unknown_federation": (
        "ce document vient d’une fédération que votre coop ne suit pas",
        "Vérifiez que c’est le bon fichier.",
    ),
    "from_the_future": (
        "ce document est daté de plus de dix minutes dans l’avenir",
        "Vérifiez la date et l’heure de cet ordinateur, puis de l’autre.",
    ),
    "older": (
        "ce document est plus ancien que celui que vous avez",
        "Rien à faire\u202f: le plus récent est gardé.",
    ),
    "version_gap": (
        "il manque des documents de la fédération entre celui-ci et le vôtre",
        "Demandez-lui le fichier complet.",
    ),
    "threshold_not_met": (
        "il manque des signatures à ce document de la fédération",
        "Demandez-lui le fichier complet.",
    ),
    "bad_proof": (
        "cette coop annonce une clé sans prouver qu’elle est la sienne",
        "N’utilisez pas ce document\u202f; prévenez la coop.",
    ),
    "wrong_key": (
        "cette liste est signée par une clé qui n’en a pas le droit",
        "Demandez un fichier plus récent à la coop.",
    ),
    "no_code": (
        "aucun code QR n’est lisible sur cette image",
        "Prenez-la de plus près, bien à plat et à la lumière.",
    ),
    "not_an_image": (
        "ce fichier n’est pas une image lisible",
        "Donnez une image PNG ou JPEG, un PDF, ou le texte de la carte.",
    ),
    "index_out_of_range": (
        "la liste de cette coop ne va pas jusqu’à cette carte",
        "Demandez un fichier plus récent à la coop.",
    ),
}


def said_reason(reason: Reason) -> str:
    """Return the sentence for the cashier."""
    return words.reason_in_a_sentence(reason, shown_day=lambda moment: french_date(day_of(moment)))


def said_error(error: NodeError | ProtocolError | SiteError) -> tuple[str, str]:
    """Return what happened and what to do, in French."""
    if isinstance(error, NodeError | SiteError):
        return str(error), error.hint
    if isinstance(error, BadPairingCode):
        where = (
            f"le groupe n°\u00a0{error.group} du code est mal recopié"
            if error.group
            else "ce code n’a pas la bonne longueur\u202f: il compte quatre groupes de cinq"
        )
        return where, "Comparez-le avec celui de l’autre coop, groupe par groupe."
    if isinstance(error, ImageTooLarge):
        return (
            "cette image est trop grande pour être lue",
            "Reprenez-la en plus petit, ou ne gardez que le code.",
        )
    return ERRORS[error.code]
