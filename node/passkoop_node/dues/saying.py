"""Where somebody stands with the dues, in words."""

from datetime import date

from passkoop_node.core import formats
from passkoop_node.core.language import N_, _
from passkoop_node.dues.plan import Standing

STANDINGS = {
    Standing.CURRENT: N_("À jour"),
    Standing.GRACE: N_("Délai accordé"),
    Standing.LAPSED: N_("À renouveler"),
    Standing.EXEMPT: N_("Sans cotisation"),
}


def says(standing: Standing, until: date | None) -> str:
    """Return « À jour, payé jusqu'au 31 octobre 2027 »."""
    if until is None or standing is Standing.EXEMPT:
        return str(STANDINGS[standing])
    return _("%(state)s, payé jusqu'au %(day)s", state=STANDINGS[standing], day=formats.day(until))
