"""A scheduled build takes what co-ops published since, and believes nothing that is unsigned."""

from pathlib import Path
from typing import Any

import pytest

from command import Done, passkoop
from passkoop_protocol.bundle import write_bundle
from passkoop_site.write import DAY
from shop import Coop, Federation
from siting import NOW
from webhost import WebHost

FED = Federation(name="Fédération des tests", expires_at=NOW + DAY)
COURGE, OTHER = Coop("La Courge"), Coop("Le Navet")


def kept(content: Path) -> dict[str, tuple[bytes, int]]:
    """Return all files of a content, and when each was written."""
    files = (path for path in content.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a content that holds the federation's word, and no co-op's."""
    content = tmp_path / "content"
    (content / "documents").mkdir(parents=True)
    signed = write_bundle([FED.root(), FED.directory([FED.row(COURGE)])])
    (content / "documents" / "federation.passkoop").write_bytes(signed)
    return content


def says(host: WebHost, data: bytes) -> None:
    """Let a host answer with something when it is asked for the co-op's own description."""
    host.put({f"p2p/v1/documents/descriptor/{COURGE.id.hex()}": data})


def fetch(content: Path, host: WebHost) -> dict[str, Any]:
    return passkoop("site", "fetch", content, "--from", host.address, "--json", now=NOW).answer


def page(content: Path) -> str:
    site = content.parent / "site"
    done: Done = passkoop("site", "build", content, "-o", site, "--json", now=NOW)
    assert done.answer["remarks"] == []
    return (site / "la-courge" / "index.html").read_text("utf-8")


def test_a_page_follows_its_co_op_while_nobody_at_the_federation_does_anything(
    content: Path, tmp_path: Path
) -> None:
    with WebHost(tmp_path / "host") as host:
        said = [
            COURGE.descriptor(at=NOW - age, page={"fr": {"summary": words}})
            for age, words in ((900, "Avant."), (60, "Depuis hier."))
        ]
        says(host, write_bundle([said[0]]))
        assert fetch(content, host)["new"] == 1
        assert "Avant." in page(content)
        says(host, write_bundle([said[1]]))
        assert fetch(content, host)["new"] == 1
        assert "Depuis hier." in page(content)
        before = kept(content)
        assert fetch(content, host)["new"] == 0
        says(host, write_bundle([said[0]]))  # a relay that goes back in time
        assert fetch(content, host)["new"] == 0
        assert kept(content) == before


def test_nothing_unsigned_is_believed_and_silence_keeps_what_is_held(
    content: Path, tmp_path: Path
) -> None:
    with WebHost(tmp_path / "host") as host:
        good = COURGE.descriptor(at=NOW - 900)
        says(host, write_bundle([good]))
        assert fetch(content, host)["files"] > 0
        before = kept(content)
        forged = bytearray(COURGE.descriptor(at=NOW - 60))
        forged[-1] ^= 1
        stranger = OTHER.descriptor(at=NOW - 60)
        says(host, write_bundle([bytes(forged), stranger]))
        answer = fetch(content, host)
        assert answer["new"] == answer["files"] == 0
        assert answer["refused"][COURGE.id.hex()] in {"bad_signature", "not_listed"}
        says(host, b"<html>404</html>")
        assert fetch(content, host)["files"] == 0
    answer = fetch(content, host)  # nobody is there any more
    assert COURGE.id.hex() in answer["silent"]
    assert kept(content) == before
