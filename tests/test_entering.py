"""Entering: the first link, passwords, sessions that end, accounts and what they may do."""

import time

import pytest

from passkoop_node.core.accounts import AccountStore, Role
from passkoop_node.core.administration import password_fault
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.sessions import IDLE_SECONDS, LONGEST_SECONDS
from serving import PASSWORD, Client, Served

ACCOUNTS = "/reglages/comptes"
HOUR, DAY = 3600, 86_400


def first_link(served: Served) -> str:
    token = served.run(served.the(AccountStore).invite, None, now=served.now)
    return f"/premiere-fois/{token}"


def is_in(client: Client) -> bool:
    return client.get("/compte").status == 200


# The first administrator


def test_the_first_link_makes_an_administrator_once_only(served: Served) -> None:
    link = first_link(served)
    nico = Client(served)
    assert "Votre nom" in nico.get(link).words
    form = {"nom": "Nico", "mot_de_passe": PASSWORD, "encore": PASSWORD}
    assert nico.post(link, form).goes_to == "/"
    assert nico.get(ACCOUNTS).status == 200
    other = Client(served)
    assert other.get(link).status == 410
    assert other.post(link, form | {"nom": "Eve"}).status == 410
    assert [one.name for one in served.run(served.the(AccountStore).all)] == ["Nico"]


def test_only_the_newest_first_link_works_and_not_for_ever(served: Served) -> None:
    former, latest = first_link(served), first_link(served)
    assert Client(served).get(former).status == 410
    assert Client(served).get(latest).status == 200
    served.now += 7 * DAY
    assert Client(served).get(latest).status == 410


def test_a_password_is_long_and_not_the_name_and_typed_twice(served: Served) -> None:
    link, client = first_link(served), Client(served)
    short = client.post(link, {"nom": "Nico", "mot_de_passe": "court", "encore": "court"})
    assert short.status == 422
    assert "10 caractères au moins" in short.words
    assert 'value="Nico"' in short.text  # what was typed is kept, but for passwords
    assert "court" not in short.text
    twice = client.post(link, {"nom": "Nico", "mot_de_passe": PASSWORD, "encore": "autre"})
    assert "pas le même" in twice.words
    nameless = client.post(link, {"nom": " ", "mot_de_passe": PASSWORD, "encore": PASSWORD})
    assert "Écrivez quelque chose" in nameless.words
    assert password_fault("aaaaaaaaaaaa", name="Nico")
    assert password_fault("Maïté Etcheverry 2026", name="Maïté Etcheverry") is None
    assert password_fault("maïté etcheverry1", name="Maïté Etcheverry")
    assert password_fault("trois mots courts", name="Nico") is None


# Passwords


def test_a_name_and_its_password_open_a_session(served: Served) -> None:
    served.add_account("Maïté", Role.OFFICE)
    client = Client(served)
    assert client.get("/reglages").goes_to == "/entrer?retour=/reglages"
    # Whatever the case, and composed or not: keyboards differ.
    answer = client.enter("  MAI\u0308TÉ ", PASSWORD)
    assert answer.status == 303
    (cookie,) = answer.headers.get_all("Set-Cookie", [])
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # plain http: the browser would not send it back
    assert "Max-Age" not in cookie  # until the browser is closed
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(served: Served) -> None:
    served.add_account("Nico", Role.OFFICE)
    wrong = Client(served).enter("Nico", "pas le bon mot")
    unknown = Client(served).enter("Personne", "pas le bon mot")
    assert wrong.status == unknown.status == 422
    assert "ne vont pas ensemble" in wrong.words
    assert wrong.words == unknown.words
    assert 'value="Nico"' in wrong.text


def test_wrong_passwords_are_slowed_down_and_the_right_one_waits_too(served: Served) -> None:
    served.add_account("Nico", Role.OFFICE)
    client = Client(served)
    answers = [client.enter("Nico", f"essai {number}") for number in range(6)]
    assert [answer.status for answer in answers] == [422] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 12
    assert client.enter("Nico", PASSWORD).status == 429
    served.now += 12
    assert client.enter("Nico", PASSWORD).status == 303
    # A right one is given back: nobody is locked out by working.
    assert [Client(served).enter("Nico", PASSWORD).status for _ in range(3)] == [303] * 3


