"""Two people, or two windows, at one federation's folder: what was published is never lost."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from command import NOW, snapshot, two_strangers
from federation_desks import admit, letters, office, request
from passkoop_cli.context import Context
from passkoop_cli.federation_desk import Office
from passkoop_site import federation_changes as changes
from passkoop_site.federation import State
from passkoop_site.federation_errors import Outdated
from passkoop_site.federation_requests import read_request


def at_office(folder: Path, now: int) -> Office:
    context = Context(folder / "nowhere")
    context.now = now
    return Office(context, folder)


def test_what_was_published_while_somebody_was_asked_stays(tmp_path: Path) -> None:
    home, host = two_strangers(tmp_path)
    ada = office(tmp_path / "ada")
    slow = at_office(ada.folder, NOW + 120)
    descriptor, _ = read_request(request(home).encode(), now=NOW + 120)
    proposal = changes.admit(slow.desk, descriptor)
    admit(ada, host, "--yes")  # in another window
    before = snapshot(ada.folder)
    with pytest.raises(Outdated):
        slow.conclude(proposal, yes=True, as_json=True)
    assert ada.file.read_bytes() == before[ada.file.name]
    ada.later(180)
    ada.do("admit", request(home), "--code", letters(home))
    assert len(ada.do("status", "--json").answers) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks no folder")
def test_of_those_who_publish_at_one_moment_one_alone_does(tmp_path: Path) -> None:
    desk = office(tmp_path / "ada")
    ada = at_office(desk.folder, NOW + 60)
    before = ada.state
    states = []
    for co_op in two_strangers(tmp_path):
        descriptor, _ = read_request(request(co_op).encode(), now=ada.now)
        proposal = ada.signed(changes.admit(ada.desk, descriptor))
        states.append(proposal.published(now=ada.now))

    def save(state: State) -> State | None:
        try:
            ada.folder.save(state, {}, before=before, now=ada.now)
        except Outdated:
            return None
        return state

    with ThreadPoolExecutor(8) as people:
        told = list(people.map(save, states * 4))
    (published,) = [one for one in told if one is not None]
    assert ada.folder.load(now=ada.now) == published
