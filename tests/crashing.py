"""Kills a co-op's node again and again, and says whether anything was lost or done twice.

A program of its own, for it forks: `python crashing.py steps FOLDER WORD EVERY` stops a command at
one SQL statement after the other; `python crashing.py kills FOLDER COUNT` kills at random moments.
It prints one line of JSON, or fails.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from nodes import NOW, Node, found, opened
from passkoop_node.cards import issuing, lists
from passkoop_node.cards.issuing import HasCard, NoCard
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops import ourselves
from passkoop_node.coops.trusting import heard_documents
from passkoop_node.core.backup import write_backup
from passkoop_node.home import Home
from passkoop_node.restoring import finish_restore, restore
from passkoop_node.rooms import open_rooms
from passkoop_protocol.bundle import read_bundle, write_bundle
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import TYP as DESCRIPTOR_TYP
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.keys import KeyId
from passkoop_protocol.status import TYP as LIST_TYP
from passkoop_protocol.text import encode_text
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import judge

LATER = NOW + 600


def in_a_child(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own, and return that process's id."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return pid


# --- a command stopped at one statement after the other ---


def first_of(node: Node, state: CardState = CardState.VALID) -> Any:
    cards = node.rooms.cards.current(now=node.now).values()
    return node.member_of(next(card for card in cards if card.state is state))


COMMANDS: dict[str, Callable[[Node], object]] = {
    "issue": lambda node: node.rooms.issuer.issue(
        [one for one in node.rooms.members.members() if not node.rooms.cards.of_member(one.id)],
        now=node.now,
        actor="test",
    ),
    "replace": lambda node: node.rooms.issuer.replace(
        first_of(node), reason="", now=node.now, actor="test"
    ),
    "revoke": lambda node: node.rooms.issuer.set_state(
        first_of(node), CardState.REVOKED, now=node.now, actor="test"
    ),
    "rotate": lambda node: (
        node.rooms.ourselves.rotate(node.ask, now=node.now),
        node.rooms.lists.refresh(now=node.now),
    ),
    "withdraw": lambda node: (
        node.rooms.ourselves.withdraw(
            node.rooms.coops.issuing_keys()[0].kid, node.ask, now=node.now
        ),
        node.rooms.lists.refresh(now=node.now),
    ),
    "take_in": lambda node: node.take(
        read_bundle((node.home.path / "theirs.passkoop").read_bytes())
    ),
    "finish": lambda node: finish_restore(
        node.rooms, node.ask, nothing_newer=False, now=node.now
    ),
}  # fmt: skip


def prepare(folder: Path, word: str) -> Node:
    """Make a co-op to which a command can be given, in `folder`."""
    node = found(folder / "start")
    cards = node.issue("Maïté Etcheverry", "Jean Dupont", "Anne Le Goff")
    node.add("Ana Sousa", "Bea Lima")
    with closing(found(folder / "other", "Le Panier").rooms) as rooms:
        other = Node(Home(rooms.home.path), rooms)
        other.pair(node)
        node.pair(other)
        if word == "finish":
            write_backup(node.home, folder / "backup", now=NOW)
            node.later()
            node.rooms.issuer.set_state(
                node.member_of(cards[0]), CardState.REVOKED, now=node.now, actor="test"
            )
            other.later()
            other.take(node.export())
            node.rooms.close()
            shutil.rmtree(folder / "start")
            restore(folder / "backup", Home(folder / "start"), now=node.now)
            node = Node(Home(folder / "start"), open_rooms(Home(folder / "start")), now=node.now)
            node.take(other.export())
        other.take(node.export())
        bundle = write_bundle(other.export())
    (node.home.path / "theirs.passkoop").write_bytes(bundle)
    node.rooms.close()
    return node


def stopped_at(home: Home, word: str, statement: int) -> bool:
    """Run a command that dies at its n-th SQL statement; return whether it got that far."""

    def work() -> None:
        seen = 0

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                os._exit(77)

        with opened(home, now=LATER) as node:
            node.rooms.db.conn.set_trace_callback(count)
            COMMANDS[word](node)
            node.rooms.db.conn.set_trace_callback(None)

    _, status = os.waitpid(in_a_child(work), 0)
    assert os.waitstatus_to_exitcode(status) in (0, 77), (
        f"{word} failed before statement {statement}"
    )
    return os.waitstatus_to_exitcode(status) == 77


def steps(folder: Path, word: str, every: int) -> dict[str, object]:
    """Stop a command at each statement, and see that the next commands make up for it."""
    template = prepare(folder, word)
    log = Log(folder / "log")
    watch_signatures(log)
    with opened(template.home, now=LATER) as node:
        before = [one.data for one in node.rooms.coops.documents()]
        cards = list(node.rooms.cards.current(now=LATER).values())
    statement, stops = 1, 0
    while True:
        home = Home(folder / "run")
        log.clear()
        shutil.rmtree(home.path, ignore_errors=True)
        shutil.copytree(template.home.path, home.path)
        if not stopped_at(home, word, statement):
            return {"stops": stops, "statements": statement - 1}
        stops += 1
        with opened(home, now=LATER) as node:
            check_after_stop(node, word, before)
            check_signed_once(log.read())
            for card in cards:
                codes = node.codes(card)
                assert codes in ([], ["revoked"], ["suspended"], ["key_withdrawn"]), (
                    word,
                    statement,
                    codes,
                )
        statement += every


def check_after_stop(node: Node, word: str, before: Iterable[bytes]) -> None:
    """See that others find nothing wrong, and that the same command does its work now."""
    outside = TrustStore()
    outside.pair(node.coop)
    for held in node.rooms.coops.pairings():
        outside.pair(held.coop)
    accept(outside, before)
    accept(outside, heard_documents(node.rooms.trust(), node.rooms.coops))
    assert node.rooms.ourselves.descriptor_is_current()
    count = len(node.rooms.members.members())
    if word == "finish":
        keys = node.rooms.coops.issuing_keys()
        assert node.rooms.ourselves.is_catching_up == (len(keys) == 1)
        if node.rooms.ourselves.is_catching_up:
            COMMANDS[word](node)
        keys = node.rooms.coops.issuing_keys()
        assert [one.state for one in keys] == [KeyState.RETIRED, KeyState.ACTIVE]
    else:
        assert not node.rooms.ourselves.is_catching_up
    # What anybody does next finishes what was begun.
    card = max(node.rooms.cards.current(now=node.now).values(), key=lambda card: card.id)
    node.rooms.issuer.set_state(
        node.member_of(card), CardState.SUSPENDED, now=node.now, actor="test"
    )
    node.rooms.issuer.finish()
    node.rooms.lists.refresh(now=node.now)
    accept(outside, node.export())
    assert node.rooms.cards.unsigned() == []
    current = node.rooms.cards.current(now=node.now).values()
    signed = [one for one in current if one.state is CardState.VALID]
    assert not node.refused(card for card in signed if not is_withdrawn(node, card.kid))
    if word == "issue":
        assert len(current) in (count - 2, count)  # both or neither
    assert node.rooms.db.execute("pragma integrity_check").fetchone()[0] == "ok"


def is_withdrawn(node: Node, kid: KeyId) -> bool:
    states = {one.kid: one.state for one in node.rooms.coops.issuing_keys()}
    return states[kid] is KeyState.WITHDRAWN


def accept(outside: TrustStore, documents: Iterable[bytes]) -> None:
    """See that others accept what lies on our disk, and find no contradiction in it."""
    for data in documents:
        addition = outside.add(data, now=LATER + 600)
        assert not addition.equivocation, addition


# --- kills at random moments ---


class Log:
    """What was acknowledged and signed, by all processes, also by those that were killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, **facts: object) -> None:
        os.write(self._file, json.dumps(facts).encode() + b"\n")

    def clear(self) -> None:
        os.ftruncate(self._file, 0)

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]


