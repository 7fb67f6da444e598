"""A till that answers on a port: a co-op, its neighbour, members, and the cards people bring."""

from pathlib import Path

from nodes import Node, found
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.pages.tills import ALL_PAIRING, PAIRING
from passkoop_node.home import Home
from passkoop_node.members.member import MemberData
from passkoop_node.rooms import Rooms
from passkoop_node.visits.store import Entry
from passkoop_protocol.text import encode_text
from passkoop_protocol.welcome import Policy
from serving import NOON, Answer, Client, Served

DAY = 86_400
MADE = NOON - 3 * DAY  # when cards and lists were signed


class Till:
    """« Hendaia Koop » at its till, paired with « Les Tilleuls »; their clock is `now`."""

    def __init__(
        self, path: Path, policy: Policy | None = None, *, host: str = "127.0.0.1"
    ) -> None:
        self.neighbour = found(path / "tilleuls", "Les Tilleuls", now=MADE)
        ours = found(path / "coop", "Hendaia Koop", now=MADE)
        if policy is not None:
            ours.rooms.ourselves.set_policy(policy)
        ours.pair(self.neighbour)
        self.cards = {
            name: encode_text(card.data or b"")
            for name, card in (
                ("maite", self.neighbour.issue("Maïté Etcheverry")[0]),
                ("bastien", self.neighbour.issue("Bastien Le Goff")[0]),
                ("lost", self._lost()),
                ("old", self._old()),
            )
        }
        self.cards["stranger"] = self._stranger(path)
        self.cards["own"] = encode_text(ours.issue("Irène Vasseur")[0].data or b"")
        self.cards["damaged"] = self.cards["maite"][:-9]
        ours.rooms.members.add(
            MemberData(
                number="42", given_name="Tiago", family_name="Moreira", badge="0420000000426"
            ),
            now=MADE,
        )
        ours.take(self.neighbour.export())
        self.home: Home = ours.home
        ours.rooms.close()
        self.neighbour.rooms.close()
        self.served = Served(self.home, host=host).start()
        for limit in (PAIRING, ALL_PAIRING):  # each test pairs a device of its own
            self.served.app[limit].tries = 10_000

    def client(self) -> Client:
        """Return the device of the till."""
        return self.served.till()

    def scan(self, client: Client, card: str, *, later: int = 60) -> Answer:
        """Return the answer to a card, by name or by its text, a minute after the last one."""
        self.served.now += later
        return self.follow(client, client.post("/caisse", {"texte": self.cards.get(card, card)}))

    def follow(self, client: Client, answer: Answer) -> Answer:
        """Return the page that an answer leads to."""
        while answer.status == 303:
            answer = client.get(answer.goes_to)
        return answer

    def visits(self) -> list[Entry]:
        """Return the register, newest first."""
        return self.served.run(self.served.the(Rooms).visits.store.entries)

    def forget(self) -> None:
        """Take all visits back, and begin the day anew."""
        register = self.served.the(Rooms).visits.register
        for entry in self.visits():
            if not entry.cancelled:
                seq = entry.visit.seq
                self.served.run(
                    register.cancel, seq, till="test", line=str(seq), now=self.served.now
                )
        late = self.served.now > NOON + DAY  # the lists would be old
        self.served.now = NOON if late else self.served.now + 60

    def close(self) -> None:
        """End it."""
        self.served.stop()

    def _lost(self) -> StoredCard:
        node: Node = self.neighbour
        (card,) = node.issue("Yasmine Haddad")
        assert card.member_id is not None
        member = node.rooms.members.get(card.member_id)
        node.rooms.issuer.set_state(
            member, CardState.REVOKED, reason="perdue", now=node.now, actor="test"
        )
        return card

    def _old(self) -> StoredCard:
        node = self.neighbour
        return node.rooms.issuer.issue(
            node.add("Odile Cartier"), now=node.now, actor="test", days=1
        )[0]

    def _stranger(self, path: Path) -> str:
        stranger = found(path / "inconnue", "La Coop inconnue", now=MADE)
        text = encode_text(stranger.issue("Nadia Roux")[0].data or b"")
        stranger.rooms.close()
        return text


def photo_form(token: str, image: bytes) -> tuple[bytes, dict[str, str]]:
    """Return what a browser sends with the form of a photo: its body and its headers."""
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="_jeton"\r\n\r\n' + token.encode(),
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + image,
        b"--x--\r\n",
    ]
    return b"\r\n".join(parts), {"Content-Type": "multipart/form-data; boundary=x"}
