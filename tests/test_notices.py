"""Administrators are mailed what is wrong: once a day at most, and only when something changed."""

import os

from mailing import MailServerHere, send_round
from nodes import DAY, HOUR, Node
from passkoop_node.core.accounts import Role
from passkoop_node.core.backup import write_backup
from passkoop_node.core.outbox import State
from passkoop_node.core.shelf import FAILED
from passkoop_node.findings import Level
from passkoop_node.health import examine
from passkoop_node.notices import tell


def administrator(node: Node, name: str, email: str, role: Role = Role.ADMINISTRATOR) -> None:
    account = node.rooms.accounts.add(name, role, now=node.now)
    node.rooms.accounts.set_email(account.id, email)


def back_up(node: Node) -> None:
    write_backup(node.home, node.home.backups / f"{node.now}.passkoop-backup", now=node.now)


def post_says(node: Node) -> tuple[Level, str] | None:
    found = [one for one in examine(node.rooms, now=node.now) if one.code == "mail"]
    return (found[0].level, str(found[0].says)) if found else None


def test_administrators_with_an_address_are_told_once_and_again_when_it_changes(
    courge: Node,
) -> None:

    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        administrator(courge, "Nico", "nico@exemple.test")
        administrator(courge, "Inès", "ines@exemple.test")
        administrator(courge, "Odile", "odile@exemple.test", Role.OFFICE)
        administrator(courge, "Kepa", "")
        back_up(courge)
        for path in courge.home.backups.iterdir():
            os.utime(path, (courge.now, courge.now))
        assert tell(courge.rooms, now=courge.now) == 0  # all is well
        courge.rooms.settings.set(FAILED, {"code": "disk_full", "at": courge.now})
        assert tell(courge.rooms, now=courge.now) == 2
        assert tell(courge.rooms, now=courge.now) == 0
        assert send_round(courge.rooms, now=courge.now) == 2
        assert sorted(server.recipients) == ["ines@exemple.test", "nico@exemple.test"]
        body = server.messages[0].get_body(("plain",))
        assert body is not None
        assert "le disque est plein" in body.get_content()
        assert "Libérez de la place" in body.get_content()
        courge.later(2 * DAY)
        assert tell(courge.rooms, now=courge.now) == 0  # nothing changed
        courge.rooms.settings.forget(FAILED)
        assert tell(courge.rooms, now=courge.now) == 2
        send_round(courge.rooms, now=courge.now)
        assert server.messages[-1]["Subject"].endswith("tout va bien")
        # A day at least between two letters, whatever happens.
        courge.rooms.settings.set(FAILED, {"code": "disk_full", "at": courge.now})
        courge.later(23 * HOUR)
        assert tell(courge.rooms, now=courge.now) == 0
        courge.later(HOUR)
        assert tell(courge.rooms, now=courge.now) == 2


def test_where_nobody_can_be_told_nothing_is_queued_and_the_page_of_health_says_so(
    courge: Node,
) -> None:
    courge.rooms.settings.set(FAILED, {"code": "disk_full", "at": courge.now})
    assert post_says(courge) is None  # whoever does not use mail hears nothing of it
    administrator(courge, "Kepa", "")
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
    assert tell(courge.rooms, now=courge.now) == 0
    says = post_says(courge)
    assert says is not None
    assert says[1].startswith("Personne n’est prévenu")
    administrator(courge, "Nico", "nico@exemple.test")
    assert post_says(courge) == (Level.OK, "Le courriel part.")
    assert tell(courge.rooms, now=courge.now) == 1
    send_round(courge.rooms, now=courge.now)  # nobody answers
    courge.later(2 * HOUR)
    says = post_says(courge)
    assert says is not None
    assert "Personne ne répond à ce port" in says[1]
    courge.rooms.mail.forget()
    says = post_says(courge)
    assert says is not None
    assert "le courriel n’est pas réglé" in says[1]
    assert courge.rooms.outbox.counts()[State.WAITING] == 1
