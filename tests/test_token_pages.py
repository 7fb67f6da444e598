"""Administrators allow programs, each with a token that is shown once, and take it away."""

import re

import pytest

from passkoop_node.api.tokens import TokenStore
from passkoop_node.core.accounts import Role
from passkoop_node.core.audit import AuditStore
from programs import STATUS, VERIFY, VISITS
from serving import Answer, Client
from tilling import Till

LIST = "/reglages/logiciels"


@pytest.fixture(scope="module")
def nico(till: Till) -> Client:
    return till.served.administrator()


def ask(till: Till, secret: str, path: str) -> Answer:
    """Return the answer to a program with this token."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    if path == STATUS:
        return Client(till.served).ask("GET", path, headers=headers)
    return Client(till.served).ask("POST", path, b'{"text": "x"}', headers)


def test_a_program_is_allowed_what_is_ticked_and_shown_its_token_once(
    till: Till, nico: Client
) -> None:
    assert "Aucun logiciel" in nico.get(LIST).words
    page = nico.post(f"{LIST}/nouveau", {"nom": "odoo", "droit-verify": "oui"})
    found = re.search(r'id="jeton" value="(passkoop_[\w-]{43})"', page.text)
    assert found
    secret = found[1]
    assert secret not in nico.get(LIST).text
    assert "Vérifier des cartes" in nico.get(LIST).words
    assert "jamais" in nico.get(LIST).words
    assert ask(till, secret, VERIFY).status == 200
    assert ask(till, secret, VISITS).status == 403
    assert "aujourd’hui" in nico.get(LIST).words
    assert "Rien" not in nico.get(LIST).words
    assert "Retirer odoo" in nico.get(f"{LIST}/odoo/retirer").words
    assert ask(till, secret, STATUS).status == 200  # it was only asked
    assert nico.post(f"{LIST}/odoo/retirer").goes_to == LIST
    assert ask(till, secret, STATUS).status == 401
    assert nico.get(f"{LIST}/odoo/retirer").status == 404
    assert nico.post(f"{LIST}/odoo/retirer").status == 404
    log = till.served.run(till.served.the(AuditStore).entries, subject="odoo")
    assert [one.action for one in log] == ["token.remove", "token.add"]
    assert all(one.actor.startswith("account:") for one in log)
    assert secret not in repr(log)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"nom": "", "droit-visits": "oui"}, "Écrivez quelque chose ici"),
        ({"nom": "Odoo !", "droit-visits": "oui"}, "minuscules sans accent"),
        ({"nom": "x" * 41, "droit-visits": "oui"}, "trop long"),
        ({"nom": "site"}, "Cochez ce que ce logiciel"),
        ({"nom": "site", "droit-all": "oui"}, "Cochez ce que ce logiciel"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_makes_nothing(
    till: Till, nico: Client, form: dict[str, str], says: str
) -> None:
    before = till.served.run(till.served.the(TokenStore).all)
    page = nico.post(f"{LIST}/nouveau", form)
    assert page.status == 422
    assert says in page.words
    assert f'value="{form["nom"]}"' in page.text
    assert ('name="droit-visits" value="oui" checked' in page.text) == ("droit-visits" in form)
    assert till.served.run(till.served.the(TokenStore).all) == before


def test_a_name_is_given_once(nico: Client) -> None:
    form = {"nom": "twice", "droit-verify": "oui"}
    assert nico.post(f"{LIST}/nouveau", form).status == 200
    page = nico.post(f"{LIST}/nouveau", form)
    assert (page.status, "s’appelle déjà" in page.words) == (422, True)
    nico.post(f"{LIST}/twice/retirer")


def test_only_administrators_allow_programs(till: Till) -> None:
    office = till.served.entered("Aline", Role.OFFICE)
    for path in (LIST, f"{LIST}/nouveau", f"{LIST}/odoo/retirer"):
        assert office.get(path).status == 403
    assert office.post(f"{LIST}/nouveau", {"nom": "a", "droit-verify": "oui"}).status == 403
