"""Whatever people do in a federation's office, whoever follows it comes along."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nodes import NOW
from passkoop_protocol.additions import Outcome
from passkoop_protocol.cose import sign
from passkoop_protocol.descriptor import Descriptor
from passkoop_protocol.directory import ROOT_AAD, ROOT_TYP, Directory, encode_root
from passkoop_protocol.keys import SigningKey, key_id_of, shown_id
from passkoop_protocol.trust import TrustStore
from passkoop_site import federation_changes as changes
from passkoop_site.federation import (
    Proposal,
    State,
    begin,
    encode_proposal,
    parse_proposal,
    read_state,
)
from passkoop_site.federation_diff import said_changes
from passkoop_site.federation_errors import BadChange
from passkoop_site.federation_requests import Person
from shop import key_of, public

PEOPLE = [key_of(f"person {number}") for number in range(5)]
COOPS = [
    Descriptor(
        issued_at=NOW,
        identity_key=public(key_of(f"co-op {number}")),
        name=f"L'Œuf n° {number // 2}",  # two of each name
        place="Hendaye",
        country="FR",
        keys=(),
    )
    for number in range(6)
]


def person(number: int) -> Person:
    return Person(name=f"Personne {number}", key=public(PEOPLE[number]))


def first(key: SigningKey) -> State:
    root = changes.first_root("Fédération", person(0), relays=[], now=NOW)
    signed = sign(encode_root(root), keys=[key], aad=ROOT_AAD, typ=ROOT_TYP)
    directory = Directory(
        federation=root.federation, issued_at=NOW, expires_at=NOW + 1_000, rows=()
    )
    return begin(signed, directory, key, now=NOW)


def change(desk: changes.Desk, deed: str, which: int) -> Proposal:
    """Do something to the co-op or the person of this number."""
    coop, name = shown_id(COOPS[which].coop), f"Personne {which % 5}"
    match deed:
        case "admit":
            return changes.admit(desk, COOPS[which])
        case "suspend" | "resume":
            return changes.suspend(desk, coop, suspended=deed == "suspend")
        case "remove":
            return changes.remove(desk, coop)
        case "replace":
            return changes.replace_identity(desk, coop, COOPS[(which + 1) % 6])
        case "person":
            return changes.add_person(desk, person(which % 5), threshold=None)
        case "leave":
            return changes.remove_person(desk, name, threshold=None)
        case "threshold":
            return changes.change_threshold(desk, which + 1)
        case _:
            return changes.renew(desk)


DEEDS = ["admit", "suspend", "resume", "remove", "replace", "person", "leave", "threshold", "renew"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 5)), max_size=25))
def test_whatever_is_published_is_taken_by_those_who_follow(deeds: list[tuple[str, int]]) -> None:
    state = first(PEOPLE[0])
    follower = TrustStore()
    follower.follow(state.id)
    for data in state.documents:
        follower.add(data, now=NOW)
    names = {key_id_of(person(one).key): person(one).name for one in range(5)}
    for at, (deed, which) in enumerate(deeds, 1):
        now = NOW + at
        desk = changes.Desk(state=state, names=names, now=now)
        try:
            proposal = change(desk, deed, which)
        except BadChange:  # of nobody, or of nothing
            continue
        assert said_changes(proposal) or deed in ("renew", "threshold")
        copies = [proposal.signed_by([key]) for key in PEOPLE if may(proposal, key)]
        whole = copies[0]
        for copy in copies[1:]:
            read = parse_proposal(encode_proposal(copy), now=now)
            assert said_changes(read) == said_changes(proposal)
            whole = whole.with_copy(read)
        state = whole.published(now=now)
        for data in state.documents[-1 - bool(proposal.root) :]:
            assert follower.add(data, now=now).outcome is Outcome.ACCEPTED
        held = follower.federations.by_id[state.id].held
        assert held is not None
        assert held.confirmed
        assert held.directory == state.directory
    assert read_state(state.documents, now=NOW + len(deeds)) == state


def may(proposal: Proposal, key: SigningKey) -> bool:
    return key_id_of(public(key)) in proposal.signers()
