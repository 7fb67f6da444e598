"""What the office's pages of cards say alike: the day, and why there is no card."""

import datetime

from aiohttp import web

from passkoop_node.cards.following import HeldByPrincipal
from passkoop_node.cards.issuing import HasCard, HasLeft, NoPlaceLeft
from passkoop_node.coops.ourselves import MustCatchUp
from passkoop_node.core.handling import now
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import BadMember, NodeError


def today(request: web.Request) -> datetime.date:
    """Return the day: who left today has left, be it the shop's today or that of the cards, UTC."""
    return day_of(now(request))


def day_of(moment: int) -> datetime.date:
    """Return the day at a moment, as `today` says it."""
    shop = datetime.datetime.fromtimestamp(moment).astimezone().date()
    return max(shop, datetime.datetime.fromtimestamp(moment, datetime.UTC).date())


def why_not(error: NodeError) -> Message:
    """Return why no card was made; another fault is for the page of errors."""
    if isinstance(error, HasLeft):
        return N_(
            "Le membre n° %(number)s a quitté la coop : aucune carte n'a été faite.",
            number=error.number,
        )
    if isinstance(error, HasCard):
        return N_("Le membre n° %(number)s a déjà une carte.", number=error.number)
    if isinstance(error, NoPlaceLeft):
        return N_(
            "La clé actuelle ne peut plus signer de cartes. Il en faut une nouvelle : Réglages, "
            "Clés, « Nouvelle clé »."
        )
    if isinstance(error, MustCatchUp):
        return N_(
            "Cette coop vient d'être restaurée : il faut d'abord rattraper ce qu'elle a oublié. "
            "« passkoop doctor » dit comment."
        )
    if isinstance(error, BadMember):
        return N_("L'un de ces noms ne peut pas figurer sur une carte : corrigez-le d'abord.")
    if isinstance(error, HeldByPrincipal):
        return N_(
            "La carte de %(name)s, titulaire du foyer, est suspendue : levez cette suspension, "
            "celles du foyer suivent.",
            name=error.principal.full_name,
        )
    raise error