def watch_signatures(log: Log) -> None:
    """Note each signature before anything else happens to it."""

    def watched(sign: Callable[..., bytes], about: Callable[..., str]) -> Callable[..., bytes]:
        def signed(what: Any, **others: Any) -> bytes:
            data = sign(what, **others)
            typ = None
            for kind in (DESCRIPTOR_TYP, LIST_TYP):
                if kind.encode() in data[:80]:
                    typ = kind
            name = payload_hash(parse_sign1(data, typ=typ).payload)
            log.note(signed=about(what, **others), hash=name.hex())
            return data

        return signed

    for module, name, about in (
        (lists, "sign_list", lambda one, **_: f"list {one.kid.hex()} {one.issued_at}"),
        (ourselves, "sign_descriptor", lambda one, **_: f"descriptor {one.issued_at}"),
        (issuing, "issue_card", lambda one, key: f"card {bytes(key).hex()} {one.status_index}"),
    ):
        setattr(module, name, watched(getattr(module, name), about))


def work_until_killed(home: Home, log: Log, seed: int) -> None:
    """Make, revoke and replace cards at random, and note what was acknowledged."""
    choice = random.Random(seed)
    with opened(home) as node:
        members = node.rooms.members.members()
        log.note(ready=seed)
        while True:
            member = choice.choice(members)
            try:
                match choice.randrange(20):
                    case 0:
                        if len(node.rooms.coops.issuing_keys()) < 50:
                            node.rooms.ourselves.rotate(node.ask, now=NOW)
                            node.rooms.lists.refresh(now=NOW)
                    case 1 | 2 | 3 | 4 | 5:
                        places = [
                            (card.kid.hex(), card.status_index)
                            for card in node.rooms.cards.of_member(member.id)
                        ]
                        node.rooms.issuer.set_state(
                            member, CardState.REVOKED, now=NOW, actor="test"
                        )
                        log.note(revoked=places)
                    case 6 | 7:
                        card = node.rooms.issuer.replace(member, reason="", now=NOW, actor="test")
                        note_card(log, card)
                    case _:
                        (card,) = node.rooms.issuer.issue([member], now=NOW, actor="test")
                        note_card(log, card)
            except (HasCard, NoCard):
                continue


