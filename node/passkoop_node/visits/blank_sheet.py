"""The visitors' sheet on paper, to be written on."""

from collections.abc import Sequence

from passkoop_node.core.language import _
from passkoop_node.core.lettering import BOLD
from passkoop_node.visits.paper import Paper
from passkoop_node.visits.sheet import LINES


def visitors_sheet(numbers: Sequence[str], *, coop_name: str, sentences: Sequence[str]) -> bytes:
    """Return the PDF of blank sheets, one A4 page of 20 lines for each number.

    Args:
        sentences: the rules of welcome, so that whoever holds the pen need not know them.
    """
    paper = Paper(title=_("Fiche des visiteurs"), foot=_foot())
    for at, number in enumerate(numbers):
        if at:
            paper.room(10_000)
        paper.paragraph(_("%(coop)s · fiche n° %(num)s", coop=coop_name, num=number), face=BOLD)
        paper.heading(_("Nos visiteurs"), size=24)
        paper.paragraph(" ".join(sentences), size=9)
        paper.y -= 4
        paper.paragraph(_("Date : ....................................."), size=11)
        paper.table(
            ["", _("Nom, prénom"), _("Coop d'origine"), _("Montant"), _("Remarque")],
            [[str(line), "", "", "", ""] for line in range(1, LINES + 1)],
            widths=(5, 32, 28, 13, 22),
            size=9,
            height=28,
            rules=True,
        )
    return paper.finish()


def _foot() -> str:
    return _("À recopier ensuite dans Pass'Koop ; les noms y sont effacés après quelque temps.")
