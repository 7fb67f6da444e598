"""`passkoop page`: a co-op writes its page, signs it, and the site of the directory shows it."""

from pathlib import Path

from command import Coop, found, told
from passkoop_protocol.page import Stage
from siting import COURGE, built, entry, said


def written(folder: Path, text: str = COURGE) -> Path:
    path = folder / "fiche.toml"
    path.write_text(text, "utf-8")
    return path


def site_of(folder: Path, coop: Coop) -> str:
    """Return the co-op's page on a site that holds what it exports."""
    content = folder / "content"
    (content / "documents").mkdir(parents=True, exist_ok=True)
    coop.do("peer", "export", "-o", content / "documents" / "coop.passkoop")
    entry(content, "la-courge", nom="La Courge", code=coop.code)
    report, pages = built(content, folder / "site", now=coop.now)
    assert said(report) == ""
    return pages["la-courge/index.html"]


def test_what_a_co_op_writes_of_itself_is_signed_and_stands_on_the_site(tmp_path: Path) -> None:
    coop = found(tmp_path / "coop", "La Courge verte", "Valbruyère")
    assert "Rien pour l’instant" in coop.do("page", "show").err
    done = coop.do("page", "set", written(tmp_path))
    assert "est signée" in done.err
    page = site_of(tmp_path, coop)
    assert "La Courge verte" in page  # its own name, not the file's
    assert "Une voix à l’assemblée." in page
    assert "https://courge.example/adherer" in page
    shown = coop.do("page", "show", "--json").answer
    assert (shown["stage"], shown["join"]) == (Stage.GROCERY, "https://courge.example/adherer")
    assert "[fr] Une voix à l’assemblée." in coop.do("page", "show").out

    later = coop.later(days=1)
    later.do("page", "clear")
    page = site_of(tmp_path, later)
    assert "Une voix à l’assemblée." not in page
    assert "La Courge verte" in page


def test_what_cannot_be_a_page_is_told_and_changes_nothing(tmp_path: Path) -> None:
    coop = found(tmp_path / "coop", "La Courge verte")
    coop.do("page", "set", written(tmp_path))
    before = coop.do("page", "show", "--json").answer
    told(coop("page", "set", written(tmp_path, "nom = ")), 2, "TOML")
    told(coop("page", "set", tmp_path / "rien.toml"), 2, "rien.toml")
    paragraph = "é" * 290
    words = "\n".join(
        f"[{language}]\navantages = [{', '.join([chr(34) + paragraph + chr(34)] * 12)}]"
        for language in ("fr", "en", "es", "pt", "nl")
    )
    told(coop("page", "set", written(tmp_path, words)), 2, "trop longue")
    assert coop.do("page", "show", "--json").answer == before
    done = coop.do("page", "set", written(tmp_path, 'site = "javascript:alert(1)"\n'))
    assert "n’est pas une adresse web" in done.err
    assert coop.do("page", "show", "--json").answer == {}
