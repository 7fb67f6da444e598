"""Exports of the programs that co-ops use, and the headers of their own tables."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from importing import changed_nothing, counted, names, register_in, run_import
from passkoop_node.members.columns import normalised
from passkoop_node.members.store import MemberStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("\ufeffNuméro d’adhérent·e ", "numero d adherent"),
        ("N°\u00a0ADHÉRENT(E)", "n adherent"),
        ("Date d'adhésion\u00a0:", "date d adhesion"),
        ("Adresse e-mail", "adresse email"),
        ("first_name", "first name"),
        ("Coopérateur/rice", "cooperateur"),
        ("Votre courriel ?", "courriel"),
    ],
)
def test_a_header_is_compared_without_its_dress(header: str, plain: str) -> None:
    assert normalised(header) == plain


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("First name,Last name,Email", "Anne,Martin,a@b.test"),
        ("Nombre;Apellidos;Correo electrónico", "Anne;Martin;a@b.test"),
        ("Nome,Apelido,Correio eletrónico", "Anne,Martin,a@b.test"),
        ("Voornaam;Achternaam;E-mailadres", "Anne;Martin;a@b.test"),
        ("Nom;Courriel", "Anne Martin;a@b.test"),
        ("Name;Mail", "Anne Martin;a@b.test"),
        ("Nombre;Correo", "Anne Martin;a@b.test"),
        ("Prénom;Name;Mail", "Anne;Martin;a@b.test"),
        ("Nom & prénom;E-mail", "MARTIN Anne;a@b.test"),
    ],
)
def test_names_are_found_in_five_languages_in_one_column_or_two(
    store: MemberStore, header: str, line: str
) -> None:
    run_import(store, f"{header}\n{line}\n")
    (anne,) = store.members()
    assert (anne.given_name, anne.family_name.title()) == ("Anne", "Martin")
    assert anne.email == "a@b.test"


# Exports that we know

HELLOASSO = (
    "\ufeffRéférence commande;Date de la commande;Statut de la commande;Nom adhérent;"
    "Prénom adhérent;Nom payeur;Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Tarif;"
    'Montant tarif;Code Promo;Montant code promo;"Téléphone   ";"Votre adresse e-mail";Ville;'
    "Date de naissance\r\n"
)


def test_an_export_of_helloasso(store: MemberStore) -> None:
    text = HELLOASSO + (
        # Newest first; Anne renewed and moved, and her old address must not come back.
        "905;02/11/2026 19:45;Validé;MARTIN;Anne;MARTIN;Anne;anne@exemple.test;;Carte bancaire;"
        'Plein;"12,00";;;06 22;;Viviers;01/01/1970\r\n'
        "904;01/11/2026 08:00;Annulé;Petit;Ben;Petit;Ben;ben@exemple.test;;;Plein;12,00;;;;;;\r\n"
        "903;15/10/2026 10:00;Validé;Durand;Chloé;Durand;Denis;denis@exemple.test;;;Gratuit;;;;"
        ";;Le Teil;23/05/2009\r\n"
        "902;14/10/2026 10:00;Validé;Garnier;Élie;Garnier;Élie;compta@exemple.test;;;Plein;"
        '12,00;;;;elie@exemple.test;"Saint-Ours; ""le haut""";12/12/1977\r\n'
        "901;03/11/2025 20:10;Validé;Martin;Anne;Martin;Anne;anne@exemple.test;;;Plein;12,00;;;"
        "06 11;;Le Teil;01/01/1970\r\n"
    )
    plan = run_import(store, text)
    assert (plan.export, str(plan.title)) == ("helloasso", "HelloAsso (adhésions)")
    assert counted(plan) == {"created": 3, "repeated": 1, "skipped": 1}
    assert plan.lines[1].message == "commande «\u00a0Annulé\u00a0», laissée de côté"
    assert plan.lines[4].message == "même personne que la ligne 2"
    anne, elie, chloe = store.members()
    assert (anne.town, anne.phone, anne.birth_year) == ("Viviers", "06 22", None)
    assert anne.joined == date(2025, 11, 3)  # since the first order
    assert (chloe.email, chloe.birth_year) == ("", 2009)  # her father paid: it is his address
    assert "son e-mail n’est pas repris" in plan.lines[2].message
    assert (elie.email, elie.town) == ("elie@exemple.test", 'Saint-Ours; "le haut"')
    assert changed_nothing(store, text)


