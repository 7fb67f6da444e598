"""What a card and its verdict cost: text → verdict, growth, a code's and a list's size."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from passkoop_protocol import cbor, cose
from passkoop_protocol.card import AAD, Card, issue_card
from passkoop_protocol.descriptor import (
    Descriptor,
    IssuingKey,
    KeyState,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.directory import (
    DIRECTORY_AAD,
    DIRECTORY_TYP,
    ROOT_AAD,
    ROOT_TYP,
    Directory,
    Role,
    Root,
    Row,
    encode_directory,
    encode_root,
    federation_id_of,
)
from passkoop_protocol.keys import PublicKey, SigningKey, coop_id_of, key_id_of
from passkoop_protocol.qr import qr_code
from passkoop_protocol.status import TYP, StatusList, pack, sign_list
from passkoop_protocol.text import encode_text
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import Outcome, judge
from tables import Table
from timing import ROUNDS, Ratio, Raw, microseconds, ratios

T = 1_764_000_000
NOW = T + 3_600
HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
VISITORS = 100  # cards shown in turn, each of another co-op where there are as many


@dataclass(frozen=True)
class World:
    """A trust store, and cards that are welcome there."""

    trust: TrustStore
    texts: list[str]
    raw: Raw  # the signatures of the same cards

    def judge(self, number: int) -> None:
        """Return the verdict on one of the cards."""
        judge(self.texts[number % len(self.texts)], self.trust, now=NOW)


def world(coops: int, cards: int) -> World:
    """Return a trust store of so many listed co-ops, each with a status list of so many cards."""
    federation = SigningKey(b"\0" * 32)
    role = Role(threshold=1, keys={key_id_of(public(federation)): public(federation)})
    root = encode_root(
        Root(
            version=1,
            federation=federation_id_of(b""),
            name="Fédération",
            expires_at=NOW * 2,
            root=role,
            directory=role,
        )
    )
    trust = TrustStore()
    trust.follow(federation_id_of(root))
    trust.add(cose.sign(root, keys=[federation], aad=ROOT_AAD, typ=ROOT_TYP), now=NOW)
    keys = [
        (SigningKey(b"I" + n.to_bytes(31)), SigningKey(b"K" + n.to_bytes(31))) for n in range(coops)
    ]
    rows = tuple(
        Row(identity_key=public(identity), slug=f"coop-{n}", name=f"Coop {n}", country="FR")
        for n, (identity, _) in enumerate(keys)
    )
    listed = Directory(
        federation=federation_id_of(root), issued_at=T, expires_at=NOW * 2, rows=rows
    )
    payload = encode_directory(listed)
    trust.add(cose.sign(payload, keys=[federation], aad=DIRECTORY_AAD, typ=DIRECTORY_TYP), now=NOW)
    random = Random(1)
    # One array for all: only where a card's status stands makes a difference.
    array = pack([random.choice((0, 0, 0, 1)) if index % 100 else 0 for index in range(cards)])
    for identity, issuing in keys:
        trust.add(described(identity, issuing), now=NOW)
        own = StatusList(kid=key_id_of(public(issuing)), issued_at=T, array=array)
        trust.add(sign_list(own, key=issuing), now=NOW)
    shown = random.sample(keys, min(coops, VISITORS)) * VISITORS
    signed = [
        issue_card(visitor(random.randrange(cards // 100) * 100), key=issuing)
        for _, issuing in shown[:VISITORS]
    ]
    made = World(
        trust=trust,
        texts=[encode_text(card) for card in signed],
        raw=Raw(
            [checked(card, issuing) for card, (_, issuing) in zip(signed, shown, strict=False)]
        ),
    )
    for text in made.texts:
        assert judge(text, trust, now=NOW).outcome is Outcome.WELCOME
    return made


def public(key: SigningKey) -> PublicKey:
    """Return the public half."""
    return PublicKey(bytes(key.verify_key))


def described(identity: SigningKey, issuing: SigningKey) -> bytes:
    """Return the descriptor of a co-op."""
    coop = coop_id_of(public(identity))
    proof = prove_possession(issuing, coop)
    key = IssuingKey(key=public(issuing), state=KeyState.ACTIVE, since=0, proof=proof)
    return sign_descriptor(
        Descriptor(
            issued_at=T,
            identity_key=public(identity),
            name="Coop",
            place="Hendaye",
            country="FR",
            keys=(key,),
        ),
        key=identity,
    )


def visitor(index: int) -> Card:
    """Return a card with a name of 20 letters."""
    return Card(
        status_index=index,
        member_ref=b"\x8f\x11\x02\xc4\x99\x70\x1a\xe5",
        holder_name="Amélie-Rose Dupontel",
        category=0,
        issued_at=T,
        expires_at=T + 1_095 * 86_400,
    )


def checked(card: bytes, key: SigningKey) -> tuple[bytes, bytes]:
    """Return what raw PyNaCl is given to check the signature of a card."""
    signed = cose.parse_sign1(card)
    message = cbor.encode(["Signature1", signed.protected, AAD, signed.payload])
    return signed.signature + message, public(key)


def qr_figures() -> tuple[int, int, int]:
    """Return the bytes of a card with a 20-letter name, its text's length, its code's version."""
    card = issue_card(visitor(4_242), key=SigningKey(bytes(32)))
    text = encode_text(card)
    return len(card), len(text), qr_code(text).version


def list_bytes() -> tuple[int, int, int]:
    """Return the bytes of a list of 8,192 cards, 82 revoked: least, median, most of 41 draws."""
    key = SigningKey(bytes(32))
    sizes = []
    for seed in range(41):
        revoked = set(Random(seed).sample(range(8_192), 82))
        array = pack([int(index in revoked) for index in range(8_192)])
        made = StatusList(kid=key_id_of(public(key)), issued_at=T, array=array)
        data = sign_list(made, key=key)
        cose.parse_sign1(data, typ=TYP)
        sizes.append(len(data))
    sizes.sort()
    return sizes[0], sizes[20], sizes[-1]


def verdict_ratio(coops: int, cards: int) -> Ratio:
    """Return what text → verdict costs in such a world, in raw PyNaCl verifications."""
    made = world(coops, cards)
    return ratios({"verdict": made.judge}, made.raw)["verdict"]


def growth() -> tuple[dict[int, Ratio], dict[int, Ratio]]:
    """Return what text → verdict costs by number of co-ops, and by number of cards of each."""
    by_coops = {coops: world(coops, 1_024) for coops in (10, 100, 1_000, 10_000)}
    by_cards = {cards: world(10, cards) for cards in (1_024, 4_096, 16_384, 65_536)}
    # All worlds take part in each round, against the same raw checks: only so are they comparable.
    contestants = {f"coops {n}": one.judge for n, one in by_coops.items()}
    contestants |= {f"cards {n}": one.judge for n, one in by_cards.items()}
    found = ratios(contestants, by_coops[10].raw)
    return (
        {n: found[f"coops {n}"] for n in by_coops},
        {n: found[f"cards {n}"] for n in by_cards},
    )


def peers() -> dict[str, Any]:
    """Return what the other libraries take, timed in their own environment if it is there."""
    if not PEERS.exists():
        return {"ratios": {}, "versions": {}}
    done = subprocess.run(
        [PEERS, HERE / "peers.py"], stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def sizes() -> Table:
    """Return how large a card, its code and a status list are."""
    card, text, version = qr_figures()
    least, median, most = list_bytes()
    of_list = f"{median} ({least}–{most})"
    return Table(
        ("sizes", "goal", "measured"),
        [
            ("QR version of a card with a 20-letter name, with the address, at M", "≤ 9", version),
            ("the same card, bytes; its text, characters", "", f"{card}; {text}"),
            ("signed status list, 8,192 cards, 1 % revoked, bytes (of 41)", "≤ 340", of_list),
        ],
    )


def report() -> Iterator[Table | str]:
    """Yield the tables."""
    others = peers()
    made = world(10_000, 65_536)
    whole = ratios({"verdict": made.judge}, made.raw)["verdict"]
    absolute = microseconds(made.judge), microseconds(made.raw)
    del made
    by_coops, by_cards = growth()
    yield sizes()
    yield Table(
        ("time, in raw PyNaCl verifications", "goal", f"median of {ROUNDS} rounds (p10–p90)"),
        [
            ("raw PyNaCl, `crypto_sign_open`", "", "1"),
            ("**text → verdict**, 10,000 co-ops, lists of 65,536 cards", "≤ 1.4", f"**{whole}**"),
            *((name, "", Ratio(*ratio)) for name, ratio in others["ratios"].items()),
        ],
    )
    grown = Table(("text → verdict as the network grows", "ratio", "to the first row"))
    for label, found in (
        ("co-ops, lists of 1,024 cards", by_coops),
        ("cards a list, 10 co-ops", by_cards),
    ):
        first = next(iter(found.values()))
        for number, ratio in found.items():
            grown.rows.append((f"{number:,} {label}", ratio, f"{ratio.median / first.median:.2f}"))
    yield grown
    yield f"Here a verdict took {absolute[0]:.0f} µs, a raw verification {absolute[1]:.0f} µs."
    told = ", ".join(f"{name} {number}" for name, number in others["versions"].items())
    yield (
        f"The others, in an environment of their own: {told}."
        if told
        else "The other libraries were not there (`make bench` brings them)."
    )
