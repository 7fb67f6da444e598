"""Tills: paired once by a short code, known by their cookie, gone when they are revoked."""

import re

from passkoop_node.core.accounts import Role
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.devices import CODE_LENGTH, CODE_LETTERS, TillStore
from passkoop_node.core.handling import WHEREABOUTS
from serving import Client, Served

LIST = "/reglages/caisses"


def shown_code_on(page: str) -> str:
    found = re.search(r'class="spelled"[^>]*>([^<]+)<', page)
    assert found
    return found[1]


def test_the_office_shows_a_code_and_a_device_becomes_a_till_with_it(served: Served) -> None:
    nico = served.administrator()
    served.app[WHEREABOUTS].for_others = "http://192.0.2.7:8765"
    assert nico.post(LIST, {"nom": "Caisse 1"}).goes_to == LIST
    page = nico.get(LIST)
    code = shown_code_on(page.text)
    assert set(code.replace(" ", "")) <= set(CODE_LETTERS)
    assert len(code) == CODE_LENGTH + 1
    assert "<svg" in page.text
    assert "http://192.0.2.7:8765/jumeler" in page.words  # localhost would be the device itself
    device = Client(served)
    # Typed as people type: small letters, without the space.
    answer = device.post("/jumeler", {"code": f" {code.replace(' ', '').lower()} "})
    assert answer.status == 303
    (cookie,) = [one for one in answer.headers.get_all("Set-Cookie", []) if "caisse" in one]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Max-Age=34560000" in cookie
    assert "Caisse 1" in nico.get(LIST).words
    assert code not in nico.get(LIST).text
    assert [one.action for one in served.run(served.the(AuditStore).entries)][:2] == [
        "till.pair",
        "till.code",
    ]


def test_a_code_serves_one_device_for_ten_minutes(served: Served) -> None:
    nico = served.administrator()
    nico.post(LIST, {"nom": "Caisse 1"})
    code = shown_code_on(nico.get(LIST).text)
    assert Client(served).post("/jumeler", {"code": code}).status == 303
    again = Client(served).post("/jumeler", {"code": code})
    assert again.status == 422
    assert "n’est plus, valable" in again.words
    assert code in again.text  # what was typed is kept
    nico.post(LIST, {"nom": "Caisse 2"})
    code = shown_code_on(nico.get(LIST).text)
    served.now += 600
    assert Client(served).post("/jumeler", {"code": code}).status == 422
    assert "spelled" not in nico.get(LIST).text


def test_a_code_can_be_taken_back(served: Served) -> None:
    nico = served.administrator()
    nico.post(LIST, {"nom": "Caisse 1"})
    code = shown_code_on(nico.get(LIST).text)
    nico.post(f"{LIST}/code", {"code": code.replace(" ", "")})
    assert Client(served).post("/jumeler", {"code": code}).status == 422


def test_codes_cannot_be_guessed_in_a_row(served: Served) -> None:
    device = Client(served)
    answers = [device.post("/jumeler", {"code": f"ACDE FGH{one}"}) for one in "ACDEFG"]
    assert [answer.status for answer in answers] == [422] * 5 + [429]
    assert "Demandez au bureau" in answers[-1].words


def test_only_so_many_codes_wait_at_once(served: Served) -> None:
    nico = served.administrator()
    for number in range(20):
        assert nico.post(LIST, {"nom": f"Caisse {number}"}).status == 303
    answer = nico.post(LIST, {"nom": "Encore une"})
    assert answer.status == 422
    assert "Trop de codes" in answer.words


def test_a_till_opens_nothing_of_the_office(served: Served) -> None:
    served.administrator()
    till = served.till()
    for path in ("/reglages", "/reglages/comptes", LIST, "/sante", "/bureau", "/compte"):
        answer = till.get(path)
        assert answer.status == 403, path
        assert "n’est pas pour vous" in answer.words


def test_a_revoked_till_is_told_so_and_forgets_that_it_was_one(served: Served) -> None:
    nico = served.administrator()
    till = served.till("Tablette du fond")
    kept = dict(till.cookies)
    assert till.get("/").goes_to == "/caisse"
    assert "La retirer ?" in nico.get(f"{LIST}/1").words
    assert nico.post(f"{LIST}/1/retirer").goes_to == LIST
    answer = till.get("/caisse")
    assert answer.status == 403
    assert "n’est plus une caisse" in answer.words
    assert till.cookies == {}
    assert till.get("/caisse").goes_to == "/entrer?retour=/caisse"
    till.cookies = kept  # also for whoever copied it, and for what a script asks
    assert till.post("/caisse", {"carte": "x"}).status == 403
    assert "Retirée le" in nico.get(f"{LIST}/1").words
    store = served.the(TillStore)
    assert served.run(store.by_id, 1).revoked_at == served.now  # its visits keep its name


def test_a_till_can_be_renamed_and_one_that_never_was_is_not_found(served: Served) -> None:
    nico = served.administrator()
    served.till("Caisse")
    assert nico.post(f"{LIST}/1/nom", {"nom": "Caisse du fond"}).goes_to == LIST
    assert "Caisse du fond" in nico.get(LIST).words
    assert nico.post(f"{LIST}/1/nom", {"nom": "x" * 41}).status == 422
    assert nico.get(f"{LIST}/7").status == 404
    assert nico.post(f"{LIST}/7/retirer").status == 404


def test_somebody_who_enters_on_a_till_has_their_own_pages_there(served: Served) -> None:
    till = served.till()
    served.add_account("Odile", Role.OFFICE)
    till.enter("Odile", "carotte velo lundi")
    assert till.get("/sante").status == 200
    till.post("/sortir")
    assert till.get("/sante").status == 403
