"""The pages of a bank's and a shop's files, and of what waits, as forms that a browser sends."""

import pytest

from passkoop_node.dues.intake_pages import MAX_LINES
from passkoop_node.members.member import MemberData
from sending import send_file
from serving import NOON, Client, Served

HUB = "/bureau/cotisations"
BANK, INBOX = f"{HUB}/banque", f"{HUB}/a-rattacher"
IBAN = "FR14 2004 1010 0505 0001 3M02 606"


@pytest.fixture
def nico(served: Served) -> Client:
    for given, family in (("Paul", "Etcheverry"), ("Nora", "Benali")):
        member = MemberData(given_name=given, family_name=family)
        served.run(served.rooms.members.add, member, now=NOON)
    nico = served.administrator()
    nico.post("/reglages/cotisations", {"annee": "rolling", "montant": "20", "delai": "0"})
    nico.post("/reglages/cotisations/virement", {"titulaire": "Hendaia Koop", "iban": IBAN})
    return nico


def reference(nico: Client) -> str:
    asked = {"montant": "20", "pour": "dues"}
    return nico.post("/bureau/membres/1/cotisation/virement", asked).goes_to.rpartition("/")[2]


def statement(*rows: str) -> bytes:
    head = "Date;Montant;Nom contrepartie;Communication"
    return "\n".join([head, *rows, ""]).encode("iso-8859-15")


def confirm(nico: Client, here: str, **more: str) -> int:
    shown = nico.get(f"{here}/apercu").text.partition('name="apercu" value="')[2]
    form = {"apercu": shown.partition('"')[0], **more}
    return nico.post(f"{here}/confirmer", form).status


def test_a_statement_is_looked_at_agreed_to_and_the_rest_is_attached(
    served: Served, nico: Client
) -> None:
    data = statement(
        f"16/11/2026;20,00;Etcheverry Paul;{reference(nico)}",
        "17/11/2026;20,00;Papa Benali;pour Nora Benali",
        "17/11/2026;50,00;Mairie;subvention",
        "17/11/2026;-9,00;Banque;frais",
    )
    assert send_file(nico, BANK, "relevé.csv", data).goes_to == f"{BANK}/apercu"
    shown = nico.get(f"{BANK}/apercu").words
    for part in ("Sera noté 1", "À rattacher 2", "Paul Etcheverry", "1 ligne d’argent sorti"):
        assert part in shown, part
    assert "Rien n’est noté" in nico.get("/bureau/membres/1/cotisation").words
    assert confirm(nico, BANK) == 303
    assert "2026-0001" in nico.get("/bureau/membres/1/cotisation").words
    assert "2 à voir" in nico.get(HUB).words
    assert confirm(nico, BANK) == 303  # pressed twice: nothing is there any more
    assert send_file(nico, BANK, "relevé.csv", data).status == 303
    assert "Tout est déjà connu" in nico.get(f"{BANK}/apercu").words

    inbox = nico.get(INBOX)
    assert "Cotisation – Nora Benali" in inbox.words
    nora = inbox.text.partition(f'action="{INBOX}/')[2].partition('"')[0]
    proposed = {"membre": "2", "pour": "dues"}
    assert nico.post(f"{INBOX}/{nora}", proposed).status == 303
    assert "2026-0002" in nico.get("/bureau/membres/2/cotisation").words
    assert nico.get(f"{INBOX}/{nora}").status == 404
    town = nico.get(INBOX).text.partition(f'href="{INBOX}/')[2].partition('"')[0]
    assert "Paul Etcheverry" in nico.get(f"{INBOX}/{town}?cherche=etch").words
    assert nico.post(f"{INBOX}/{town}", {"pour": "dues"}).status == 422
    assert nico.post(f"{INBOX}/{town}", {"pour": "dues", "membre": "1"}).status == 422  # again?
    assert nico.post(f"{INBOX}/{town}/ecarter").status == 303
    assert "Rien n’attend" in nico.get(INBOX).words
    assert "Mairie" in nico.get(f"{INBOX}?ecartes=oui").words
    assert nico.post(f"{INBOX}/{town}/reprendre").status == 303
    assert "Mairie" in nico.get(INBOX).words