def test_a_password_of_another_is_of_no_use_and_a_huge_one_costs_nothing(served: Served) -> None:
    served.add_account("Nico", Role.OFFICE)
    began = time.perf_counter()
    assert Client(served).enter("Nico", "x" * 50_000).status == 422
    assert time.perf_counter() - began < 1


def test_an_account_without_a_password_yet_cannot_be_entered(served: Served) -> None:
    served.run(served.the(AccountStore).add, "Odile", Role.OFFICE, now=served.now)
    assert Client(served).enter("Odile", "").status == 422
    assert Client(served).enter("Odile", " ").status == 422


# Sessions


def test_after_leaving_a_page_opens_no_more_and_is_kept_nowhere(served: Served) -> None:
    nico = served.administrator()
    page = nico.get(ACCOUNTS)
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    kept = dict(nico.cookies)
    assert nico.post("/sortir").goes_to == "/"
    assert nico.get(ACCOUNTS).goes_to == f"/entrer?retour={ACCOUNTS}"
    # Also for whoever copied the cookie: the session is ended here, not only there.
    nico.cookies = kept
    assert nico.get(ACCOUNTS).status == 303
    late = nico.post(f"{ACCOUNTS}/nouveau", {"nom": "Eve", "role": "administrator"})
    assert late.status == 401
    assert "Votre session est terminée" in late.words


def test_a_session_ends_when_nobody_is_there_and_at_the_latest_after_a_day_s_work(
    served: Served,
) -> None:
    nico = served.administrator()
    began = served.now
    while served.now < began + LONGEST_SECONDS:
        assert is_in(nico)
        served.now += IDLE_SECONDS - 60
    assert not is_in(nico)
    assert nico.enter("Nico", PASSWORD).status == 303
    served.now += IDLE_SECONDS + 1
    assert not is_in(nico)


def test_whoever_enters_on_a_device_is_there_instead_of_whoever_was(served: Served) -> None:
    shared = served.administrator()
    former = Client(served, cookies=dict(shared.cookies))
    served.add_account("Odile", Role.CASHIER)
    assert shared.enter("Odile", PASSWORD).status == 303
    assert shared.get(ACCOUNTS).status == 403
    assert not is_in(former)


def test_one_s_own_other_sessions_can_be_ended(served: Served) -> None:
    here = served.administrator()
    there = Client(served)
    there.enter("Nico", PASSWORD)
    assert "une autre session ouverte" in here.get("/compte").words
    here.post("/compte/sessions")
    assert is_in(here)
    assert not is_in(there)


def test_a_new_password_ends_the_other_sessions(served: Served) -> None:
    here = served.administrator()
    there = Client(served)
    there.enter("Nico", PASSWORD)
    form = {"actuel": "faux", "mot_de_passe": "poireau tram jeudi", "encore": "poireau tram jeudi"}
    assert "pas votre mot de passe" in here.post("/compte/mot-de-passe", form).words
    assert is_in(there)
    assert here.post("/compte/mot-de-passe", form | {"actuel": PASSWORD}).status == 303
    assert is_in(here)
    assert not is_in(there)
    assert Client(served).enter("Nico", PASSWORD).status == 422
    assert Client(served).enter("Nico", "poireau tram jeudi").status == 303


def test_whoever_has_an_account_gives_it_an_address_where_trials_of_messages_go(
    served: Served,
) -> None:
    odile = served.entered("Odile", Role.OFFICE)
    told = odile.post("/compte/adresse", {"adresse": "odile chez exemple"})
    assert told.status == 422
    assert "nom@exemple.org" in told.words
    assert 'value="odile chez exemple"' in told.text
    assert odile.post("/compte/adresse", {"adresse": "odile@exemple.org"}).goes_to == "/compte"
    assert 'value="odile@exemple.org"' in odile.get("/compte").text
    assert odile.post("/compte/adresse", {"adresse": ""}).status == 303
    assert "odile@exemple.org" not in odile.get("/compte").text
    assert Client(served).post("/compte/adresse", {"adresse": "x@exemple.org"}).status != 200


