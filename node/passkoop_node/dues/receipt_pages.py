"""The pages of one receipt: to look at, to print, to send."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.addresses import is_address
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import _
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.dues.receipts import NoAddress, Receipts, facts, remarks

ONE = "/bureau/cotisations/recus/{receipt:[0-9]{4}-[0-9]{4,9}}"
PDF = f"{ONE}.pdf"
SEND = f"{ONE}/envoyer"


async def receipt_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/recus/<receipt>."""

    def look() -> dict[str, Any]:
        receipts = the(request, Receipts)
        payment, member = receipts.get(request.match_info["receipt"])
        return {
            "payment": payment,
            "member": member,
            "facts": facts(payment, member),
            "remarks": remarks(payment),
            "can_send": is_address(member.email),
        }

    found = await run(request, look)
    return render(request, "dues/receipt.html", money=formats.money, **found)


async def receipt_file(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/recus/<receipt>.pdf."""
    from passkoop_node.dues.papers import paper  # and with it the writer of PDF

    receipt = request.match_info["receipt"]
    page = await run(request, the(request, Receipts).page, receipt)
    data = await asyncio.to_thread(paper, page)
    return file_answer(data, f"recu-{receipt}.pdf", "application/pdf")


async def send(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/recus/<receipt>/envoyer."""
    await read_form(request)
    receipt = request.match_info["receipt"]
    here = f"/bureau/cotisations/recus/{receipt}"
    actor = caller(request).actor
    try:
        put = await run(
            request, the(request, Receipts).send, receipt, actor=actor, now=now(request)
        )
    except (NoAddress, MailNotSetUp) as error:
        return go_to(request, here, say=str(told(error)))
    waits = _("Ce reçu attend déjà dans le courrier.")
    return go_to(request, here, say=_("Le reçu part par e-mail.") if put else waits)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(PDF, receipt_file, needs=Needs.OFFICE),
        get(ONE, receipt_page, needs=Needs.OFFICE),
        post(SEND, send, needs=Needs.OFFICE),
    )
