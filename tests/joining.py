"""People who want to join, as tests of it need them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from nodes import Node
from passkoop_node.core.forms import Form
from passkoop_node.joining import inbox_pages, public_pages, settings_pages
from passkoop_node.joining.answers import Answers, read_answers
from passkoop_node.joining.outcomes import Sent
from passkoop_node.joining.questions import KNOWN, Ask, Own, Questions
from serving import NOON
from tilling import Till

TODAY = date(2026, 11, 30)
MAITE = {
    "given_name": "Maïté",
    "family_name": "Etcheverry",
    "email": "maite@exemple.org",
    "consent": "oui",
}


def answers(questions: Questions | None = None, **typed: str) -> Answers:
    """Return what Maïté answers, some of it otherwise; it has to be right."""
    form = Form(MAITE | typed)
    found = read_answers(form, questions or Questions(), today=TODAY)
    assert form.ok, form.errors
    return found


def submit(node: Node, said: Answers | None = None, **more: Any) -> Sent:
    """Send a request of Maïté's, or what is given, from the web."""
    told: dict[str, Any] = {
        "consent": "D'accord.",
        "source": "online",
        "spoken": "fr",
        "actor": "visitor",
    }
    told |= {"address": "192.0.2.1", "now": node.now, "today": TODAY}
    return node.rooms.joining.submit(said or answers(), **(told | more))


def accept(node: Node, id: int, **more: Any) -> Any:
    """Accept a request as the office does."""
    told: dict[str, Any] = {"actor": "account:1", "now": node.now, "today": TODAY} | more
    return node.rooms.joining.accept(id, **told)


# Where a page is, that one comes to by something else.


def open_to_join(till: Till, world: Any) -> str:
    """Return the page on which people ask to join, with a question of the co-op's own."""

    def begin() -> None:
        store = till.served.rooms.joining.questions
        own = (Own(name="q1", text="Quel jour ?"),)
        asked = Questions(is_open=True, known=dict.fromkeys(KNOWN, Ask.OPTIONAL), own=own)
        store.save(asked, now=NOON, actor="test")

    till.served.run(begin)
    return public_pages.JOIN


def asked_to_join(till: Till, given_name: str = "Xan") -> Sent:
    """Return somebody's request."""
    said = answers(given_name=given_name, email=f"{given_name.lower()}@exemple.org")
    inbox = till.served.rooms.joining
    told = {"consent": "D'accord.", "source": "online", "spoken": "fr", "actor": "visitor"}
    return till.served.run(
        lambda: inbox.submit(said, now=NOON, today=TODAY, address="192.0.2.7", **told)
    )


def request_of(till: Till, world: Any) -> str:
    return f"{inbox_pages.INBOX}/{asked_to_join(till).request.id}"


def joined(till: Till, world: Any) -> str:
    """Return the private page of somebody who has a card."""
    sent, rooms = asked_to_join(till, "Amaia"), till.served.rooms
    if sent.is_new:
        accept = rooms.joining.accept
        till.served.run(accept, sent.request.id, now=NOON, today=TODAY, actor="test")
    return f"{public_pages.JOIN}/suite/{sent.token}"


def unproved(till: Till, world: Any) -> str:
    sent, link = asked_to_join(till, "Peio"), till.served.rooms.joining.link
    token = till.served.run(lambda: link(sent.request.id, "prove", now=NOON))
    return f"{public_pages.JOIN}/confirmer/{token}"


EXAMPLES: Mapping[str, Callable[[Till, Any], str]] = {
    public_pages.JOIN: open_to_join,
    public_pages.FOLLOW: joined,
    public_pages.PROVE: unproved,
    inbox_pages.INBOX: lambda *all: request_of(*all).rpartition("/")[0],
    inbox_pages.ONE: request_of,
    f"{inbox_pages.ONE}/refuser": lambda *all: f"{request_of(*all)}/refuser",
    f"{inbox_pages.ONE}/corriger": lambda *all: f"{request_of(*all)}/corriger",
    settings_pages.ONE: lambda *all: open_to_join(*all) and "/reglages/adhesion/question/q1",
    f"{settings_pages.ONE}/retirer": lambda *all: (
        open_to_join(*all) and "/reglages/adhesion/question/q1/retirer"
    ),
}
