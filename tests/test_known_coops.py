"""The co-ops that are known, however they came to be so."""

from federating import federation, row_of
from nodes import Node
from passkoop_protocol.claims import Standing

FED = federation()


def standings(node: Node) -> dict[str, Standing]:
    return {one.name: one.standing for one in node.rooms.known.all()}


def test_whoever_a_directory_lists_is_known_before_and_after_its_sheet_comes(
    courge: Node, panier: Node
) -> None:
    panier.rooms.coops.follow(FED.id, now=panier.now)
    listed = row_of(courge.rooms, "courge", name="La Courge de l'annuaire")
    panier.take([FED.root(), FED.directory([listed], at=panier.now)])
    (one,) = panier.rooms.known.all()
    assert (one.name, one.standing) == ("La Courge de l'annuaire", Standing.LISTED)
    assert (one.policy, one.welcomes_us, one.lists_at) == (None, None, 0)
    panier.take(courge.export())
    assert standings(panier) == {"La Courge": Standing.LISTED}
    panier.later()
    suspended = row_of(courge.rooms, "courge", suspended=True)
    panier.take([FED.directory([suspended], at=panier.now)])
    assert standings(panier) == {"La Courge": Standing.SUSPENDED}
    panier.pair(courge)
    assert standings(panier) == {"La Courge": Standing.DISPUTED}
    panier.rooms.pairings.block(courge.coop, now=panier.now, actor="test")
    assert standings(panier) == {"La Courge": Standing.BLOCKED}
    panier.reopen()
    assert standings(panier) == {"La Courge": Standing.BLOCKED}


def test_a_coop_says_of_itself_whether_it_welcomes_us(courge: Node, panier: Node) -> None:
    panier.pair(courge)
    panier.take(courge.export())
    assert [one.welcomes_us for one in panier.rooms.known.all()] == [True]
    policy = courge.rooms.ourselves.policy
    courge.rooms.ourselves.set_policy(
        type(policy)(countries=frozenset({"BE"}), refused=frozenset({panier.coop}))
    )
    courge.later()
    courge.rooms.ourselves.sign_descriptor(courge.ask, now=courge.now)
    panier.later()
    panier.take(courge.export())
    assert [one.welcomes_us for one in panier.rooms.known.all()] == [False]


def test_a_block_by_its_id_holds_before_anything_of_the_coop_came(
    courge: Node, panier: Node
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    panier.rooms.pairings.block(courge.coop, now=panier.now, actor="test")
    (one,) = panier.rooms.known.all()
    assert (one.name, one.standing) == ("", Standing.BLOCKED)
    panier.pair(courge)
    panier.take(courge.export())
    assert panier.codes(card) == ["coop_blocked"]
