"""What the fields of a member's data are called, for people."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from passkoop_node.booklet.values import TOPIC_NAMES, said
from passkoop_node.core.formats import day, duration, hour, money
from passkoop_node.core.language import LANGUAGES, N_, Message, _
from passkoop_node.members.wording import FIELDS

# By where it lies; the names are those of the file for programs.
HOLDINGS: Mapping[str, Message] = {
    "member": N_("Votre fiche"),
    "household": N_("Votre foyer"),
    "cards": N_("Vos cartes"),
    "preferences": N_("Ce que vous voulez recevoir"),
    "joining": N_("Votre demande d'adhésion"),
    "dues": N_("Votre cotisation et vos parts"),
    "pauses": N_("Suspensions levées"),
    "reminders": N_("Rappels de cotisation"),
    "groups": N_("Vos groupes"),
    "mailings": N_("Ce que la coop vous a écrit"),
    "referrals": N_("Parrainage"),
    "messages": N_("Les messages de la coop"),
    "draws": N_("Tirages au sort de la borne"),
    "notes": N_("Ce que vous avez noté"),
    "documents": N_("Vos documents"),
    "wishes": N_("Vos demandes en cours"),
    "devices": N_("Les appareils où votre page est ouverte"),
    "payments": N_("Vos paiements"),
    "visits": N_("Vos visites à la coop"),
    "log": N_("Ce que le journal dit de vous"),
}
_LABELS: Mapping[str, Message] = {
    **FIELDS,
    "accepted_at": N_("Acceptée le"),
    "action": N_("Quoi"),
    "affiliated": N_("Personnes rattachées"),
    "answers": N_("Réponses"),
    "asked_at": N_("Demandé le"),
    "at": N_("Quand"),
    "by": N_("Par"),
    "card": N_("La carte, en chiffres"),
    "card_reference": N_("Référence sur vos cartes"),
    "cents": N_("Montant"),
    "changed_at": N_("Changée le"),
    "channel": N_("Par quel moyen"),
    "consent": N_("Ce que vous avez accepté"),
    "coop": N_("Coop"),
    "corrects": N_("Annule le reçu"),
    "created_at": N_("Notée le"),
    "day": N_("Jour"),
    "details": N_("Détails"),
    "expires_at": N_("Valable jusqu'au"),
    "file": N_("Fichier"),
    "first": N_("Du"),
    "how": N_("Comment"),
    "idle": N_("Se ferme sans visite au bout de"),
    "issued_at": N_("Faite le"),
    "kind": N_("Sorte"),
    "last": N_("Au"),
    "made_at": N_("Depuis le"),
    "method": N_("Moyen de paiement"),
    "name": N_("Nom"),
    "new_email": N_("Nouvelle adresse e-mail"),
    "noted_at": N_("Noté le"),
    "paid_on": N_("Payé le"),
    "paid_until": N_("Payée jusqu'au"),
    "put_at": N_("Mis le"),
    "queued_at": N_("Écrit le"),
    "reason": N_("Raison"),
    "receipt": N_("Reçu"),
    "reminded_at": N_("Rappelée le"),
    "role": N_("Rôle"),
    "said_at": N_("Dit le"),
    "seen_at": N_("Vu le"),
    "sent_at": N_("Envoyée le"),
    "since": N_("Depuis"),
    "source": N_("Par quelle voie"),
    "state": N_("État"),
    "subject": N_("Objet"),
    "suspension_lifted_at": N_("Suspension levée le"),
    "text": N_("Texte"),
    "till": N_("Caisse"),
    "title": N_("Titre"),
    "to": N_("À"),
    "topic": N_("Sujet"),
    "updated_at": N_("Changée la dernière fois le"),
    "value": N_("Valeur"),
    "agreed_at": N_("Convenu le"),
    "amount": N_("Tarif"),
    "due_on": N_("À payer le"),
    "group": N_("Groupe"),
    "paid_by": N_("Payé par"),
    "part": N_("Ce que c'est"),
    "payer": N_("Payé par"),
    "person": N_("Pour"),
    "reference": N_("Référence"),
    "shares": N_("Parts"),
    "why": N_("Pourquoi"),
    "code": N_("Code"),
    "gift": N_("Récompense"),
    "given_at": N_("Donnée le"),
    "fate": N_("État"),
    "words": N_("Un mot"),
    "wrong": N_("Notée fausse"),
    "prize": N_("Lot"),
    "contact": N_("Adresse ou téléphone donné"),
    "entered_at": N_("Noté le"),
    "agreed": N_("Ce que vous avez accepté"),
    "channels": N_("Ce que vous voulez recevoir"),
    "fields": N_("Ce qui a changé"),
    "household": N_("Foyer du membre n°"),
    "was": N_("Ancien numéro"),
    "what": N_("Quoi"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def label(key: str) -> str:
    """Return what a field is called; one that nobody named yet keeps its own name."""
    return str(_LABELS[key]) if key in _LABELS else key


def is_named(key: str) -> bool:
    """Return whether a field has a name for people."""
    return key in _LABELS


def value_of(key: str, value: Any) -> str:
    """Return a value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Mapping):
        return ", ".join(
            f"{TOPIC_NAMES.get(name) or label(name)} : {value_of(name, one)}"
            for name, one in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(label(one) if key == "fields" else value_of(key, one) for one in value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if words := said(key, value):
        return str(words)
    if isinstance(value, int):
        return _number(key, value)
    if key == "language":
        return LANGUAGES.get(value, value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    return str(value)


def _number(key: str, value: int) -> str:
    if key == "cents":
        return money(value)
    if key == "idle":
        return duration(value)
    return f"{day(value)}, {hour(value)}" if value > 100_000_000 else str(value)