def test_a_proposal_says_which_of_the_amounts_it_takes_half_a_payment_for(nico: Client) -> None:
    rate = {"nom": "Réduit", "genre": "fixe", "montant": "10", "qui": "all"}
    assert nico.post("/reglages/cotisations/tarifs", rate).status == 303
    rows = ("17/11/2026;10,00;Benali Nora;adhésion", "17/11/2026;7,00;Etcheverry Paul;adhésion")
    assert send_file(nico, BANK, "relevé.csv", statement(*rows)).status == 303
    assert confirm(nico, BANK) == 303
    waits = nico.get(INBOX).words
    assert "Cotisation ( Réduit ) – Nora Benali" in waits
    assert "Cotisation (acompte) – Paul Etcheverry" in waits


def test_a_total_that_is_wrong_has_to_be_agreed_to_and_nothing_is_noted_before(
    nico: Client,
) -> None:
    data = statement(f"16/11/2026;20,00;Paul;{reference(nico)}", "Total;25,00;;")
    send_file(nico, BANK, "relevé.csv", data)
    assert "Les totaux de ce fichier ne sont pas justes" in nico.get(f"{BANK}/apercu").words
    assert confirm(nico, BANK) == 422
    assert "Rien n’est noté" in nico.get("/bureau/membres/1/cotisation").words
    assert confirm(nico, BANK, verifie="oui") == 303
    assert "2026-0001" in nico.get("/bureau/membres/1/cotisation").words


def test_columns_are_said_once_and_remembered(nico: Client) -> None:
    data = b"Wann;Was;Wieviel\n16/11/2026;Lea;20,00\n"
    send_file(nico, BANK, "auszug.csv", data)
    assert "Dites où sont le jour et le montant" in nico.get(f"{BANK}/apercu").words
    chosen = {"colonne-wann": "date", "colonne-wieviel": "amount", "colonne-was": "payer"}
    assert nico.post(f"{BANK}/colonnes", chosen).status == 303
    assert "À rattacher 1" in nico.get(f"{BANK}/apercu").words
    nico.post(f"{BANK}/abandonner")
    send_file(nico, BANK, "auszug.csv", data)
    assert "À rattacher 1" in nico.get(f"{BANK}/apercu").words


def test_columns_that_leave_nothing_to_read_can_be_said_again(nico: Client) -> None:
    data = b"Date;Montant;Nom\n16/11/2026;20,00;Lea\na;b;c;d;e;f\n"
    send_file(nico, BANK, "auszug.csv", data)
    for _time in range(2):
        assert nico.post(f"{BANK}/colonnes", {"colonne-date": ""}).status == 303
        assert "Dites où sont le jour et le montant" in nico.get(f"{BANK}/apercu").words
        assert send_file(nico, BANK, "auszug.csv", data).status == 303
    assert nico.post(f"{BANK}/colonnes", {"colonne-date": "date"}).status == 303
    assert "À rattacher 1" in nico.get(f"{BANK}/apercu").words


def test_a_file_that_turns_out_too_long_is_refused_with_the_command_that_takes_it(
    nico: Client,
) -> None:
    data = b"Wann;Wieviel\n" + b"16/11/2026;20,00\n" * (MAX_LINES + 1)
    assert send_file(nico, BANK, "auszug.csv", data).status == 303
    chosen = {"colonne-wann": "date", "colonne-wieviel": "amount"}
    answer = nico.post(f"{BANK}/colonnes", chosen)
    assert answer.status == 422
    assert "passkoop dues bank" in answer.words
    assert nico.get(f"{BANK}/apercu").status == 303
    assert "Rien n’attend" in nico.get(INBOX).words


def test_a_file_of_two_gigabytes_is_refused_without_being_read(nico: Client) -> None:
    told = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(2_000_000_000),
    }
    answer = nico.ask("POST", BANK, b"--x\r\n", told)  # the rest never comes
    assert answer.status == 413


def test_what_is_no_file_of_a_bank_or_shop_is_said_beside_the_field(nico: Client) -> None:
    for here in (BANK, f"{HUB}/en-ligne"):
        answer = send_file(nico, here, "photo.png", b"\x89PNG\r\n\x1a\n")
        assert answer.status == 422
        assert "image png" in answer.words.lower()
        assert nico.get(f"{here}/apercu").status == 303


def test_the_shop_s_address_is_checked_and_shown(nico: Client) -> None:
    page = "/reglages/cotisations/en-ligne"
    for wrong in ("http://x.example", "javascript:alert(1)", "https://", "https://a b", "x"):
        assert nico.post(page, {"lien": wrong}).status == 422, wrong
    link = "https://www.helloasso.example/associations/hendaia"
    assert nico.post(page, {"lien": link}).status == 303
    assert link in nico.get(f"{HUB}/en-ligne").text
    assert nico.post(page, {"lien": ""}).status == 303
