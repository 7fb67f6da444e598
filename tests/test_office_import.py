"""The office's import of members: a file, what it would do, and then it is done."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from importing import many_members
from passkoop_node.core.accounts import Role
from passkoop_node.members import drafts, pages, working
from passkoop_node.members.drafts import KEPT, MOST
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.pages import DONE, IMPORT, PREVIEW
from passkoop_node.members.store import MemberStore
from passkoop_node.members.working import DRAFTS
from passkoop_node.rooms import Rooms
from sending import send_file
from serving import Answer, Client, Served
from workbooks import ods, xlsx

FILE = (
    "Numéro;Nom;Prénom;Ville;Rue du chat;Né·e\n"
    "12;Etcheverry;Maïté;Hendaye;vélo;1980\n13;Iribarne;Joanes;Urrugne;;1799\n;;;Béhobie;;\n"
).encode()


@pytest.fixture
def odile(served: Served) -> Client:
    """Return somebody of the office."""
    return served.entered("Odile", Role.OFFICE)


def follow(client: Client, answer: Answer) -> Answer:
    """Return the page that an answer leads to."""
    while answer.status == 303:
        answer = client.get(answer.goes_to)
    return answer


def send(client: Client, data: bytes, name: str = "membres.csv") -> Answer:
    return follow(client, send_file(client, IMPORT, name, data))


def confirm(client: Client) -> Answer:
    """Press the button of the preview."""
    page = client.get(PREVIEW).text
    shown = page.partition('name="apercu" value="')[2].partition('"')[0]
    return follow(client, client.post(f"{IMPORT}/confirmer", {"apercu": shown}))


def names(served: Served) -> dict[str, str]:
    members = served.run(served.the(MemberStore).members)
    return {one.number: one.full_name for one in members}


def test_a_file_is_shown_first_then_taken_in_and_taken_in_twice_changes_nothing(
    served: Served, odile: Client
) -> None:
    page = send(odile, FILE)
    assert page.status == 200
    assert names(served) == {}
    for said in ("membres.csv", "À créer 2", "À corriger 1", "pas de nom ; complétez la ligne"):
        assert said in page.words
    done = confirm(odile)
    assert "Import terminé" in done.words
    assert "Créés 2" in done.words
    assert names(served) == {"12": "Maïté Etcheverry", "13": "Joanes Iribarne"}
    assert odile.post(f"{IMPORT}/confirmer").goes_to == DONE  # pressed again
    again = send(odile, FILE)
    assert "Tout y est déjà" in again.words
    noted = served.run(served.the(Rooms).audit.entries)
    assert [one.action for one in noted].count("member.import") == 1


def test_who_took_members_from_helloasso_is_led_to_their_payments(odile: Client) -> None:
    send(odile, FILE)
    assert "Noter leurs paiements" not in confirm(odile).words
    titles = "Référence commande;Statut de la commande;Nom adhérent;Prénom adhérent;Email payeur"
    send(odile, f"{titles}\n7;Validé;Dupont;Jean;jean@exemple.test\n".encode())
    done = confirm(odile)
    assert "/bureau/cotisations/en-ligne" in done.text, done.words


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("membres.xlsx", xlsx([["Numéro", "Nom complet"], [12, "Maïté Etcheverry"]])),
        ("membres.ods", ods([["Numéro", "Nom complet"], ["12", "Maïté Etcheverry"]])),
        ("liste", b"Numero\tNom\tPrenom\r\n12\tEtcheverry\tMa\xeft\xe9\r\n"),
    ],
)
def test_workbooks_and_any_table_come_in(
    served: Served, odile: Client, name: str, data: bytes
) -> None:
    send(odile, data, name)
    confirm(odile)
    assert names(served) == {"12": "Maïté Etcheverry"}


def test_a_column_that_was_not_recognised_is_mapped_by_hand_and_remembered(
    served: Served, odile: Client
) -> None:
    data = "Qui;Machin\nMaïté Etcheverry;maite@exemple.test\n".encode()
    page = send(odile, data)
    assert "Aucune colonne n’a été reconnue comme celle des noms" in page.words
    chosen = {"colonne-qui": "full_name", "colonne-machin": "email"}
    page = follow(odile, odile.post(f"{IMPORT}/colonnes", chosen))
    assert "À créer 1" in page.words
    confirm(odile)
    (maite,) = served.run(served.the(MemberStore).members)
    assert (maite.full_name, maite.email) == ("Maïté Etcheverry", "maite@exemple.test")
    assert "Tout y est déjà" in send(odile, data).words  # without saying it again


@pytest.mark.parametrize("write", [xlsx, ods])
def test_what_columns_are_is_remembered_for_workbooks_too(
    served: Served, odile: Client, write: Callable[[list[list[str]]], bytes]
) -> None:
    data = write([["Qui", "Machin"], ["Maïté Etcheverry", "maite@exemple.test"]])
    send(odile, data, "liste")
    chosen = {"colonne-qui": "full_name", "colonne-machin": "email"}
    follow(odile, odile.post(f"{IMPORT}/colonnes", chosen))
    confirm(odile)
    (maite,) = served.run(served.the(MemberStore).members)
    assert (maite.full_name, maite.email) == ("Maïté Etcheverry", "maite@exemple.test")
    assert "Tout y est déjà" in send(odile, data, "liste").words


def test_a_column_can_be_left_out_and_nonsense_chooses_nothing(odile: Client) -> None:
    send(odile, FILE)
    sent = {"colonne-ville": "", "colonne-prenom": "mot_de_passe", "colonne-rien": "email"}
    page = follow(odile, odile.post(f"{IMPORT}/colonnes", sent))
    assert "relu" in page.words
    assert page.text.count('<option value="town" selected>') == 0
    assert page.text.count('<option value="given_name" selected>') == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "Ce fichier est une image PNG, pas un tableau"),
        (b"PK\x03\x04" + bytes(50), "pas un classeur (XLSX ou ODS) lisible"),
        (b"", "Ce fichier est vide"),
        (b"Nom;Prenom\n;;\n", "aucun membre"),
        (b"Nom;Ville\n;Hendaye\n", "Aucune ligne ne peut être prise"),
    ],
)
def test_a_file_that_is_no_list_of_members_gets_a_sentence(
    odile: Client, data: bytes, says: str
) -> None:
    page = send(odile, data)
    assert page.status == 422
    assert says in page.words
    assert "500" not in page.words


def test_a_form_without_a_file_says_what_is_missing(odile: Client) -> None:
    assert "Choisissez un fichier" in odile.post(IMPORT).words
    assert "Choisissez un fichier" in send_file(odile, IMPORT, "", b"").words


def test_a_file_beyond_the_limits_is_not_taken(
    odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send_file(odile, IMPORT, "a.csv", b"x" * (pages.MAX_BYTES + 1)).status == 413
    monkeypatch.setattr(pages, "MAX_LINES", 2)
    page = send(odile, FILE)
    assert page.status == 422
    assert "passkoop member import" in page.words


def test_two_gigabytes_are_refused_before_they_are_sent(odile: Client) -> None:
    odile.get(IMPORT)
    told = {"Content-Length": "2000000000", "Content-Type": "multipart/form-data; boundary=x"}
    answer = odile.ask("POST", IMPORT, b"--x\r\n", told)
    assert answer.status == 413
    assert "trop" in answer.words


def test_only_new_members_come_in_or_only_known_ones_if_that_is_asked_for(
    served: Served, odile: Client
) -> None:
    send(odile, FILE)
    chosen = {"facon": "update"}
    page = follow(odile, odile.post(f"{IMPORT}/colonnes", chosen))
    assert "Laissés de côté 2" in page.words
    assert "rien à importer" in page.words
    page = follow(odile, odile.post(f"{IMPORT}/colonnes", {"facon": "create"}))
    assert "À créer 2" in page.words
    confirm(odile)
    again = send(odile, FILE.replace(b"Hendaye", b"Irun"))
    assert "À mettre à jour 1" in again.words
    page = follow(odile, odile.post(f"{IMPORT}/colonnes", {"facon": "create"}))
    assert "Laissés de côté 2" in page.words


def test_a_page_makes_the_households_that_a_file_names(served: Served, odile: Client) -> None:
    send(odile, b"Numero;Nom;Prenom;Titulaire du foyer\n1;Roux;Zoe;\n2;Roux;Luc;1\n")
    confirm(odile)
    rooms = served.the(Rooms)
    luc = served.run(rooms.members.by_number, "2")
    household = served.run(rooms.households.of, luc)
    assert household is not None
    assert household.principal.full_name == "Zoe Roux"
    assert (
        "Tout y est déjà"
        in send(odile, b"Numero;Nom;Prenom;Titulaire du foyer\n1;Roux;Zoe;\n2;Roux;Luc;1\n").words
    )


def test_a_preview_is_for_whoever_sent_the_file_and_not_for_long(
    served: Served, odile: Client
) -> None:
    send(odile, FILE)
    paul = served.entered("Paul", Role.OFFICE)
    assert "Choisissez le fichier" in follow(paul, paul.get(PREVIEW)).words
    assert "n’est plus là" in follow(paul, paul.post(f"{IMPORT}/confirmer")).words
    served.now += KEPT
    assert "Choisissez le fichier" in follow(odile, odile.get(PREVIEW)).words
    assert len(served.app[DRAFTS]) == 0


def test_what_is_given_up_or_done_is_forgotten(served: Served, odile: Client) -> None:
    send(odile, FILE)
    assert "le fichier est oublié" in follow(odile, odile.post(f"{IMPORT}/abandonner")).words
    assert len(served.app[DRAFTS]) == 0
    send(odile, FILE)
    confirm(odile)
    (draft,) = served.app[DRAFTS]._by_owner.values()
    assert (draft.data, draft.table) == (b"", None)
    assert draft.plan is not None
    assert (draft.plan.data, draft.plan.additions) == (b"", ())
    for _more in range(MOST + 2):
        send(served.entered(f"Nina {_more}", Role.OFFICE), FILE)
    assert len(served.app[DRAFTS]) == MOST


def test_what_is_confirmed_is_what_was_shown(served: Served, odile: Client) -> None:
    first = send(odile, FILE).text.partition('name="apercu" value="')[2].partition('"')[0]
    send(odile, FILE.replace(b"Joanes", b"Jean"))  # in another tab
    page = follow(odile, odile.post(f"{IMPORT}/confirmer", {"apercu": first}))
    assert "n’était plus le dernier" in page.text.replace("\u202f", " ")
    store = served.the(MemberStore)
    other = MemberData(number="12", given_name="Odile", family_name="Perrin")
    served.run(store.add, other, now=served.now)  # somebody works on the register meanwhile
    page = confirm(odile)
    assert "Le registre a changé depuis l’aperçu" in page.words
    assert names(served) == {"12": "Odile Perrin"}


def test_a_long_report_comes_page_by_page_and_by_outcome(odile: Client) -> None:
    page = send(odile, many_members(120))
    assert "1 à 50 sur 120" in page.words
    last = odile.get(f"{PREVIEW}?montrer=created&page=3")
    assert "101 à 120 sur 120" in last.words
    assert odile.get(f"{PREVIEW}?montrer=created&page=99").status == 200
    assert odile.get(f"{PREVIEW}?montrer=x&page=x").status == 200
    confirm(odile)
    assert "51 à 100 sur 120" in odile.get(f"{DONE}?page=2").words


def test_a_till_and_a_cashier_import_nothing(served: Served) -> None:
    cashier, till = served.entered("Cléo", Role.CASHIER), served.till()
    for one in (cashier, till):
        assert one.get(IMPORT).status == 403
        assert send_file(one, IMPORT, "a.csv", FILE).status == 403


def test_who_is_shown_a_preview_reads_the_names_as_text(odile: Client) -> None:
    page = send(odile, b"Nom;<script>\n<b>Martin</b>;<i>\n", "<img src=x>.csv")
    assert "<script>alert" not in page.text
    assert "<b>Martin" not in page.text
    assert "<img src" not in page.text


def test_a_long_import_shows_how_far_it_is_and_changes_the_register_at_the_end_alone(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0)
    monkeypatch.setattr(working, "PART", 5)
    data = many_members(400)
    assert send_file(odile, IMPORT, "membres.csv", data).goes_to == pages.WORKING
    assert send_file(odile, IMPORT, "membres.csv", data).goes_to == pages.WORKING  # one at a time
    wait(odile)
    page = odile.get(PREVIEW).text
    shown = page.partition('name="apercu" value="')[2].partition('"')[0]
    assert odile.post(f"{IMPORT}/confirmer", {"apercu": shown}).goes_to == pages.WORKING
    for elsewhere in (PREVIEW, pages.WORKING):  # the page was left, and another one opened
        odile.get(elsewhere)
    counts = set()
    while (answer := odile.get(pages.WORKING)).status == 200:
        assert "Refresh" in answer.headers
        counts.add(served.run(served.the(MemberStore).count))
    assert counts <= {0, 400}
    assert "400" in follow(odile, answer).words
    assert len(names(served)) == 400


def wait(client: Client) -> Answer:
    """Return the answer that ends the work on a file."""
    while (answer := client.get(pages.WORKING)).status == 200:
        assert "Import en cours" in answer.words
    return answer


def test_a_node_that_stops_amid_an_import_leaves_the_register_as_it_was(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "PART", 1)
    page = send(odile, many_members(300)).text
    shown = page.partition('name="apercu" value="')[2].partition('"')[0]
    monkeypatch.setattr(working, "PATIENCE", 0)
    assert odile.post(f"{IMPORT}/confirmer", {"apercu": shown}).goes_to == pages.WORKING
    served.stop()
    again = Served(served.home, now=served.now).start()
    assert again.run(again.the(MemberStore).count) == 0
    again.stop()


def test_what_is_put_aside_and_taken_at_once_is_what_is_written_line_by_line(
    served: Served, odile: Client
) -> None:
    store = served.the(MemberStore)
    first = FILE + b"14;Duhalde;Jon;;;\n"
    second = FILE.replace(b"Urrugne", b"Ciboure") + b"15;Haran;Ana;;;\n"
    for data in (first, second):
        send(odile, data)
        confirm(odile)
    by_page = served.run(store.members)

    def by_line() -> list[Member]:
        for one in by_page:
            store.db.execute("delete from member where id = ?", [one.id])
        for data in (first, second):
            apply(preview(data, store, now=served.now), store, now=served.now)
        return store.members()

    def bare(one: Member) -> Member:
        return replace(one, id=0, member_ref=b"")

    assert list(map(bare, served.run(by_line))) == list(map(bare, by_page))


def test_a_refused_file_leaves_the_one_that_waited(served: Served, odile: Client) -> None:
    send(odile, FILE)
    assert send_file(odile, IMPORT, "b.csv", b"\x00\x01").status == 422
    assert "membres.csv" in odile.get(PREVIEW).words


def test_files_that_wait_are_bounded_by_their_lines_too(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_LINES", 5)
    send(odile, FILE)
    paul = served.entered("Paul", Role.OFFICE)
    send(paul, FILE)  # six lines together
    assert "membres.csv" in paul.get(PREVIEW).words
    assert "Choisissez le fichier" in follow(odile, odile.get(PREVIEW)).words
