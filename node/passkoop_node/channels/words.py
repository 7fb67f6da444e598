"""What topics and channels are called, why one is written to, and why one cannot be."""

from collections.abc import Mapping

from passkoop_node.channels.wrong import What
from passkoop_node.core.language import LANGUAGES, N_, SOURCE, Message, _
from passkoop_node.core.letters import BY_REPLY
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic

TOPICS: Mapping[Topic, tuple[Message, Message]] = {  # (name, what that is)
    Topic.DUES: (N_("Adhésion et carte"), N_("Ce qu'il faut pour être membre.")),
    Topic.NEWS: (N_("La vie de la coop"), N_("Nouvelles, réunions, coups de main.")),
    Topic.NETWORK: (N_("Les autres coops"), N_("Ce qui se passe dans le réseau Pass'Koop.")),
    Topic.OFFERS: (N_("Promotions et jeux"), N_("Bons plans du magasin, tirages au sort.")),
}
CHANNELS: Mapping[Channel, Message] = {
    Channel.EMAIL: N_("Par e-mail"),
    Channel.SMS: N_("Par SMS"),
    Channel.POST: N_("Par lettre"),
    Channel.NONE: N_("Rien"),
}
HOWS: Mapping[str, Message] = {
    "kiosk": N_("à la borne"),
    "online": N_("en ligne"),
    "office": N_("au bureau"),
    "import": N_("par un import"),
    "self": N_("par la personne elle-même"),
}

DETAILS: Mapping[What, Message] = {
    What.EMAIL: N_("Adresse e-mail"),
    What.PHONE: N_("Téléphone"),
    What.ADDRESS: N_("Adresse postale"),
}
WRONGS: Mapping[What, Message] = {
    What.EMAIL: N_("L'adresse e-mail est fausse : rien n'y part tant qu'elle ne change pas."),
    What.PHONE: N_("Le numéro de téléphone est faux : rien n'y part tant qu'il ne change pas."),
    What.ADDRESS: N_("L'adresse postale est fausse : rien n'y part tant qu'elle ne change pas."),
}
WRONG_HOWS: Mapping[str, Message] = {
    "server": N_("d'après le serveur de courriel"),
    "office": N_("au bureau"),
    "import": N_("d'après une liste de retours"),
}

# Why nothing goes, by the codes of sending.py.
WHY: Mapping[str, Message] = {
    "not_wanted": N_("n'en veut pas"),
    "no_email": N_("pas d'adresse e-mail"),
    "wrong_email": N_("adresse e-mail fausse"),
    "mail_not_set_up": N_("le courriel n'est pas réglé"),
    "no_phone": N_("pas de numéro de portable"),
    "wrong_phone": N_("numéro faux"),
    "sms_too_long": N_("texte trop long pour un SMS"),
    "no_address": N_("pas d'adresse postale"),
    "wrong_address": N_("adresse postale fausse"),
    "waits": N_("attend déjà au courrier"),
}


def language_of(member: MemberData) -> str:
    """Return the language in which a member is written to."""
    return member.language if member.language in LANGUAGES else SOURCE


def topic_line(topic: Topic, channel: Channel) -> str:
    """Return what somebody wants of a topic, on one line."""
    by = CHANNELS[channel]
    return _("%(topic)s : %(channel)s", topic=TOPICS[topic][0], channel=str(by).lower())


def footer(topic: Topic, channel: Channel, link: str, *, coop: str) -> str:
    """Return why somebody gets a message, and how it ends, in the language spoken now.

    Args:
        topic: what it is about.
        channel: by which it goes.
        link: where one ends it, BY_REPLY or ""; an e-mail shows an address itself.
        coop: its name.
    """
    if channel is Channel.SMS:
        return _("Stop : %(link)s", link=link) if link and link != BY_REPLY else ""
    if topic.is_required:
        return _(
            "Vous recevez ce message parce que vous êtes membre de %(coop)s : il touche à votre "
            "cotisation ou à votre carte.",
            coop=coop,
        )
    why = _(
        "Vous recevez ce message de %(coop)s parce que vous avez demandé « %(topic)s ».",
        coop=coop,
        topic=TOPICS[topic][0],
    )
    if channel is Channel.POST:
        end = _("Pour ne plus en recevoir, dites-le à la coop.")
    elif link == BY_REPLY:
        end = _("Pour ne plus en recevoir, dites-le en réponse à ce message.")
    else:
        end = _("Pour ne plus en recevoir :")
    return f"{why}\n{end}"
