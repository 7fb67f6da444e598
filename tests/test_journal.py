"""The log in words: who did what and when, asked for by kind, person and days, and as a file."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

import passkoop_cli
import passkoop_node
from passkoop_node.core.accounts import Role
from passkoop_node.core.audit import AuditStore
from passkoop_node.journal.pages import FILE, JOURNAL, PER_PAGE
from passkoop_node.journal.wording import ACTIONS, KINDS
from serving import NOON, Client, Served

DAY = 86_400
# A call that notes something, whatever stands before the action.
_CALLS = (
    r"(?:audit\.add|AuditStore\)\.add|_note|_say|_done|_audit)"
    r'\([^"()]*(?:\([^()]*\)[^"()]*)*"([a-z]+\.[a-z_]+)"'
)


def note(served: Served, action: str, *, days_ago: int = 0, **more: object) -> None:
    served.run(
        lambda: served.the(AuditStore).add(
            action,
            now=NOON - days_ago * DAY,
            actor=str(more.get("actor", "cli")),
            subject=str(more.get("subject", "")),
            details=more.get("details"),  # type: ignore[arg-type]
        )
    )


@pytest.fixture
def nico(served: Served) -> Client:
    return served.administrator()


def lines(client: Client, query: str = "") -> list[str]:
    """Return the lines of the page, their spaces made plain."""
    page = client.get(f"{JOURNAL}{query}")
    assert page.status == 200, page.words
    (shown,) = re.findall(r'<ul class="lines">.*?</ul>', page.text, re.DOTALL) or ["<ul></ul>"]
    plain = re.sub(r"<[^>]+>", " ", shown.replace("</li>", "\0")).replace("\u202f", " ")
    return [
        " ".join(one.replace("\u00a0", " ").split()) for one in plain.split("\0") if one.strip()
    ]


def test_it_says_who_did_what_and_when_in_sentences(served: Served, nico: Client) -> None:
    nico.post(
        "/bureau/membres/nouveau", {"given_name": "Maïté", "joined": "2026-11-01", "category": "0"}
    )
    assert served.run(served.rooms.members.count) == 1
    note(served, "card.suspended", subject="1", details={"household": "7"})
    note(served, "member.edit", subject="1", details={"fields": ["town", "email"], "was": "9"})
    note(served, "member.import", details={"created": 12, "updated": 0})
    note(served, "card.revoked", subject="1", actor="account:77", details={"reason": "perdue"})
    note(served, "till.somehow", actor="api:Odoo")
    told = lines(nico)
    assert told[0].startswith("Autre changement (till.somehow). 22 novembre 2026")
    assert told[0].endswith("Logiciel Odoo")
    assert told[1].startswith("Membre n° 1 : carte annulée. perdue ")
    assert told[1].endswith("Compte n° 77, supprimé")
    assert told[2].startswith("Import de membres. ajoutés : 12 ")
    assert "fiche corrigée. Commune, E-mail, ancien numéro : 9" in told[3]
    assert "carte suspendue avec celle du n° 7" in told[4]
    assert told[5].startswith("Membre n° 1 : ajout au registre.")
    assert told[5].endswith(", Nico")
    assert "Compte Nico : entrée." in " ".join(told)
    assert "Maïté" not in " ".join(told)  # it outlives the people


def test_every_action_has_a_sentence_that_can_be_said(served: Served, nico: Client) -> None:
    for action in ACTIONS:
        note(served, action, subject="1", details={"receipt": "2026-0042"})
    assert len(lines(nico)) == min(len(ACTIONS) + 1, PER_PAGE)
    (paid,) = (one for one in lines(nico, "?quoi=cotisations") if "paiement noté" in one)
    assert paid.startswith("Membre n° 1 : paiement noté, reçu 2026-0042.")


def test_it_is_asked_by_kind_person_and_days(served: Served, nico: Client) -> None:
    for days in range(5):
        note(served, "member.add", subject=str(days), days_ago=days)
        note(served, "backup.make", actor="serve", days_ago=days)
    assert len(lines(nico, "?quoi=membres")) == 5
    assert len(lines(nico, "?quoi=cles&qui=serve&du=2026-11-19&au=2026-11-20")) == 2
    assert len(lines(nico, "?qui=cli&au=2026-11-20")) == 3
    assert lines(nico, "?qui=till:9") == []
    assert "Tout voir" in nico.get(f"{JOURNAL}?qui=till:9").words
    assert len(lines(nico, "?quoi=quelque&avant=x")) > 10  # what is no choice asks for all
    for wrong, says in (
        ("du=hier", "Écrivez un jour"),
        ("du=2026-11-20&au=2026-11-19", "avant l’autre"),
        ("au=9999-12-31", "Écrivez un jour"),
    ):
        page = nico.get(f"{JOURNAL}?{wrong}")
        assert page.status == 422
        assert says in page.words
        assert nico.get(f"{FILE}?{wrong}").status == 422


def test_a_long_log_has_pages(served: Served, nico: Client) -> None:
    for n in range(2 * PER_PAGE + 5):
        note(served, "member.add", subject=str(n))
    page = nico.get(f"{JOURNAL}?quoi=membres")
    seen = lines(nico, "?quoi=membres")
    while older := re.search(r'href="([^"]+)" rel="next"', page.text):
        path = older[1].replace("&amp;", "&")
        page = nico.get(path)
        seen += lines(nico, path.removeprefix(JOURNAL))
    assert len(seen) == 2 * PER_PAGE + 5
    assert len(set(seen)) == len(seen)
    assert "Les plus récents" in page.words


def test_the_file_has_all_lines_and_no_formula(served: Served, nico: Client) -> None:
    for n in range(PER_PAGE + 1):
        note(served, "card.revoked", subject=str(n), details={"reason": "=1+1"})
    answer = nico.get(f"{FILE}?quoi=cartes")
    rows = list(csv.reader(StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Jour", "Heure", "Qui", "Quoi", "Précisions"]
    assert len(rows) == PER_PAGE + 2
    assert {row[4] for row in rows[1:]} == {"'=1+1"}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_only_an_administrator_reads_it(served: Served) -> None:
    odile = served.entered("Odile", Role.OFFICE)
    assert odile.get(JOURNAL).status == 403
    assert odile.get(FILE).status == 403


def test_whatever_the_program_notes_has_a_sentence_and_a_kind() -> None:
    noted: set[str] = set()
    for package in (passkoop_node, passkoop_cli):
        assert package.__file__
        for path in Path(package.__file__).parent.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            noted |= set(re.findall(_CALLS, text))
    noted |= {"card.revoked", "card.suspended", "card.valid", "member.left", "member.back"}
    assert len(noted) > 40
    assert noted - set(ACTIONS) == set()
    halves = {half for _words, actions in KINDS.values() for half in actions}
    assert {one.partition(".")[0] for one in ACTIONS} == halves
