"""The page by which SMS are set up, and the commands: as forms and words that people send."""

from collections.abc import Iterator

import pytest

from passkoop_node.channels.gateway import SmsSettings
from serving import Answer, Client, Served
from texting import GatewayHere

SMS = "/reglages/sms"
SECRET = "tres-secret-42"


@pytest.fixture
def nico(served: Served) -> Client:
    return served.administrator()


@pytest.fixture
def gateway() -> Iterator[GatewayHere]:
    with GatewayHere() as gateway:
        yield gateway


def typed(gateway: GatewayHere, **others: str) -> dict[str, str]:
    given = {
        "methode": "POST",
        "adresse": f"http://127.0.0.1:{gateway.port}/sms",
        "entetes": "Authorization: Bearer {secret}",
        "forme": "form",
        "corps": "to={to}\r\ntext={text}",
        "secret": SECRET,
        "bon": "queued",
        "dedans": "oui",
    }
    return {**given, **others}


def save(nico: Client, gateway: GatewayHere, **others: str) -> Answer:
    return nico.post(SMS, typed(gateway, **others))


def test_a_gateway_is_set_up_tried_and_forgotten(
    served: Served, nico: Client, gateway: GatewayHere
) -> None:
    assert save(nico, gateway).status == 303
    page = nico.get(SMS).text
    assert "Authorization: Bearer {secret}" in page
    assert SECRET not in page
    tried = nico.post(f"{SMS}/essai", {"numero": "06 12 34 56 78"})
    assert tried.status == 200
    assert "La passerelle a pris le SMS." in tried.words
    (asked,) = gateway.asked
    assert asked.fields["to"] == "+33612345678"
    assert asked.fields["text"] == "Essai\u202f: les SMS de Hendaia Koop sont bien réglés."
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert "SMS : essai envoyé." in nico.get("/reglages/journal").words
    assert "restent dans le courrier" in nico.get(f"{SMS}/oublier").words
    assert nico.post(f"{SMS}/oublier").status == 303
    assert not served.run(served.the(SmsSettings).is_ready)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    served: Served, nico: Client, gateway: GatewayHere
) -> None:
    for field, wrong, says in (
        ("adresse", "sms.exemple.org", "n’est pas une adresse web"),
        ("dedans", "", "n http, tout le monde lirait"),
        ("corps", "to={to}", "l manque le texte"),
        ("entetes", "X-Api-Key: abcdef", "que les sauvegardes emportent"),
        ("par_minute", "mille", "Un nombre, de 1 à"),
        ("methode", "BREW", "Choisissez l’une des possibilités."),
        ("secret", "x" * 1_001, "trop long"),
    ):
        answer = save(nico, gateway, **{field: wrong})
        assert answer.status == 422, field
        assert says in answer.words, field
        assert SECRET not in answer.text
        assert "to={to}" in answer.text
    assert served.run(served.the(SmsSettings).gateway) is None


def test_a_secret_goes_to_the_server_for_which_it_was_typed(
    served: Served, nico: Client, gateway: GatewayHere
) -> None:
    save(nico, gateway)
    assert save(nico, gateway, secret="", par_minute="7").status == 303
    elsewhere = save(nico, gateway, secret="", adresse="https://autre.exemple.org/sms")
    assert elsewhere.status == 422
    assert "Retapez le secret" in elsewhere.words
    assert served.run(served.the(SmsSettings).ready).per_minute == 7


def test_a_trial_says_what_is_missing_or_went_wrong(nico: Client, gateway: GatewayHere) -> None:
    assert "Enregistrez d’abord" in nico.post(f"{SMS}/essai", {"numero": "06"}).words
    save(nico, gateway, bon="parti")
    assert "Un numéro de portable" in nico.post(f"{SMS}/essai", {"numero": "01 42 68 53 00"}).words
    answer = nico.post(f"{SMS}/essai", {"numero": "06 12 34 56 78"})
    assert answer.status == 422
    assert "autre chose que ce qui veut dire" in answer.words
    assert "queued" in answer.words  # the gateway's own words
