"""What a mail server's answers mean, and what to do: in plain words."""

from collections.abc import Mapping

from passkoop_node.core.language import N_, Message
from passkoop_node.core.mail_settings import Security
from passkoop_node.core.outbox import Carrier, State

NOT_SET_UP = N_(
    "Le courriel n'est pas réglé : un compte d'administration le fait dans les réglages."
)

STATES: Mapping[State, tuple[str, Message]] = {  # (a shape of core/icons.html, words)
    State.WAITING: ("none", N_("En attente")),
    State.SENDING: ("none", N_("En cours d'envoi")),
    State.SENT: ("ok", N_("Envoyé")),
    State.FAILED: ("no", N_("Pas parti")),
    State.UNCERTAIN: ("unk", N_("Peut-être parti")),
    State.CANCELLED: ("none", N_("Annulé")),
}

CARRIERS: Mapping[Carrier, Message] = {
    Carrier.EMAIL: N_("E-mail"),
    Carrier.SMS: N_("SMS"),
    Carrier.POST: N_("Lettre"),
}

SECURITIES: Mapping[Security, tuple[Message, Message]] = {
    Security.STARTTLS: (N_("STARTTLS"), N_("Le plus courant, port 587.")),
    Security.TLS: (N_("TLS"), N_("Port 465, parfois appelé SSL.")),
    Security.NONE: (N_("Aucune"), N_("Seulement pour un serveur de cet ordinateur même.")),
}

# By the codes of core/smtp.py, core/post.py and core/outbox.py: (what happened, what to do).
_WORDS: Mapping[str, tuple[Message, Message]] = {
    "unknown_host": (
        N_("Ce nom de serveur n'existe pas, ou Internet ne répond pas."),
        N_("Vérifiez le nom du serveur et la connexion."),
    ),
    "refused": (
        N_("Personne ne répond à ce port de ce serveur."),
        N_("Vérifiez le port : 587 pour STARTTLS, 465 pour TLS."),
    ),
    "unreachable": (
        N_("Le serveur ne peut pas être joint."),
        N_("Vérifiez la connexion à Internet."),
    ),
    "timeout": (
        N_("Le serveur ne répond pas à temps."),
        N_("Vérifiez le port et la protection ; sinon, réessayez plus tard."),
    ),
    "hung_up": (
        N_("Le serveur a raccroché avant la fin."),
        N_("Rien à faire si cela passe : c'est réessayé tout seul."),
    ),
    "certificate": (
        N_("Le certificat du serveur n'est pas le bon."),
        N_("Vérifiez le nom du serveur : celui que donne votre hébergeur, lettre à lettre."),
    ),
    "tls": (
        N_("La protection demandée ne marche pas à ce port."),
        N_("Essayez STARTTLS au port 587, ou TLS au port 465."),
    ),
    "no_starttls": (
        N_("Ce serveur ne propose pas STARTTLS à ce port."),
        N_("Essayez TLS au port 465."),
    ),
    "no_login": (
        N_("Ce serveur ne prend pas de mot de passe à ce port."),
        N_("Laissez le compte vide, ou changez de port."),
    ),
    "login": (
        N_("Le serveur refuse le compte ou le mot de passe."),
        N_("Retapez-les ; certains hébergeurs veulent un mot de passe propre à l'application."),
    ),
    "unwelcome": (
        N_("Le serveur ne veut pas parler à cet ordinateur."),
        N_("Demandez à votre hébergeur, avec la réponse du serveur."),
    ),
    "sender": (
        N_("Le serveur refuse l'adresse d'expédition."),
        N_("Mettez-y une adresse de ce compte."),
    ),
    "relay": (
        N_("Le serveur ne transmet pas de courriel pour vous."),
        N_("Donnez un compte et son mot de passe, ou vérifiez l'adresse d'expédition."),
    ),
    "temporary": (
        N_("Le serveur a demandé de réessayer plus tard."),
        N_("Rien à faire : c'est réessayé tout seul, pendant deux jours."),
    ),
    "recipient": (
        N_("Le serveur refuse l'adresse du destinataire."),
        N_("Demandez à la personne sa bonne adresse."),
    ),
    "content": (
        N_("Le serveur a refusé le message lui-même."),
        N_("Demandez à votre hébergeur, avec la réponse du serveur."),
    ),
    "gave_up": (
        N_("Deux jours d'essais, sans succès."),
        N_("Voyez la réponse du serveur, puis renvoyez."),
    ),
    "no_answer": (
        N_("Le serveur a tout reçu, puis la liaison s'est coupée avant sa réponse."),
        N_("Demandez à la personne si c'est arrivé ; sinon, renvoyez."),
    ),
    "interrupted": (
        N_("L'ordinateur s'est arrêté pendant l'envoi."),
        N_("Demandez à la personne si c'est arrivé ; sinon, renvoyez."),
    ),
    "restored": (
        N_("La coop vient d'une sauvegarde : le message est peut-être parti depuis."),
        N_("Demandez à la personne si c'est arrivé ; sinon, renvoyez."),
    ),
    "no_credit": (
        N_("La passerelle de SMS n'a plus de crédit."),
        N_("Rechargez le compte ; les SMS repartent tout seuls."),
    ),
    "sms_address": (
        N_("La passerelle de SMS ne connaît pas cette adresse."),
        N_("Vérifiez l'adresse et la méthode, avec la notice de la passerelle."),
    ),
    "redirect": (
        N_("La passerelle de SMS renvoie à une autre adresse, où rien n'est envoyé."),
        N_("Mettez la nouvelle adresse dans les réglages, page « SMS »."),
    ),
    "private_address": (
        N_("Cette adresse mène dans un réseau privé."),
        N_("Si la passerelle est dans la coop, dites-le dans les réglages, page « SMS »."),
    ),
    "no_sms_answer": (
        N_("La passerelle a reçu la demande, et n'a pas répondu à temps."),
        N_("Demandez à la personne si c'est arrivé ; sinon, renvoyez."),
    ),
    "unclear_answer": (
        N_("La passerelle a répondu autre chose que ce qui veut dire « c'est parti »."),
        N_("Voyez sa réponse, ou demandez à la personne si c'est arrivé ; sinon, renvoyez."),
    ),
    "sms_later": (
        N_("La passerelle a demandé de réessayer plus tard."),
        N_("Rien à faire : c'est réessayé tout seul, pendant deux jours."),
    ),
    "sms_refused": (
        N_("La passerelle a refusé ce SMS."),
        N_("Voyez sa réponse, vérifiez le numéro, puis renvoyez."),
    ),
    "unsubscribed": (
        N_("La personne n'en veut plus : elle l'a dit après la mise au courrier."),
        N_("Rien à faire."),
    ),
    "known_wrong": (
        N_("Cette adresse, ou ce numéro, a été noté faux entre-temps."),
        N_("Corrigez la fiche du membre, puis refaites l'envoi."),
    ),
    "overtaken": (
        N_("Ce qui devait partir a changé entre-temps."),
        N_("Refaites l'envoi depuis la fiche du membre."),
    ),
    "broken": (
        N_("Ce message n'a pas pu être écrit."),
        N_("Prévenez la personne qui s'occupe de l'ordinateur."),
    ),
}
_OTHER = (N_("L'envoi n'a pas marché."), N_("Réessayez plus tard."))


def said_of(code: str) -> tuple[Message, Message]:
    """Return what a code means, and what to do."""
    return _WORDS.get(code, _OTHER)
