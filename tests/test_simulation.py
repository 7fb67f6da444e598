"""A hundred nodes on a simulated clock, with the relay's own decisions: news reach all of them."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

from simulation import Network, Plan, Sizes

SIZES = Sizes(descriptor=400, status_list=300, idle=250, answer=900, post=900)
PLAN = Plan(nodes=100, sizes=SIZES)


def test_news_reach_all_nodes_though_calls_fail_and_relays_are_gone() -> None:
    found = Network(PLAN).run()
    assert (found.nodes, found.relays) == (87, 26)
    assert len(found.minutes) > 10
    assert found.unreached == 0
    assert max(found.minutes) < 60
    assert Network(PLAN).run() == found  # the same chances, the same course


def test_where_no_relay_answers_no_news_arrive() -> None:
    found = Network(replace(PLAN, failing=1.0)).run()
    assert found.minutes == []
    assert found.unreached > 10
    assert max(found.a_day) == 0
