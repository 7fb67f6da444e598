"""What is written to whoever wants to join."""

import re
import unicodedata

from passkoop_node.coops.profile import Profile
from passkoop_node.core.language import _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Letter
from passkoop_node.joining.store import JoinRequest

KIND = "joining"
LONGEST_NAME = 40
# Whoever has no account can have us write to any address: no word of theirs goes along but a name.
_NAME = re.compile(r"[^\W\d_]+(?:\.?[ '’-]{1,2}[^\W\d_]+)*\.?")
MOST_A_DAY = 3  # letters to one address: nobody's mailbox is filled through our form


def received(request: JoinRequest, profile: Profile, *, afterwards: str, link: str) -> Letter:
    """Return the letter that says that a request arrived."""
    with speaking(request.spoken):
        return _letter(
            request,
            profile,
            "received",
            _("Votre demande d'adhésion – %(coop)s", coop=profile.name),
            _(
                "Votre demande d'adhésion est bien arrivée. La coop la lit et vous répond à cette "
                "adresse."
            ),
            afterwards,
            _("Où elle en est : %(link)s", link=link) if link else "",
            _("Ce n'était pas vous ? Ne faites rien, ou répondez-nous : nous l'effaçons."),
        )


def known(request: JoinRequest, profile: Profile) -> Letter:
    """Return the letter to an address that the register has already."""
    with speaking(request.spoken):
        return _letter(
            request,
            profile,
            "known",
            _("Votre demande d'adhésion – %(coop)s", coop=profile.name),
            _(
                "Quelqu'un, vous sans doute, a rempli le formulaire d'adhésion avec cette "
                "adresse. Elle est déjà celle d'un membre : peut-être l'êtes-vous déjà."
            ),
            _("La coop regarde, et vous répond. Il n'y a rien à faire."),
        )


def prove(request: JoinRequest, profile: Profile, *, link: str) -> Letter:
    """Return the letter with the link that proves an address."""
    with speaking(request.spoken):
        return _letter(
            request,
            profile,
            "prove",
            _("Confirmez votre demande d'adhésion – %(coop)s", coop=profile.name),
            _("Pour que votre demande parte, ouvrez cette page et confirmez :"),
            link,
            _("Elle reste ouverte sept jours. Ce n'était pas vous ? Ne faites rien."),
        )


def refused(request: JoinRequest, profile: Profile) -> Letter:
    """Return the letter that says that a request was refused."""
    with speaking(request.spoken):
        return _letter(
            request,
            profile,
            "refused",
            _("Votre demande d'adhésion – %(coop)s", coop=profile.name),
            _("Nous n'avons pas pu accepter votre demande d'adhésion."),
            request.reason,
            _("Une question ? Répondez à ce message, ou passez à la coop."),
        )


def is_name(text: str) -> bool:
    """Return whether a text is a name: letters, no address of the web, no advertisement."""
    # Some scripts write vowels as marks on letters.
    bare = "".join(one for one in text if not unicodedata.category(one).startswith("M"))
    return len(text) <= LONGEST_NAME and text.count(" ") < 4 and bool(_NAME.fullmatch(bare))


def _letter(
    request: JoinRequest, profile: Profile, what: str, subject: str, *paragraphs: str
) -> Letter:
    said = request.answers
    name = said.given_name or said.full_name
    text = [
        _("Bonjour %(name)s,", name=name) if is_name(name) else _("Bonjour,"),
        *filter(None, paragraphs),
        "\n".join(filter(None, (profile.name, profile.contact))),
    ]
    return Letter(
        to=said.email,
        subject=subject[:MAX_SUBJECT],
        text="\n\n".join(text),
        language=request.spoken,
        kind=KIND,
        ref=f"{what}:{request.id}",
    )
