"""The play: three co-ops, the visitor, and what each button does to them."""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

from passkoop_cli.demo import counter, folder, members
from passkoop_cli.demo.annuaire import Annuaire
from passkoop_cli.demo.coops import HOME, HOST, NEWCOMER, found
from passkoop_cli.demo.counter import PRACTICES, Practice
from passkoop_cli.demo.export_file import membership_export
from passkoop_cli.demo.fake import with_another_name
from passkoop_cli.demo.house import House, now
from passkoop_cli.demo.news import carry, news_of
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import NodeError
from passkoop_node.home import write_private
from passkoop_node.rooms import Rooms
from passkoop_node.till.shown import Shown
from passkoop_node.visits.days import local_day
from passkoop_node.visits.reception import Answer
from passkoop_protocol.keys import CoopId
from passkoop_protocol.qr import qr_png


class Step(Enum):
    """The parts of the script, by the word in the page's address."""

    CARD = "carte"
    ALONE = "seule"
    FAKE = "faux"
    LOST = "perdue"
    RULES = "regles"
    IMPORT = "import"


class Play:
    """Three co-ops that live in a folder. Each button does one thing, then shows a card."""

    def __init__(self, place: Path) -> None:
        self.place = place
        coops = place / folder.COOPS
        self.home = House(coops / "panier", HOME)
        self.host = House(coops / folder.HOST, HOST, notices=self._notices)
        self.newcomer = House(coops / "haricot", NEWCOMER)
        self.annuaire = Annuaire(place)
        self._news: list[bytes] = []  # what the three had signed when the site was made last
        self.lock = asyncio.Lock()  # one button at a time
        self._forget()

    def _forget(self) -> None:
        self.has_internet = True
        self.has_card = True  # the visitor, by the word of her co-op
        self.practice: Practice | None = None
        self.step: Step | None = None  # the last one that was played
        self.shown: Shown | None = None  # what the till said then
        self.with_card: Answer | None = None  # what it would have said of the card
        self.card = self.stranger = ""  # texts
        self.last = ""  # the text that was shown last; "": the visitor came without a card

    @property
    def houses(self) -> Sequence[House]:
        """The co-ops."""
        return (self.home, self.host, self.newcomer)

    # --- beginning and end ---

    async def begin(self) -> None:
        """Found the co-ops, open them, and give the visitor her card."""
        ids = [
            await asyncio.to_thread(found, house.home.path, house.profile) for house in self.houses
        ]
        for house in self.houses:
            await house.start()
            await house.staff()
        moment, today = now(), local_day(now())
        await self.home.run(members.import_members, today=today, now=moment)
        self.stranger = await self.newcomer.run(members.card_of_a_stranger, now=moment)
        await self.newcomer.run(members.open_to_all, now=moment)
        await self._make_card()
        await self.home.run(_pair, ids[1])
        await self.host.run(_pair, ids[0])
        await self._carry()
        visitor = await self.home.run(members.visitor)
        await self.host.run(counter.came_before, ids[0], visitor.member_ref, now=moment)
        write_private(self.place / folder.EXPORT, membership_export(today))

    async def end(self) -> None:
        """Close the co-ops; their folders stay."""
        await self.annuaire.stop()
        for house in self.houses:
            await house.stop()

    async def begin_again(self) -> None:
        """Do as if nothing had happened."""
        await self.end()
        for house in self.houses:
            await asyncio.to_thread(shutil.rmtree, house.home.path)
        await asyncio.to_thread(self.annuaire.forget)
        self._news = []
        self._forget()
        await self.begin()

    async def keep_carrying(self) -> None:
        """Bring the co-ops each other's news again and again, as a relay will."""
        while True:
            await asyncio.sleep(5)
            async with self.lock:
                with suppress(NodeError):  # a database that is busy: the next time will do
                    await self._carry()

    # --- the buttons ---

    async def show_card(self) -> None:
        """Hold the visitor's card before the till."""
        await self._show(self.card, Step.CARD)

    async def switch_home(self) -> None:
        """Switch the home co-op off, or on again."""
        if self.home.is_on:
            await self.home.stop()
        else:
            await self.home.start()
        await self._show(self.card, Step.ALONE)

    async def switch_internet(self) -> None:
        """Cut the internet, or mend it."""
        self.has_internet = not self.has_internet
        await self._show(self.card, Step.ALONE)

    async def show_fake(self) -> None:
        """Hold a forged card before the till."""
        await self._show(with_another_name(self.card), Step.FAKE)

    async def show_stranger(self) -> None:
        """Hold a card before the till whose co-op it has never heard of."""
        await self._show(self.stranger, Step.FAKE)

    async def switch_card(self) -> None:
        """Revoke the visitor's card, or give her another one; her own co-op has to be open."""
        if self.home.is_on:
            if self.has_card:
                await self.home.run(members.revoke_visitor, now=now())
            else:
                await self._make_card()
        await self._show(self.card, Step.LOST)

    async def choose_rules(self, name: str) -> None:
        """Welcome as a real co-op does, or as at the beginning; she has left her card at home."""
        practice = PRACTICES.get(name)
        if practice is None and name != folder.HOST:
            return
        self.practice = practice
        await self.host.run(counter.choose_practice, practice, now=now())
        await self._carry()
        await self._show("", Step.RULES)
        self.with_card = await self.host.run(
            counter.answer_to, self.host.desk, self.card, now=now()
        )

    async def show_again(self) -> Shown:
        """Do what was done last, and let the till keep the answer on its screen."""
        return await self._at_till(self.last)

    async def open_annuaire(self) -> str:
        """Make the site of the three co-ops' federation, and return where it is.

        A co-op that is switched off has said nothing since it was made last.
        """
        if not self.annuaire.is_open:
            await self.annuaire.start()
        awake = await news_of(house for house in self.houses if house.is_on)
        self._news = list(dict.fromkeys([*self._news, *awake]))
        await asyncio.to_thread(self.annuaire.build, self._news)
        return self.annuaire.address

    # --- within ---

    async def _show(self, text: str, step: Step) -> None:
        await self._carry()
        self.shown, self.last = await self._at_till(text), text
        self.step, self.with_card = step, None
        # Whoever scans the card at the till now has not been here yet.
        await self.host.run(counter.clear, self.host.desk, till=self.host.till, now=now())

    async def _at_till(self, text: str) -> Shown:
        desk, till = self.host.desk, self.host.till
        if not text:
            return await self.host.run(counter.come_without_card, desk, till=till, now=now())
        return await self.host.run(counter.show, desk, text, till=till, now=now())

    async def _carry(self) -> None:
        if self.home.is_on:
            self.has_card = await self.home.run(members.has_card, now=now())
            if self.has_internet:
                await carry(self.home, self.host)

    async def _make_card(self) -> None:
        self.card = await self.home.run(members.card_of_visitor, now=now())
        write_private(self.place / folder.CARD, qr_png(self.card))
        write_private(self.place / folder.FAKE, qr_png(with_another_name(self.card)))

    def _notices(self) -> Sequence[Message]:
        """Return what the till of the host says of the others, beside the age of the lists."""
        notices = []
        if not self.has_internet:
            notices.append(N_("Internet est coupé"))
        if not self.home.is_on:
            notices.append(N_("%(coop)s ne répond pas", coop=HOME.name))
        return notices


def _pair(rooms: Rooms, other: CoopId) -> None:
    rooms.coops.pair(other, [], now=now())
