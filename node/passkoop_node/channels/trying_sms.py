"""An SMS that tries the settings out: sent now, its answer shown."""

from dataclasses import dataclass

from passkoop_node.channels.calling import Text, reach_of, send
from passkoop_node.channels.gateway import Gateway
from passkoop_node.core.fate import Fate
from passkoop_node.core.fetching import open_fetcher
from passkoop_node.core.language import _, speaking


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of it."""

    code: str  # "" if the gateway took the SMS
    answer: str  # of the gateway


async def try_sms(
    gateway: Gateway, secret: str, to: str, *, coop: str, language: str, id: str, now: int
) -> Tried:
    """Send an SMS to `to`, a number as E.164, and return what the gateway answered."""
    with speaking(language):
        text = _("Essai : les SMS de %(coop)s sont bien réglés.", coop=coop)
    one = Text(id=id, to=to, text=text)
    async with open_fetcher(reach_of(gateway), once=True) as fetcher:
        outcome = await send(fetcher, gateway, secret, one, now=now)
    return Tried(code="" if outcome.fate is Fate.SENT else outcome.why, answer=outcome.answer)
