"""`passkoop peer block`: the cards of a co-op are refused, and welcome again."""

from pathlib import Path

from command import two_friends


def test_a_blocked_co_op_is_refused_until_it_is_not(tmp_path: Path) -> None:
    home, host = two_friends(tmp_path)
    card = home.card_text(1)
    (listed,) = host.do("peer", "list", "--json").answers
    host.do("peer", "block", listed["coop"])  # as the list shows it
    assert host.verify(card)[:2] == ("refused", ["coop_blocked"])
    assert host.do("peer", "unblock", home.code).said[0].endswith("n’est plus bloquée.")
    assert host.verify(card)[:2] == ("welcome", [])
    again = host("peer", "unblock", home.code)
    assert again.code == 2
    assert "n’est pas bloquée ici" in again.err


def test_what_cannot_be_blocked_is_told(tmp_path: Path) -> None:
    home, _host = two_friends(tmp_path)
    own = home("peer", "block", home.code)
    assert own.code == 2
    assert "votre propre coop" in own.err
    for wrong in ("A" * 20, "1" * 16, "x", ""):
        done = home("peer", "block", wrong)
        assert done.code != 0
        assert "groupe" in done.err