def test_an_export_of_gestion_compte_with_households(store: MemberStore) -> None:
    text = (
        "Numéro de membre,Prénom,Nom,Email,Téléphone,Compteur de temps,Formations\n"
        "12,Anne,Martin,m@exemple.test,06 11,3.5,\n"
        "12,Ben,Martin,m@exemple.test,06 12,3.5,caisse\n"
        "13,Chloé,Durand,c@exemple.test,,-1,\n"
        "12,Élie,Petit,,,3.5,\n"
    )
    plan = run_import(store, text)
    assert plan.export == "gestion_compte"
    assert names(store) == {
        "12": "Anne Martin",
        "12-2": "Ben Martin",
        "12-3": "Élie Petit",
        "13": "Chloé Durand",
    }
    assert [one.category for one in store.members()] == [0, 1, 1, 0]
    assert "rattaché au membre 12" in plan.lines[1].message
    assert changed_nothing(store, text)
    header, *lines = text.splitlines()
    assert changed_nothing(store, "\n".join([header, *reversed(lines)]))  # in another order too


def test_the_import_file_of_gestion_compte(store: MemberStore) -> None:
    plan = run_import(
        store,
        "Numero existant,Nom,Prénom,Rue,Complement adresse,Code postale,Ville,Téléphone,Email,"
        "Commission (liste id),Email du compte associé,Date inscription,Montant,Mode de paiement,"
        "Membre ayant réalisé l'inscription\n"
        "7,Martin,Anne,3 rue du Four,Bât. B,07400,Le Teil,06,a@exemple.test,,,02/01/2024,15,1,Ben\n"
        "8,Petit,Ben,,,,,,b@exemple.test,,a@exemple.test,02/01/2024,15,1,\n",
    )
    assert plan.export == "gestion_compte_import"
    anne, ben = store.members()
    assert (anne.address, anne.postcode) == ("3 rue du Four, Bât. B", "07400")
    assert (anne.category, ben.category, anne.joined) == (0, 1, date(2024, 1, 2))


def test_an_export_of_galette(store: MemberStore) -> None:
    plan = run_import(
        store,
        '"ID de l\'adhérent ";"Statut ";"Nom ";"Prénom ";"Pseudo ";"Date de naissance ";"Genre ";'
        '"Adresse ";"Code Postal ";"Ville ";"Pays ";"Téléphone ";"GSM ";"Courriel ";'
        '"Date de création ";"Date d’échéance ";"Langue "\r\n'
        '"7";"Membre actif";"MARTIN";"Anne";"";"1977-12-12";"Femme";"3 rue du Four";"07400";'
        '"Le Teil";"France";"04 75";"06 11";"a@exemple.test";"2024-01-02";"2027-01-01";'
        '"Français"\r\n',
    )
    assert plan.export == "galette"
    (anne,) = store.members()
    assert (anne.number, anne.phone, anne.gender, anne.language) == ("7", "06 11", "f", "fr")
    assert (anne.birth_year, anne.joined) == (1977, date(2024, 1, 2))


def test_an_export_of_paheko(store: MemberStore) -> None:
    text = (
        "Numéro de membre,Nom & prénom,Adresse E-Mail,Adresse postale,Code postal,Ville,"
        "Numéro de téléphone,Inscription à la lettre d'information,Date d'inscription,Catégorie\n"
        "1,DUPONT Marie,m@exemple.test,3 rue du Four,07400,Le Teil,0611,Oui,02/01/2024,Actif\n"
        "2,Élie Petit,,,,,,Non,02/01/2024,Rattaché\n"
    )
    plan = run_import(store, text)
    assert plan.export == "paheko"
    marie, elie = store.members()
    assert (marie.given_name, marie.family_name, marie.email) == (
        "Marie",
        "DUPONT",
        "m@exemple.test",
    )
    assert (elie.full_name, elie.category) == ("Élie Petit", 1)
    assert changed_nothing(store, text)
