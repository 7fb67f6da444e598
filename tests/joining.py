"""People who want to join, as tests of it need them."""

from datetime import date
from typing import Any

from nodes import Node
from passkoop_node.core.forms import Form
from passkoop_node.joining.answers import Answers, read_answers
from passkoop_node.joining.questions import Questions
from passkoop_node.joining.requests import Sent

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
