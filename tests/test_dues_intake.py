"""Money that comes by a bank's or a shop's file: noted once, asked about, taken back."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from nodes import NOW, Node, found
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.bankfiles import BadStatement, Statement, read_statement
from passkoop_node.dues.faults import PaidAlready
from passkoop_node.dues.iban import in_fours
from passkoop_node.dues.incoming import State
from passkoop_node.dues.intake import Fate, NotWaiting, Outcome
from passkoop_node.dues.onlinefiles import BadShopFile, Orders, read_orders
from passkoop_node.dues.plan import Plan, Standing, Yearly
from passkoop_node.dues.store import Kind, Method
from passkoop_node.dues.transfers import Account
from passkoop_node.errors import FileTooLarge
from passkoop_node.members.csvfiles import MAX_BYTES
from passkoop_node.members.member import Member, MemberData
from workbooks import xlsx

TODAY = date(2026, 11, 18)
IBAN = "FR14 2004 1010 0505 0001 3M02 606"

# After the headers and the habits of real banks; the people are invented.
FRENCH = """Compte chèques n° 0123;;;
Solde au 18/11/2026;;1 030,50;
;;;
Date;Libellé;Débit euros;Crédit euros
16/11/2026;VIR SEPA RECU /DE MME LÉA ÇELIK /MOTIF {reference};;20,00
17/11/2026;PRLV ÉLECTRICITÉ;45,10;
17/11/2026;VIR M OU MME NORA BENALI COTISATION;;20,00
Total;;45,10;40,00
""".replace("\n", "\r\n")
BELGIAN = """\ufeffCompte;Date de comptabilisation;Nom contrepartie;Montant;Devise;Communications
BE68;16/11/2026;Celik Lea;20,00;EUR;{reference}
BE68;17/11/2026;ENGIE;-45,10;EUR;facture
"""
PORTUGUESE = """Data mov.;Data valor;Descrição;Montante;Saldo contabilístico
16-11-2026;16-11-2026;TRF DE LEA CELIK {reference};20,00;120,00
17-11-2026;17-11-2026;COMPRA;-1.045,10;-925,10
"""
SWISS = """Date de transaction;Date de comptabilisation;Débit;Crédit;Solde;Description1;Description2
2026-11-17;2026-11-17;-1'045.10;;-925.10;Swisscom;
2026-11-16;2026-11-16;;20.00;120.00;Celik Lea;{reference}
"""

HELLOASSO = (
    "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;Prénom adhérent;"
    "Nom payeur;Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Tarif;Montant tarif\r\n"
)


class Till:
    """A co-op that asks 20 euros a year, with three members and an account."""

    def __init__(self, node: Node) -> None:
        self.rooms = node.rooms
        self.ledger, self.intake = node.rooms.dues, node.rooms.intake
        plan = Plan(yearly=Yearly.ROLLING, cents=2_000, grace_days=0)
        self.ledger.set_plan(plan, now=NOW, actor="test")
        account = Account(holder="La Courge", iban=IBAN)
        self.rooms.transfers.set_account(account, now=NOW, actor="test")
        self.lea, self.nora, self.paul = (
            node.rooms.members.add(
                MemberData(given_name=given, family_name=family, email=email), now=NOW
            )
            for given, family, email in (
                ("Léa", "Çelik", "lea@example.org"),
                ("Nora", "Benali", "nora@example.org"),
                ("Paul", "Petit", "paul@example.org"),
            )
        )

    def reference(self, cents: int = 2_000, member: Member | None = None) -> str:
        who = (member or self.lea).id
        return self.rooms.transfers.transfer_of(who, cents, now=NOW).reference

    def take(self, said: Statement | Orders, *, today: date = TODAY) -> list[Outcome]:
        return self.intake.take(said.lines, today=today, now=NOW, actor="test")

    def bank(self, *rows: str) -> list[Outcome]:
        text = "Date;Montant;Nom contrepartie;Communication\n" + "".join(f"{one}\n" for one in rows)
        return self.take(read_statement(text.encode(), {}))

    def shop(self, *rows: str, today: date = TODAY) -> list[Outcome]:
        text = HELLOASSO + "".join(f"{one}\r\n" for one in rows)
        return self.take(read_orders(text.encode("utf-8-sig")), today=today)

    def stands(self, member: Member) -> Standing:
        return self.ledger.stands(member, on=TODAY)[0]

    def receipts(self) -> int:
        return self.ledger.payments.last_row()

    def waiting(self) -> list[int]:
        return [one.id for one in self.intake.store.in_state(State.WAITING)]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    node = found(tmp_path / "coop")
    yield Till(node)
    node.rooms.close()


def fates(outcomes: list[Outcome]) -> dict[str, int]:
    return dict(Counter(one.fate.value for one in outcomes))


@pytest.mark.parametrize(
    ("statement", "encoding"),
    [
        (FRENCH, "iso-8859-15"),
        (FRENCH, "cp1252"),
        (BELGIAN, "utf-8"),
        (PORTUGUESE, "utf-8"),
        (SWISS, "utf-8-sig"),
    ],
)
def test_a_transfer_with_its_reference_notes_itself_whatever_the_bank(
    till: Till, statement: str, encoding: str
) -> None:
    data = statement.format(reference=in_fours(till.reference())).encode(encoding)
    said = read_statement(data, {})
    assert said.is_understood
    assert (said.faults, said.unreadable, said.outgoing) == ([], [], 1)
    tried = till.intake.try_out(said.lines, today=TODAY, now=NOW)
    assert till.receipts() == 0
    done = till.take(said)
    assert fates(tried) == fates(done)
    assert till.stands(till.lea) is Standing.CURRENT
    (paid,) = till.ledger.payments.of_member(till.lea.id)
    assert (paid.cents, paid.method, paid.paid_on) == (2_000, Method.TRANSFER, date(2026, 11, 16))
    assert paid.paid_by == ""
    assert set(fates(till.take(said))) == {"known"}
    assert till.receipts() == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Total;;45,10;40,00", "Total;;45,10;41,00", "total annoncé"),
        ("Total;;45,10;40,00", "TOTAUX;;46,10;40,00", "total annoncé"),
        ("Total;;45,10;40,00", "Solde initial;;100,00;\nSolde final;;95,10;", "solde final"),
    ],
)
def test_a_total_that_is_wrong_is_told(till: Till, old: str, new: str, fault: str) -> None:
    text = FRENCH.format(reference=till.reference())
    assert read_statement(text.encode(), {}).faults == []
    (said,) = read_statement(text.replace(old, new).encode(), {}).faults
    assert fault in said
    right = text.replace(old, "Solde initial;;100,00;\nNouveau solde;;94,90;")
    assert read_statement(right.encode(), {}).faults == []


def test_a_balance_that_does_not_follow_is_told(till: Till) -> None:
    for good in (PORTUGUESE, SWISS):
        assert read_statement(good.encode(), {}).faults == []
        (said,) = read_statement(good.replace("120", "121").encode(), {}).faults
        assert "le solde ne suit pas" in said


def test_a_workbook_whose_amounts_were_reckoned_is_read_as_it_is_shown() -> None:
    header, day = ["Date", "Libellé", "Montant"], "16/11/2026"
    data = xlsx([header, [day, "a", 0.1 + 0.2], [day, "b", 20], [day, "c", 1234.1 * 3]])
    said = read_statement(data, {})
    assert [one.cents for one in said.lines] == [30, 2_000, 370_230]
    assert said.unreadable == []


def test_who_pays_the_rest_of_something_is_no_closing_balance_and_a_bounce_no_payment() -> None:
    rows = (
        "Solde précédent au 31/10/2026;;;100,00",
        "16/11/2026;Solde final adhésion 2026 Durand;;20,00",
        "17/11/2026;Nouveau solde de ma part sociale;;30,00",
        "18/11/2026;Rejet de virement;;-20,00",
        "Solde en fin de mois (EUR);;;130,00",
    )
    said = read_statement("\n".join(["Date;Libellé;Débit;Crédit", *rows]).encode(), {})
    assert [one.cents for one in said.lines] == [2_000, 3_000]
    assert (said.outgoing, said.faults, said.unreadable) == (1, [], [])


def test_half_the_amount_is_a_part_the_rest_completes_it_and_more_is_asked_about(
    till: Till,
) -> None:
    reference = till.reference()
    (half,) = till.bank(f"16/11/2026;10,00;Çelik;{reference}")
    assert (half.fate, half.note) == (Fate.NOTED, "acompte")
    assert till.stands(till.lea) is Standing.LAPSED
    (much,) = till.bank(f"17/11/2026;15,00;Çelik;{reference}")
    assert much.fate is Fate.ASKED
    assert "plus que" in much.note
    (rest,) = till.bank(f"18/11/2026;10,00;Çelik;{reference}")
    assert rest.fate is Fate.NOTED
    assert till.stands(till.lea) is Standing.CURRENT


def test_what_is_not_sure_waits_with_a_proposal_and_nothing_is_noted(till: Till) -> None:
    wrong = till.reference()
    wrong = wrong[:-1] + str((int(wrong[-1]) + 1) % 10)
    outcomes = till.bank(
        "16/11/2026;20,00;MME BENALI NORA;cotisation",
        f"16/11/2026;20,00;Inconnu;{wrong}",
        "16/11/2026;20,00;Inconnu;RF18539007547034",
        "16/11/2026;8,00;Petit Paul;",
        "16/12/2026;20,00;Petit Paul;",
    )
    assert fates(outcomes) == {"asked": 5}
    assert till.receipts() == 0
    assert "mal recopiée" in outcomes[1].note
    whose = till.intake.whose(TODAY)
    waiting = till.intake.store.in_state(State.WAITING)
    proposed = [
        [(one.member.given_name, one.part) for one in till.intake.proposals(line, whose)]
        for line in waiting
    ]
    assert proposed == [[("Nora", False)], [], [], [("Paul", True)], [("Paul", False)]]


def test_what_waits_is_attached_once_or_dismissed_and_taken_up_again(till: Till) -> None:
    till.bank("16/11/2026;20,00;Mairie;subvention", "17/11/2026;20,00;Papa Benali;pour Nora")
    grant, nora = till.waiting()
    attach = {"kind": Kind.DUES, "today": TODAY, "now": NOW, "actor": "test"}
    paid = till.intake.attach(nora, till.nora, **attach)  # type: ignore[arg-type]
    assert paid is not None
    assert paid.last == date(2027, 11, 16)
    with pytest.raises(NotWaiting):
        till.intake.attach(nora, till.nora, **attach)  # type: ignore[arg-type]
    till.intake.dismiss(grant, now=NOW, actor="test")
    assert till.waiting() == []
    till.intake.take_up(grant, now=NOW, actor="test")
    with pytest.raises(PaidAlready):
        till.intake.attach(grant, till.nora, **attach)  # type: ignore[arg-type]
    assert till.waiting() == [grant]


def test_an_order_of_a_household_that_has_paid_buys_no_next_year_by_itself(till: Till) -> None:
    till.rooms.households.join(till.nora, till.lea, on=TODAY, now=NOW, actor="test")
    nora = "Benali;Nora;Benali;Nora;nora@example.org;;Carte bancaire"
    (order,) = till.shop(f"7;01/11/2026 08:00;Validé;{nora};Adhésion;20,00")
    assert (order.fate, order.member) == (Fate.NOTED, till.lea)  # theirs both
    (order,) = till.shop(f"8;18/11/2026 08:00;Validé;{nora};Adhésion;20,00")
    assert order.fate is Fate.ASKED  # hers alone, before they lived together?
    assert order.note == "le foyer de Léa Çelik est à jour"
    assert till.receipts() == 1


def test_overlapping_files_note_each_line_once_and_equal_lines_stay_two(till: Till) -> None:
    twins = ["16/11/2026;20,00;Anonyme;don"] * 2
    assert fates(till.bank(*twins, "17/11/2026;5,00;A;b")) == {"asked": 3}
    assert fates(till.bank(*twins, "18/11/2026;5,00;A;b")) == {"known": 2, "asked": 1}
    assert fates(till.bank(*twins, twins[0])) == {"known": 2, "asked": 1}


def test_a_second_transfer_within_days_is_asked_about(till: Till) -> None:
    first, second = till.reference(), till.reference(2_500)
    outcomes = till.bank(
        f"16/11/2026;20,00;Çelik;{first}",
        f"17/11/2026;25,00;Çelik;{second}",
    )
    assert [one.fate for one in outcomes] == [Fate.NOTED, Fate.ASKED]
    assert "déjà payé" in outcomes[1].note


def test_columns_that_nobody_knows_are_asked_about_and_then_known() -> None:
    data = b"Wann;Was;Wieviel\n16/11/2026;Lea;20,00\n"
    assert not read_statement(data, {}).is_understood
    said = read_statement(data, {"wann": "date", "wieviel": "amount", "was": "payer"})
    assert [(one.paid_on, one.cents, one.payer) for one in said.lines] == [
        (date(2026, 11, 16), 2_000, "Lea")
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n", b"%PDF-1.4", b"Date;Montant;Nom\n", b"\xff\xfe\x00", b"<!doctype html>"],
)
def test_what_is_no_statement_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadStatement):
        read_statement(data, {})


def test_bad_lines_are_told_and_the_others_are_read() -> None:
    rows = ("31/02/2026;20,00;A;b", "16/11/2026;vingt;A;b", "16/11/2026;99999999999999999,00;A;b")
    text = "Date;Montant;Nom;Communication\n" + "\n".join([*rows, "16/11/2026;20,00;=1+1;c"])
    said = read_statement(text.encode(), {})
    assert [place for place, _why in said.unreadable] == [2, 3, 4]
    assert [one.payer for one in said.lines] == ["=1+1"]
    with pytest.raises(FileTooLarge):
        read_statement(bytes(MAX_BYTES + 1), {})


# --- a shop ---

LEA = "Çelik;Léa;Çelik;Léa;lea@example.org;;Carte bancaire"


def test_orders_of_members_are_noted_and_others_wait(till: Till) -> None:
    outcomes = till.shop(
        "103;18/11/2026 10:00;Validé;Inconnue;Ida;Inconnue;Ida;ida@example.org;;CB;Adhésion;20,00",
        "102;17/11/2026 09:12;Validé;PETIT;Paul;Petit;Jeanne;jeanne@example.org;;CB;Adhésion;20,00",
        f"101;16/11/2026 08:00;Validé;{LEA};Adhésion;20,00",
    )
    assert [(one.line.order_ref, one.fate.value) for one in outcomes] == [
        ("101", "noted"),
        ("102", "noted"),
        ("103", "asked"),
    ]
    (paid,) = till.ledger.payments.of_member(till.paul.id)
    assert (paid.paid_by, paid.method) == ("Jeanne Petit", Method.ONLINE)
    assert till.ledger.payments.of_member(till.lea.id)[0].paid_by == ""
    again = till.shop(f"101;16/11/2026 08:00;Validé;{LEA};Adhésion;20,00")
    assert fates(again) == {"known": 1}


def test_a_namesake_with_another_address_is_asked_about(till: Till) -> None:
    stranger = LEA.replace("lea@example.org", "autre@example.org")
    (asked,) = till.shop(f"101;16/11/2026 08:00;Validé;{stranger};Adhésion;20,00")
    assert (asked.fate, asked.note) == (Fate.ASKED, "même nom, autre adresse e-mail")
    assert till.receipts() == 0
    assert len(till.waiting()) == 1


def test_a_cancelled_order_is_skipped_or_taken_back(till: Till) -> None:
    order = f"101;16/11/2026 08:00;{{}};{LEA};Adhésion;20,00"
    for status in ("Annulé", "Refusé", "Payé - remboursé", "Paid (refunded)"):
        assert fates(till.shop(order.format(status))) == {"skipped": 1}
    assert fates(till.shop(order.format("Validé"))) == {"noted": 1}
    assert till.stands(till.lea) is Standing.CURRENT
    assert fates(till.shop(order.format("Annulé"))) == {"taken_back": 1}
    assert till.stands(till.lea) is Standing.LAPSED
    assert till.receipts() == 2
    assert fates(till.shop(order.format("Annulé"))) == {"known": 1}
    waiting = "104;16/11/2026 08:00;{};X;Y;X;Y;;;CB;Adhésion;20,00"
    assert fates(till.shop(waiting.format("Validé"))) == {"asked": 1}
    assert fates(till.shop(waiting.format("Annulé"))) == {"taken_back": 1}
    assert till.waiting() == []


def test_a_renewal_that_comes_early_starts_the_day_after_and_the_same_twice_is_asked(
    till: Till,
) -> None:
    till.shop(f"101;16/11/2026 08:00;Validé;{LEA};Adhésion;20,00")
    later = TODAY + timedelta(days=300)
    row = f"201;{later:%d/%m/%Y} 08:00;Validé;{LEA};Adhésion;20,00"
    twin = row.replace("201", "202", 1)
    outcomes = till.shop(twin, row, today=later)  # the newest first
    assert [(one.line.order_ref, one.fate.value) for one in outcomes] == [
        ("201", "noted"),
        ("202", "asked"),
    ]
    newest = till.ledger.payments.of_member(till.lea.id)[0]
    assert newest.first == date(2027, 11, 16)


def test_free_orders_are_given_where_an_amount_is_free_and_rates_are_known_by_name(
    till: Till,
) -> None:
    free = f"101;16/11/2026 08:00;Validé;{LEA};Solidaire;Gratuit"
    assert fates(till.shop(free)) == {"asked": 1}
    till.ledger.put_amount(Amount(name="Solidaire", cents=0), now=NOW, actor="test")
    till.ledger.put_amount(Amount(name="Étudiant", cents=800), now=NOW, actor="test")
    assert fates(till.shop(free.replace("101", "102", 1))) == {"noted": 1}
    assert till.stands(till.lea) is Standing.CURRENT
    assert till.receipts() == 0
    student = "103;16/11/2026 08:00;Validé;Petit;Paul;Petit;Paul;;;CB;Tarif étudiant;8,00"
    assert fates(till.shop(student)) == {"noted": 1}
    assert till.ledger.payments.of_member(till.paul.id)[0].amount == "Étudiant"
    share = "104;16/11/2026 08:00;Validé;Benali;Nora;Benali;Nora;;;CB;2 parts sociales;100,00"
    assert fates(till.shop(share)) == {"noted": 1}
    assert till.ledger.payments.of_member(till.nora.id)[0].kind is Kind.SHARE


def test_what_is_no_export_of_a_shop_is_refused_in_words() -> None:
    for data in (b"", b"Nom;Prenom\nA;B\n", b"Reference commande;Date de la commande\n1;2\n"):
        with pytest.raises(BadShopFile):
            read_orders(data)
    said = read_orders(HELLOASSO.encode() + b";16/11/2026;Valide;A;B;A;B;;;;x;20\r\n")
    assert [place for place, _why in said.unreadable] == [2]
