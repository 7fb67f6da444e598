"""What forms about money have in common: amounts, days, and whose page it is."""

from datetime import date

from aiohttp import web

from passkoop_node.core.forms import Form, told
from passkoop_node.core.handling import the
from passkoop_node.core.language import N_
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.visits.money import BadAmount, parse_amount


def amount(form: Form, name: str) -> int:
    """Return the cents that were typed; 0 where they are wrong, which the form then says."""
    try:
        return parse_amount(form[name])
    except BadAmount as error:
        form.wrong(name, told(error))
        return 0


def day(form: Form, name: str) -> date | None:
    """Return the day that was typed; None where it is wrong, which the form then says."""
    try:
        return date.fromisoformat(form[name].strip())
    except ValueError:
        form.wrong(name, N_("Écrivez un jour comme 2026-11-30."))
        return None


def member_of(request: web.Request) -> Member:
    """Return whose page it is.

    Raises:
        MemberNotFound: nobody's.
    """
    return the(request, MemberStore).get(int(request.match_info["id"]))
