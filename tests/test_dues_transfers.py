"""Transfers: numbers that check themselves, the code for a bank's app, and receipts on paper."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mailing import MailServerHere, send_round
from nodes import NOW, Node, found
from passkoop_node.dues.iban import (
    BadAccount,
    in_fours,
    is_reference,
    parse_bic,
    parse_iban,
    reference,
    references_in,
)
from passkoop_node.dues.store import Kind
from passkoop_node.dues.transfers import Account, BadHolder, NoAccount, Transfers, sepa_name
from passkoop_node.members.member import MemberData
from passkoop_protocol.qr import qr_code, read_qr
from serving import NOON, Client, Served

# The examples of the IBAN registry.
IBANS = (
    "FR14 2004 1010 0505 0001 3M02 606",
    "BE68 5390 0754 7034",
    "PT50 0002 0123 1234 5678 9015 4",
    "CH93 0076 2011 6238 5295 7",
    "LU28 0019 4006 4475 0000",
    "DE89 3704 0044 0532 0130 00",
    "NL91 ABNA 0417 1643 00",
    "ES91 2100 0418 4502 0005 1332",
)
OURS = Account(holder="La Courge d'été", iban=IBANS[0])


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = found(tmp_path / "coop")
    yield node
    node.rooms.close()


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_of_the_registry_is_taken_with_spaces_and_small_letters(iban: str) -> None:
    bare = iban.replace(" ", "")
    assert parse_iban(iban.lower()) == bare
    assert in_fours(bare) == iban


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_with_one_wrong_digit_or_two_swapped_is_refused(iban: str) -> None:
    bare = iban.replace(" ", "")
    for at in range(2, len(bare)):
        if bare[at].isdecimal():
            wrong = bare[:at] + str((int(bare[at]) + 1) % 10) + bare[at + 1 :]
            with pytest.raises(BadAccount):
                parse_iban(wrong)
        if at + 1 < len(bare) and bare[at] != bare[at + 1]:
            swapped = bare[:at] + bare[at + 1] + bare[at] + bare[at + 2 :]
            with pytest.raises(BadAccount):
                parse_iban(swapped)
    for wrong in (bare[:-1], bare + "0", bare[2:], "", "²" * 20):
        with pytest.raises(BadAccount):
            parse_iban(wrong)


def test_a_bic_has_eight_or_eleven_signs() -> None:
    assert parse_bic("agri frpp") == "AGRIFRPP"
    for wrong in ("AGRIFRP", "AGRIFRPP1", "1234FRPP"):
        with pytest.raises(BadAccount):
            parse_bic(wrong)


@given(body=st.from_regex(r"[0-9]{1,21}", fullmatch=True), place=st.integers(0, 22))
def test_a_reference_with_one_digit_mistyped_is_none(body: str, place: int) -> None:
    made = reference(body)
    assert is_reference(made)
    at = 2 + place % (len(made) - 2)
    for other in "0123456789":
        assert is_reference(made[:at] + other + made[at + 1 :]) == (other == made[at])


def test_references_are_found_in_what_banks_write() -> None:
    assert reference("539007547034") == "RF18539007547034"  # the example of ISO 11649
    made = reference("00001234")
    spaced = in_fours(made)
    for words in (
        f"VIR SEPA RECU /DE MME X /MOTIF {made} /REF NOTPROVIDED",
        f"cotisation {spaced.lower()} merci",
        f"{spaced.replace(' ', '-')}",
        f"{spaced}\n{made}",
    ):
        assert references_in(words) == ([made], []), words
    wrong = made[:-1] + str((int(made[-1]) + 1) % 10)
    assert references_in(f"motif {wrong}") == ([], [wrong])
    assert references_in(f"{made}1234") == ([], [])
    assert references_in("RF45 et rien") == ([], [])


def test_the_code_says_what_banks_want_and_can_be_read(node: Node) -> None:
    transfers = node.rooms.transfers
    (paul,) = node.add("Paul")
    with pytest.raises(NoAccount):
        transfers.transfer_of(paul.id, 2_000, now=NOW)
    transfers.set_account(OURS, now=NOW, actor="test")
    transfer = transfers.transfer_of(paul.id, 2_050, now=NOW)
    (said,) = read_qr(transfer.png())
    assert said.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "La Courge d'ete",
        "FR1420041010050500013M02606",
        "EUR20.50",
        "",
        transfer.reference,
    ]
    assert is_reference(transfer.reference)
    assert "<svg" in transfer.svg()
    assert "Référence : RF" in transfer.text.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_name_is_written_in_letters_that_all_banks_know() -> None:
    assert sepa_name("L’Œuf & Cie – Łódź Straße") == "L'OEuf + Cie - Lodz Strasse"
    assert sepa_name("Épicerie « du coin »") == "Epicerie du coin"


@given(holder=st.text(max_size=200), cents=st.integers(1, 9_999_999))
def test_no_name_makes_a_code_that_is_too_large(
    tmp_path_factory: pytest.TempPathFactory, holder: str, cents: int
) -> None:
    account = Account(holder=holder, iban="MT84MALT011000012345MTLCAST001S", bic="MALTMTMTXXX")
    from passkoop_node.dues.transfers import Transfer

    text = Transfer(account=account, reference=reference("9" * 21), cents=cents).qr_text
    assert len(text.encode()) <= 331
    assert text.isascii()
    assert qr_code(text).version <= 13
    assert text.count("\n") == 9


def test_the_same_amount_has_the_same_reference_and_another_one_another(node: Node) -> None:
    transfers: Transfers = node.rooms.transfers
    transfers.set_account(OURS, now=NOW, actor="test")
    paul, nora = node.add("Paul", "Nora")
    first = transfers.transfer_of(paul.id, 2_000, now=NOW).reference
    assert transfers.transfer_of(paul.id, 2_000, now=NOW).reference == first
    others = {
        transfers.transfer_of(paul.id, 1_000, now=NOW).reference,
        transfers.transfer_of(paul.id, 2_000, kind=Kind.SHARE, now=NOW).reference,
        transfers.transfer_of(nora.id, 2_000, now=NOW).reference,
        transfers.transfer_of(None, 2_000, subject="request:1", now=NOW).reference,
    }
    assert len(others | {first}) == 5
    joining = transfers.transfer_of(None, 2_000, subject="request:1", now=NOW).reference
    transfers.claim("request:1", nora.id)
    expected = transfers.expected(joining)
    assert expected is not None
    assert expected.member_id == nora.id


def test_an_account_that_cannot_be_is_refused_and_nothing_is_kept(node: Node) -> None:
    transfers = node.rooms.transfers
    wrong = (
        Account(holder="La Courge", iban=IBANS[0].replace("3M02", "3M03")),
        Account(holder="La Courge"),
        Account(holder="La Courge", iban=IBANS[0], bic="?"),
    )
    for account in wrong:
        with pytest.raises(BadAccount):
            transfers.set_account(account, now=NOW, actor="test")
    with pytest.raises(BadHolder):
        transfers.set_account(Account(holder="合作社", iban=IBANS[0]), now=NOW, actor="test")
    assert transfers.account is None
    quebec = Account(holder="La Courge", other="Virement Interac : tresor@courge.example")
    transfers.set_account(quebec, now=NOW, actor="test")
    (paul,) = node.add("Paul")
    transfer = transfers.transfer_of(paul.id, 2_000, now=NOW)
    assert (transfer.svg(), transfer.png()) == ("", b"")
    assert "tresor@courge.example" in transfer.text


# --- the pages ---

PAUL = "/bureau/membres/1/cotisation"
TWENTY = {"pour": "dues", "montant": "20", "moyen": "cash", "jour": "2026-11-01", "vu": "0"}


@pytest.fixture
def nico(served: Served) -> Client:
    paul = MemberData(given_name="Paul", family_name="Etcheverry", email="paul@example.org")
    served.run(lambda: served.rooms.members.add(paul, now=NOON))
    nico = served.administrator()
    nico.post("/reglages/cotisations", {"annee": "rolling", "montant": "20", "delai": "30"})
    return nico


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return str(document[0].get_textpage().get_text_range())


def codes_of(pdf: bytes) -> list[str]:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    assert isinstance(picture, Image.Image)
    return [one.text for one in zxingcpp.read_barcodes(picture)]


def test_a_wrong_iban_is_shown_again_beside_what_is_wrong(nico: Client) -> None:
    page = "/reglages/cotisations/virement"
    wrong = {"titulaire": "La Courge", "iban": "FR14 2004 1010 0505 0001 3M02 607"}
    answer = nico.post(page, wrong)
    assert answer.status == 422
    assert "un signe de cet iban est faux" in answer.words.lower()
    assert 'value="FR14 2004 1010 0505 0001 3M02 607"' in answer.text
    assert nico.post(page, {**wrong, "iban": IBANS[0]}).status == 303
    assert 'value="FR14 2004' in nico.get(page).text
    assert nico.post(page, {}).status == 303  # no transfers any more
    assert 'value="FR14' not in nico.get(page).text


def test_a_transfer_is_prepared_shown_printed_and_readable_on_paper(nico: Client) -> None:
    nico.post("/reglages/cotisations/virement", {"titulaire": "La Courge", "iban": IBANS[0]})
    assert "Préparer un virement" in nico.get(PAUL).words
    answer = nico.post(f"{PAUL}/virement", {"montant": "20", "pour": "dues"})
    assert answer.status == 303
    assert "20,00" in nico.get(answer.goes_to).words
    reference = answer.goes_to.rpartition("/")[2]
    pdf = nico.get(f"{answer.goes_to}.pdf").body
    (code,) = codes_of(pdf)
    assert code.endswith(reference)
    assert in_fours(reference) in text_of(pdf)
    assert nico.post(f"{PAUL}/virement", {"montant": "vingt"}).status == 303
    assert nico.get("/bureau/cotisations/virements/RF00123").status == 404


def test_a_receipt_is_looked_at_printed_and_names_who_paid_for_another(nico: Client) -> None:
    nico.post(PAUL, {**TWENTY, "paye_par": "=Anne 'Koop"})
    nico.post(f"{PAUL}/2026-0001/annuler", {})
    page = "/bureau/cotisations/recus/2026-0001"
    assert "annulé par le reçu n° 2026-0002" in nico.get(page).words.replace("\u00a0", " ")
    words = text_of(nico.get(f"{page}.pdf").body)
    for part in ("2026-0001", "Paul Etcheverry", "=Anne", "20,00", "Espèces"):
        assert part in words, part
    assert "annule le reçu" in text_of(nico.get("/bureau/cotisations/recus/2026-0002.pdf").body)
    assert nico.get("/bureau/cotisations/recus/2026-0009").status == 404
    assert nico.get("/bureau/cotisations/recus/2026-0009.pdf").status == 404
    journal = nico.get("/bureau/cotisations/recus.csv?annee=2026").body.decode("utf-8-sig")
    assert [line.split(";")[0] for line in journal.splitlines()[1:]] == ["2026-0001", "2026-0002"]
    assert "'=Anne" in journal
    assert "-20,00" in journal


def test_without_a_mail_server_a_receipt_is_not_promised(nico: Client) -> None:
    nico.post(PAUL, TWENTY)
    answer = nico.post("/bureau/cotisations/recus/2026-0001/envoyer", {})
    assert answer.status == 303
    assert "courriel" in nico.get(answer.goes_to).words.lower()


def test_a_receipt_and_a_notice_go_by_e_mail_with_their_paper(served: Served, nico: Client) -> None:
    nico.post(PAUL, TWENTY)
    nico.post("/reglages/cotisations/virement", {"titulaire": "La Courge", "iban": IBANS[0]})
    notice = nico.post(f"{PAUL}/virement", {"montant": "20", "pour": "dues"}).goes_to
    with MailServerHere() as server:
        served.run(served.rooms.mail.save, server.settings())
        for page in ("/bureau/cotisations/recus/2026-0001", notice):
            assert nico.post(f"{page}/envoyer").status == 303
        served.run(lambda: send_round(served.rooms, now=served.now + 86_400))
        receipt, asked = sorted(server.messages, key=lambda one: str(one["Subject"]))
    assert receipt["To"] == asked["To"] == "paul@example.org"
    assert "Votre reçu n" in receipt["Subject"]
    kinds = [one.get_content_type() for one in receipt.walk()]
    assert kinds.count("application/pdf") == 1
    (sheet,) = (one for one in asked.walk() if one.get_content_type() == "application/pdf")
    (code,) = codes_of(sheet.get_payload(decode=True))  # type: ignore[arg-type]
    assert code.endswith(notice.rpartition("/")[2])
    plain = asked.get_body(("plain",))
    assert plain is not None
    assert in_fours(notice.rpartition("/")[2]) in plain.get_content()


def test_payments_are_found_by_name_and_number(nico: Client) -> None:
    nico.post(PAUL, TWENTY)
    page = "/bureau/cotisations/paiements"
    for asked in ("etche", "2026-0001", ""):
        assert "2026-0001" in nico.get(f"{page}?cherche={asked}&annee=2026").words
    assert "2026-0001" not in nico.get(f"{page}?cherche=nora").words
    assert "2026-0001" not in nico.get(f"{page}?annee=2025").words


def test_several_times_shares_and_days_for_nothing_are_agreed_on_a_page(nico: Client) -> None:
    page = f"{PAUL}/accords"
    thrice = {"quoi": "fois", "pour": "dues", "montant": "20", "premier": "2026-11-18"}
    assert nico.post(page, {**thrice, "fois": "30"}).status == 422
    assert nico.post(page, {**thrice, "fois": "3"}).status == 303
    assert "Convenu en 3 fois" in nico.get(PAUL).words
    assert "Paul Etcheverry" in nico.get("/bureau/cotisations/echeances").words
    assert nico.post(page, {"quoi": "plus", "pour": "dues"}).status == 303
    assert "Convenu" not in nico.get(PAUL).words
    assert nico.post(page, {"quoi": "parts", "parts": "2", "prix": "0"}).status == 422
    assert nico.post(page, {"quoi": "parts", "parts": "2", "prix": "50"}).status == 303
    nico.post(PAUL, {**TWENTY, "pour": "share", "montant": "50"})
    assert "payé 50,00" in nico.get(PAUL).words
    assert nico.post(page, {"quoi": "offrir", "pourquoi": ""}).status == 422
    for far in ("9999-12-31", "0001-01-01"):
        assert nico.post(page, {**thrice, "fois": "3", "premier": far}).status == 422
    for _pressed in range(3):
        offered = {"quoi": "offrir", "pourquoi": "Merci", "vu": "0"}
        assert nico.post(page, offered).status == 303
    assert nico.get(PAUL).text.count("/offert/") == 1
    assert "À jour" in nico.get(PAUL).words
    assert nico.post(f"{PAUL}/offert/1/reprendre", {}).status == 303
    assert "À jour" not in nico.get(PAUL).words


def test_amounts_are_named_in_the_settings_and_chosen_at_the_payment(nico: Client) -> None:
    page = "/reglages/cotisations/tarifs"
    reduced = {"nom": "Réduit", "genre": "fixe", "montant": "8", "qui": "all"}
    assert nico.post(page, {**reduced, "montant": ""}).status == 422
    assert nico.post(page, {**reduced, "nom": ""}).status == 422
    assert nico.post(page, reduced).status == 303
    assert "Réduit" in nico.get(page).words
    paid = nico.post(PAUL, {**TWENTY, "montant": "", "tarif": "t-Réduit"})
    assert paid.status == 303
    assert "Réduit" in nico.get(PAUL).words
    again = nico.post(PAUL, {**TWENTY, "vu": "1", "tarif": "plein"})
    assert again.status == 422
    assert "déjà payé le" in again.words.lower()
    assert "encore" in again.text
    assert nico.post(PAUL, {**TWENTY, "vu": "1", "encore": "oui"}).status == 303
    assert nico.post(f"{page}/oter", {"nom": "Réduit"}).status == 303
    assert "Réduit" not in nico.get(page).words.partition("Ajouter un tarif")[0]