def note_card(log: Log, card: StoredCard) -> None:
    if card.data is None:
        assert card.state is CardState.REVOKED  # by the other process, before it was signed
    else:
        log.note(card=[card.kid.hex(), card.status_index, encode_text(card.data)])


def kills(folder: Path, count: int) -> dict[str, object]:
    """Kill two processes that work on one co-op, `count` times."""
    node = found(folder / "coop")
    node.add(*[f"Membre {number}" for number in range(40)])
    node.rooms.close()
    log = Log(folder / "log")
    watch_signatures(log)
    choice = random.Random(count)
    seed = 0
    for _ in range(count):
        pids = []
        for _ in range(2):
            seed += 1
            number = seed
            pids.append(in_a_child(lambda: work_until_killed(node.home, log, number)))  # noqa: B023
        wait_for(log, seeds=(seed - 1, seed))
        time.sleep(choice.random() * 0.3)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            _, status = os.waitpid(pid, 0)
            assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        check_acknowledged(node.home, log)
    return check_everything(node.home, log)


def wait_for(log: Log, *, seeds: Sequence[int]) -> None:
    while not set(seeds) <= {line["ready"] for line in log.read() if "ready" in line}:
        time.sleep(0.005)


def check_acknowledged(home: Home, log: Log) -> None:
    """See that each acknowledged revocation is in a list on the disk: nothing is signed first."""
    with opened(home) as node:
        trust = node.rooms.trust()
        lists_held = {kid.hex(): held for coop, kid, held in trust.status_lists()}
        for line in log.read():
            for kid, index in line.get("revoked", ()):
                array = lists_held[kid].array
                assert array[index >> 2] >> (index & 3) * 2 & 3 == 1, (kid, index)


def check_signed_once(said: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """See that no date and no place was signed for with two contents; return what was signed."""
    signed: dict[str, set[str]] = {}
    for line in said:
        if "signed" in line:
            signed.setdefault(line["signed"], set()).add(line["hash"])
    twice = [name for name, hashes in signed.items() if len(hashes) > 1]
    assert not twice, f"signed twice: {twice}"
    return signed


def check_everything(home: Home, log: Log) -> dict[str, object]:
    """See that nothing acknowledged is lost, and nothing was signed twice."""
    said = log.read()
    cards = {
        (kid, index): text for line in said if "card" in line for kid, index, text in [line["card"]]
    }
    assert len(cards) == sum("card" in line for line in said), "a place was given twice"
    signed = check_signed_once(said)
    with opened(home) as node:
        node.rooms.issuer.finish()
        node.rooms.lists.refresh(now=NOW)
        trust, ahead = node.rooms.trust(), node.rooms.coops.newest_date()
        revoked = {tuple(place) for line in said for place in line.get("revoked", ())}
        for place, text in cards.items():
            verdict = judge(text, trust, now=ahead)
            assert verdict.holder is not None, place
            assert {one.code for one in verdict.reasons} <= {"revoked"}, (place, verdict.reasons)
            assert not (place in revoked and not verdict.reasons), place
        assert node.rooms.db.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert node.rooms.ourselves.descriptor_is_current()
    return {
        "cards": len(cards),
        "revoked": len(revoked),
        "signatures": len(signed),
        "keys": sum(name.startswith("descriptor") for name in signed),
    }


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    Path(where).mkdir(exist_ok=True)
    if what == "steps":
        print(json.dumps(steps(Path(where), rest[0], int(rest[1]))))  # noqa: T201
    else:
        print(json.dumps(kills(Path(where), int(rest[0]))))  # noqa: T201
