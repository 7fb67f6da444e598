"""`passkoop sms`."""

from pathlib import Path

from command import GIVEN, found
from texting import GatewayHere

SECRET = "tres-secret-42"


def test_the_gateway_is_set_tried_and_forgotten_and_the_secret_never_shown(tmp_path: Path) -> None:
    coop = found(tmp_path / "coop", "Hendaia Koop")
    with GatewayHere() as gateway:
        address = ["--address", f"http://127.0.0.1:{gateway.port}/sms", "--inside"]
        given = [*address, "--header", "Authorization: Bearer {secret}", "--good", "queued"]
        done = coop.do("sms", "set", *given, "--json", typed=f"{SECRET}\n")
        assert done.answer["has_secret"] is True
        shown = coop.do("sms", "show")
        assert "Authorization: Bearer {secret}" in shown.out
        assert SECRET not in done.out + done.err + shown.out + coop.do("sms", "show", "--json").out
        tried = coop.do("sms", "test", "06 12 34 56 78")
        assert '200 {"status": "queued"}' in tried.err
        assert gateway.sent[0][0] == "+33612345678"
        coop.do("sms", "set", *given[:-1], "parti", typed=f"{SECRET}\n")
        refused = coop("sms", "test", "06 12 34 56 78", "--json")
        assert (refused.code, refused.answer["error"]) == (GIVEN, "sms_refused")
    assert coop("sms", "test", "01 42 68 53 00", "--json").answer["error"] == "bad_phone"
    assert coop("sms", "set", *given, typed="").code == GIVEN
    assert coop("sms", "set", *given[:2], "--json").answer["error"] == "bad_gateway"
    coop.do("sms", "forget")
    assert coop("sms", "test", "06 12 34 56 78", "--json").answer["error"] == "sms_not_set_up"
    assert not (coop.home / "sms.secret").exists()