def test_where_somebody_wanted_to_go_is_on_this_node_or_nowhere(served: Served) -> None:
    served.add_account("Nico", Role.OFFICE)
    for wanted, goes_to in [
        ("/sante", "/sante"),
        ("//ailleurs.example/", "/"),
        ("/\\ailleurs.example", "/"),
        ("https://ailleurs.example/", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ]:
        form = {"nom": "Nico", "mot_de_passe": PASSWORD, "retour": wanted}
        assert Client(served).post("/entrer", form).goes_to == goes_to


# Accounts


def test_an_administrator_makes_accounts_and_hands_out_their_links(served: Served) -> None:
    nico = served.administrator()
    made = nico.post(f"{ACCOUNTS}/nouveau", {"nom": "Odile", "role": "cashier"})
    link = made.text.partition('value="http://localhost:')[2].partition('"')[0]
    path = link[link.index("/") :]
    odile = Client(served)
    page = odile.get(path)
    assert "Bonjour Odile" in page.words
    assert "Votre nom" not in page.words
    form = {"mot_de_passe": PASSWORD, "encore": PASSWORD, "nom": "Eve"}
    assert odile.post(path, form).status == 303
    assert odile.get("/compte").status == 200
    assert odile.get("/reglages").status == 403
    assert odile.get(ACCOUNTS).status == 403
    audit = served.run(served.the(AuditStore).entries)
    assert [entry.action for entry in audit[:3]] == [
        "session.begin",
        "account.password",
        "account.add",
    ]
    assert all("Odile" not in str(entry) for entry in audit)


def test_two_accounts_do_not_share_a_name(served: Served) -> None:
    nico = served.administrator()
    again = nico.post(f"{ACCOUNTS}/nouveau", {"nom": "nico", "role": "office"})
    assert again.status == 422
    assert "déjà un compte" in again.words


def test_a_new_link_ends_the_sessions_of_the_old_password(served: Served) -> None:
    nico = served.administrator()
    odile = served.entered("Odile", Role.OFFICE)
    answer = nico.post(f"{ACCOUNTS}/2/lien")
    path = "/premiere-fois/" + answer.text.partition("/premiere-fois/")[2].partition('"')[0]
    assert is_in(odile)  # until the link is used
    form = {"mot_de_passe": "poireau tram jeudi", "encore": "poireau tram jeudi"}
    assert Client(served).post(path, form).status == 303
    assert not is_in(odile)


def test_another_s_sessions_can_be_ended_and_a_role_changes_at_once(served: Served) -> None:
    nico = served.administrator()
    odile = served.entered("Odile", Role.CASHIER)
    assert odile.get("/sante").status == 403
    assert nico.post(f"{ACCOUNTS}/2/role", {"role": "office"}).status == 303
    assert odile.get("/sante").status == 200
    nico.post(f"{ACCOUNTS}/2/sessions")
    assert not is_in(odile)
    assert nico.post(f"{ACCOUNTS}/2/role", {"role": "emperor"}).status == 422


def test_deleting_an_account_asks_and_then_shuts_its_owner_out(served: Served) -> None:
    nico = served.administrator()
    odile = served.entered("Odile", Role.OFFICE)
    assert "Supprimer le compte « Odile » ?" in nico.get(f"{ACCOUNTS}/2/supprimer").words
    assert nico.post(f"{ACCOUNTS}/2/supprimer").goes_to == ACCOUNTS
    assert not is_in(odile)
    assert nico.get(f"{ACCOUNTS}/2").status == 404
    assert nico.post(f"{ACCOUNTS}/2/role", {"role": "office"}).status == 404


def test_the_last_administrator_stays_one(served: Served) -> None:
    nico = served.administrator()
    served.run(served.the(AccountStore).add, "Odile", Role.ADMINISTRATOR, now=served.now)
    # Odile has no password yet: she could not let anybody in.
    for path, form in [("role", {"role": "office"}), ("supprimer", {})]:
        answer = nico.post(f"{ACCOUNTS}/1/{path}", form)
        assert answer.status == 422
        assert "dernier compte d’administration" in answer.words
    assert nico.get(ACCOUNTS).status == 200


@pytest.mark.parametrize("role", [Role.CASHIER, Role.OFFICE])
def test_others_do_not_administer(served: Served, role: Role) -> None:
    client = served.entered("Odile", role)
    for path in (ACCOUNTS, f"{ACCOUNTS}/1", f"{ACCOUNTS}/nouveau", "/reglages/caisses"):
        assert client.get(path).status == 403
    assert client.post(f"{ACCOUNTS}/nouveau", {"nom": "Eve", "role": "office"}).status == 403
    assert client.post("/reglages/caisses", {"nom": "Caisse"}).status == 403
