"""The job that sends the SMS of the outbox, each once as far as the gateway says what it did."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.channels.calling import Text, reach_of, send
from passkoop_node.channels.gateway import Gateway, SmsSettings
from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.feature import Job
from passkoop_node.core.fetching import Fetcher, open_fetcher
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.outbox import Carrier, Message
from passkoop_node.core.post import PostOffice
from passkoop_node.core.postman import Run, to_its_end

EVERY = 10  # seconds
_MOST_IN_DOUBT = 3  # in a row, before the gateway is left alone for a while

logger = logging.getLogger("passkoop")


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """SMS to be sent now, and by which gateway."""

    gateway: Gateway
    secret: str
    ids: Sequence[int]


class Courier:
    """Carries SMS from the outbox to the gateway."""

    def __init__(
        self, office: PostOffice, sms: SmsSettings, run: Run, clock: Callable[[], int]
    ) -> None:
        self.office = office
        self.sms = sms
        self._run = run
        self._clock = clock

    async def round(self) -> int:
        """Send what may be sent now; return how many SMS the gateway took.

        Told to stop, it ends the one at hand first.
        """
        found: Round | None = await self._run(self._begin)
        if found is None:
            return 0
        took = doubts = 0
        async with open_fetcher(reach_of(found.gateway), once=True) as fetcher:
            for id in found.ids:
                outcome = await to_its_end(self._carry(fetcher, found, id))
                if outcome is None:
                    continue
                took += outcome.fate is Fate.SENT
                doubts = doubts + 1 if outcome.hung_up else 0
                if outcome.fate is Fate.TROUBLE:
                    logger.warning("sms: %s", outcome.why)
                    break
                if outcome.wait or doubts >= _MOST_IN_DOUBT:
                    await self._hold_up(outcome)
                    break
        return took

    def _begin(self) -> Round | None:
        now, outbox = self._clock(), self.office.outbox
        if not outbox.is_busy(Carrier.SMS):
            return None
        outbox.settle(now=now)
        if not self.sms.is_ready() or not self.office.is_time(Carrier.SMS, now):
            return None
        gateway = self.sms.ready()
        ids = outbox.due(now=now, per_minute=gateway.per_minute, carrier=Carrier.SMS)
        return Round(gateway=gateway, secret=self.sms.secret(), ids=ids) if ids else None

    async def _carry(self, fetcher: Fetcher, found: Round, id: int) -> Outcome | None:
        """Carry one SMS; None: it is not to go any more."""
        office, now = self.office, self._clock()
        prepared = await self._run(office.prepare, id, now=now)
        if prepared is None:
            return None
        message: Message = prepared[0]
        # On the disk before the gateway hears of it: killed from here on, it is asked about.
        if not await self._run(office.outbox.take, id, now=now):
            return None
        text = Text(id=message.message_id, to=message.recipient, text=message.body or "")
        outcome = await send(fetcher, found.gateway, found.secret, text, now=now)
        await self._run(office.note, message, outcome, now=self._clock())
        if outcome.fate is Fate.SENT:
            await self._run(office.recovered, Carrier.SMS)
        return outcome

    async def _hold_up(self, outcome: Outcome) -> None:
        logger.warning("sms: %s", outcome.why)
        await self._run(
            self.office.hold_up,
            outcome.why,
            outcome.answer,
            now=self._clock(),
            carrier=Carrier.SMS,
            wait=outcome.wait,
        )


async def tick(app: web.Application) -> None:
    """Send what may be sent now."""
    services = app[SERVICES]
    courier = Courier(
        services.the(PostOffice), services.the(SmsSettings), app[WORKER].run, app[CLOCK]
    )
    await courier.round()


JOBS = (Job(name="sms", every=EVERY, work=tick),)
