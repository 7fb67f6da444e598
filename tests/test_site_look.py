"""The node and the site look alike: what both need is kept twice, and may not part."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NODE = ROOT / "node" / "passkoop_node" / "core"
SITE = ROOT / "directory_site" / "passkoop_site"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("static/tokens.css", "static/tokens.css"),
        ("static/icon.svg", "static/icon.svg"),
        ("typography.py", "typography.py"),
    ],
)
def test_what_node_and_site_share_is_the_same(ours: str, theirs: str) -> None:
    # Neither knows the other, and neither look nor typography is protocol: change both at once.
    assert (NODE / ours).read_bytes() == (SITE / theirs).read_bytes()
