"""What the values of a member's data mean, for people: the file for programs says them in codes."""

from collections.abc import Mapping

from passkoop_node.cards.situations import SITUATIONS
from passkoop_node.channels.words import CHANNELS, DETAILS, HOWS, TOPICS
from passkoop_node.core.language import N_, Message
from passkoop_node.core.mail_words import STATES
from passkoop_node.dues.wording import KINDS, METHODS
from passkoop_node.joining.answers import GENDERS

_BY_WHAT: Mapping[str, Message] = {
    "account": N_("Le bureau"),
    "till": N_("La caisse"),
    "kiosk": N_("La borne"),
    "member": N_("Vous"),
    "visitor": N_("Vous"),
}
_ITSELF = N_("Pass'Koop")
_CHANNELS = {one.value: words for one, words in CHANNELS.items()}
TOPIC_NAMES: Mapping[str, Message] = {one.value: words for one, (words, _says) in TOPICS.items()}
_STATES = {one.value: words for one, (_shape, words) in STATES.items()}
_ACTIONS: Mapping[str, Message] = {
    "member.add": N_("Ajout au registre"),
    "member.edit": N_("Correction de la fiche"),
    "member.left": N_("Départ noté"),
    "member.back": N_("Retour noté"),
    "household.join": N_("Rattachement à un foyer"),
    "household.part": N_("Retrait d'un foyer"),
    "household.lead": N_("Titulaire du foyer"),
    "join.accept": N_("Demande d'adhésion acceptée"),
    "contact.set": N_("Ce que vous recevez est changé"),
    "contact.stop": N_("Désabonnement"),
    "contact.again": N_("De nouveau abonné·e"),
    "contact.wrong": N_("Coordonnées notées fausses"),
    "contact.right": N_("Coordonnées de nouveau bonnes"),
    "card.issue": N_("Carte faite"),
    "card.revoked": N_("Carte annulée"),
    "card.suspended": N_("Carte suspendue"),
    "card.valid": N_("Suspension levée"),
    "card.sent": N_("Carte envoyée par e-mail"),
    "own.link": N_("Lien vers votre page donné"),
    "own.enter": N_("Page de membre ouverte"),
    "own.document": N_("Document mis dans le carnet"),
    "own.document_gone": N_("Document retiré du carnet"),
    "own.ask_change": N_("Changement de fiche demandé"),
    "own.ask_email": N_("Nouvelle adresse e-mail à confirmer"),
    "own.refuse": N_("Demande écartée"),
    "own.ask_erase": N_("Effacement demandé"),
    "own.close": N_("Page fermée sur vos appareils"),
    "dues.pay": N_("Paiement noté"),
    "dues.correct": N_("Paiement annulé"),
    "dues.sent": N_("Reçu envoyé par e-mail"),
    "dues.asked": N_("Avis de paiement envoyé par e-mail"),
    "dues.agree": N_("Paiement en plusieurs fois convenu"),
    "dues.give_up": N_("Paiement en plusieurs fois abandonné"),
    "dues.shares": N_("Nombre de parts prévu"),
    "dues.grant": N_("Cotisation offerte"),
    "dues.ungrant": N_("Cotisation offerte, reprise"),
}
_OTHER_ACTION = N_("Autre changement")
# By the field; a value that is not there is data, and stays as it is.
CODES: Mapping[str, Mapping[str, Message]] = {
    "action": _ACTIONS,
    "category": {"0": N_("membre"), "1": N_("personne rattachée")},
    "channel": _CHANNELS,
    "fate": {
        **_STATES,
        "todo": N_("En attente"),
        "queued": N_("En attente"),
        "skipped": N_("Pas parti"),
    },
    "gender": GENDERS,
    "how": HOWS,
    "kind": {
        **KINDS,
        "visit": N_("Une visite dans une coop"),
        "purchase": N_("Un achat"),
        "link": N_("Votre lien"),
        "was brought by another member": N_("Un autre membre vous a fait venir"),
        "brought a new member": N_("Vous avez fait venir quelqu'un"),
        "change": N_("Changement de fiche demandé"),
        "email": N_("Nouvelle adresse e-mail"),
        "erase": N_("Effacement demandé"),
        "left": N_("Départ noté"),
    },
    "method": METHODS,
    "part": {
        "free_time": N_("Cotisation offerte"),
        "instalments": N_("Payer en plusieurs fois"),
        "shares": N_("Parts prévues"),
        "transfer": N_("Virement"),
        "paid_in": N_("Paiement arrivé"),
        "receipt": N_("Reçu"),
    },
    "role": {"principal": N_("titulaire d'un foyer"), "affiliated": N_("personne rattachée")},
    "source": {**HOWS, "bank": N_("Relevé de la banque")},
    "state": {
        **{one.value: words for one, (_shape, words) in SITUATIONS.items()},
        **_STATES,
        "noted": N_("Noté"),
        "dismissed": N_("Écarté"),
    },
    "topic": TOPIC_NAMES,
    "what": {one.value: words for one, words in DETAILS.items()},
    "wrong": {one.value: words for one, words in DETAILS.items()},
}


def said(key: str, value: object) -> Message | None:
    """Return what a code of a field means; None: it is no code."""
    if key in ("by", "till"):
        return _BY_WHAT.get(str(value).partition(":")[0], _ITSELF)
    if key in TOPIC_NAMES:
        return _CHANNELS.get(str(value))
    if key == "action":
        return _ACTIONS.get(str(value), _OTHER_ACTION)
    return CODES.get(key, {}).get(str(value))
