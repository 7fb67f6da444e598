"""A stolen key, a machine that was lost, a folder put back: what the others make of it, by HTTP."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from nodes import HOUR
from passkoop_node.coops.ourselves import MustCatchUp
from passkoop_node.core.backup import write_backup
from passkoop_node.home import Home
from passkoop_node.restoring import finish_restore, restore
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.card import Card, issue_card
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.keys import KeyId
from passkoop_protocol.status import TYP, StatusList, pack, sign_list
from passkoop_protocol.text import encode_text
from passkoop_protocol.verdict import judge
from relaying import Coop, MakeCoop, later
from serving import Client

Three = tuple[Coop, Coop, Coop]


@pytest.fixture
def three(coop: MakeCoop) -> Three:
    """Return two co-ops that know each other, and between them a relay that both call."""
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    for one in (hendaye, paris):
        one.call(lyon.address)
    hendaye.pair(paris)
    paris.pair(hendaye)
    lyon.pair(hendaye, paris)
    return hendaye, lyon, paris


def go_round(*coops: Coop) -> None:
    """Let each do what is due, one after the other."""
    for one in coops:
        one.tick()


def signers(documents: Iterable[bytes]) -> set[KeyId]:
    """Return the keys that signed the lists among some documents."""
    lists = [one for one in documents if TYP.encode() in one[:80]]
    return {KeyId(parse_sign1(one, typ=TYP).kid) for one in lists}


def test_a_stolen_key_is_withdrawn_and_nothing_that_it_signed_is_believed_after_one_round(
    three: Three,
) -> None:
    hendaye, lyon, paris = three
    maite, jean = hendaye.issue("Maïté Etcheverry"), hendaye.issue("Jean Dupont")
    later(60, *three)
    stolen = hendaye.run(lambda: hendaye.rooms.ourselves.rotate(hendaye.node.ask, now=hendaye.now))
    ana = hendaye.issue("Ana Sousa")
    hendaye.revoke(jean)
    go_round(hendaye, paris)
    later(HOUR, *three)
    go_round(hendaye, paris)
    assert [paris.codes(one) for one in (maite, jean, ana)] == [[], ["revoked"], []]

    # The thief makes a card, refuses everybody's and lets the revoked one live again.
    thief = hendaye.run(lambda: hendaye.rooms.keyring.issuing_key(stolen))
    forged = Card(
        status_index=1_000,
        member_ref=bytes(8),
        holder_name="Nemo Exemple",
        category=0,
        issued_at=hendaye.now - HOUR,
        expires_at=hendaye.now + 900 * 86_400,
    )
    nemo = encode_text(issue_card(forged, key=thief))
    turned = pack([int(at != jean.status_index) for at in range(1_024)])
    lie = StatusList(kid=maite.kid, issued_at=hendaye.now, array=turned)
    body = write_bundle([sign_list(lie, key=thief)])
    answer = Client(lyon).ask("POST", "/p2p/v1/documents", body, {"Origin": None})
    assert json.loads(answer.body)["accepted"] == 1

    def nemo_at(coop: Coop) -> list[str]:
        trust = coop.rooms.live.get
        return coop.run(lambda: [one.code for one in judge(nemo, trust(), now=coop.now).reasons])

    later(600, *three)
    go_round(paris)
    assert [paris.codes(one) for one in (maite, jean, ana)] == [["revoked"], [], []]
    assert nemo_at(paris) == []  # that much a stolen key can do

    # Its co-op hears of a list that it did not sign, and signs nothing until people decide.
    go_round(hendaye)
    assert hendaye.run(lambda: hendaye.rooms.ourselves.is_catching_up)
    with pytest.raises(MustCatchUp):
        hendaye.issue("Bea Lima")
    later(HOUR, *three)

    def withdraw() -> None:
        node = hendaye.node
        node.rooms.ourselves.withdraw(stolen, node.ask, now=node.now)
        finish_restore(node.rooms, node.ask, nothing_newer=False, now=node.now)

    hendaye.run(withdraw)
    go_round(hendaye, paris)  # once
    for one in three:
        assert [one.codes(card) for card in (maite, jean)] == [[], ["revoked"]]
        assert one.codes(ana) == ["key_withdrawn"]
        assert nemo_at(one) == ["key_withdrawn"]
        assert stolen not in signers(one.documents())
    for one in three[1:]:
        assert stolen not in signers(held.data for held in one.disk())
    # The lie, handed round again, is believed by nobody.
    answer = Client(lyon).ask("POST", "/p2p/v1/documents", body, {"Origin": None})
    assert json.loads(answer.body)["refused"] == 1
    anew = hendaye.run(
        lambda: hendaye.rooms.issuer.replace(
            hendaye.node.member_of(ana), reason="", now=hendaye.now, actor="test"
        )
    )
    later(HOUR, *three)
    go_round(hendaye, paris)
    assert [one.codes(anew) for one in three] == [[], [], []]


def test_an_old_backup_brings_no_revoked_card_back_to_life_anywhere(
    three: Three, tmp_path: Path
) -> None:
    hendaye, _, paris = three
    maite, jean = hendaye.issue("Maïté Etcheverry"), hendaye.issue("Jean Dupont")
    go_round(hendaye, paris)
    source = tmp_path / "old.passkoop-backup"
    write_backup(hendaye.home, source, now=hendaye.now)
    later(24 * HOUR, *three)
    hendaye.revoke(jean)
    ana = hendaye.issue("Ana Sousa")
    go_round(hendaye, paris)
    hendaye.stop()  # the machine is lost

    later(30 * HOUR, *three)
    again = Coop.of(Home(tmp_path / "again"), now=hendaye.now)
    restore(source, again.home, now=again.now)
    again.start()
    try:
        for _ in range(3):  # by itself it signs nothing, however old its lists are
            later(7 * HOUR, again, *three)
            go_round(again, paris)
            assert [paris.codes(one) for one in (maite, jean, ana)] == [[], ["revoked"], []]
        node = again.node
        again.run(lambda: finish_restore(node.rooms, node.ask, nothing_newer=False, now=again.now))
        bea = again.issue("Bea Lima")
        later(HOUR, again, *three)
        go_round(again, paris)
        for one in (again, *three[1:]):
            codes = [one.codes(card) for card in (maite, jean, ana, bea)]
            assert codes == [[], ["revoked"], [], []]
        assert bea.kid not in {card.kid for card in (maite, jean, ana)}
    finally:
        again.stop()


def test_a_folder_that_was_put_back_hears_of_it_before_it_signs_anything(
    three: Three, tmp_path: Path
) -> None:
    hendaye, lyon, paris = three
    jean, ours = hendaye.issue("Jean Dupont"), hendaye.coop
    go_round(hendaye, paris)
    shutil.copytree(hendaye.home.path, tmp_path / "old")  # without `backup` and `restore`
    later(24 * HOUR, *three)
    hendaye.revoke(jean)
    go_round(hendaye, paris)
    hendaye.stop()
    newest = {one for one in lyon.disk() if one.subject == ours}

    later(30 * HOUR, *three)
    again = Coop.of(Home(tmp_path / "old"), now=hendaye.now)
    again.start()
    try:
        go_round(again, paris)  # its lists are two days old
        assert again.run(lambda: again.rooms.ourselves.is_catching_up)
        for one in (again, lyon, paris):
            assert one.codes(jean) == ["revoked"]
        assert newest <= set(lyon.disk())
    finally:
        again.stop()
