"""Programs that ask the API, each with a token of its own."""

import json
from typing import Any

from passkoop_node.api import models
from passkoop_node.api.shapes import check_shape
from passkoop_node.api.tokens import Scope, TokenStore
from serving import Answer, Client
from tilling import Till

VERIFY, VISITS, STATUS = "/api/v1/verify", "/api/v1/visits", "/api/v1/status"


class Program:
    """A program of somebody's, with its token."""

    def __init__(self, till: Till, *scopes: Scope, name: str = "odoo") -> None:
        self.till = till
        self.client = Client(till.served)
        self.tokens = till.served.the(TokenStore)
        if any(one.name == name for one in till.served.run(self.tokens.all)):
            self.remove(name)
        self.secret = till.served.run(
            self.tokens.add, name, scopes, actor="test", now=till.served.now
        )

    def ask(
        self, path: str, body: object = None, *, headers: dict[str, str | None] | None = None
    ) -> Answer:
        """Return the answer to JSON, or to bytes as they are; GET without a body."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {
            "Authorization": f"Bearer {self.secret}",
            "Origin": None,
            "Sec-Fetch-Site": None,
            "Content-Type": "application/json",
        }
        told |= headers or {}
        if body is None:
            return self.client.ask("GET", path, headers=told)
        return self.client.ask("POST", path, raw, told)

    def verify(self, card: str) -> dict[str, Any]:
        """Return what the node says of a card."""
        answer = self.ask(VERIFY, {"text": self.till.cards.get(card, card)})
        assert answer.status == 200, answer.text
        told: dict[str, Any] = json.loads(answer.body)
        check_shape(told, models.ANSWER)
        return told

    def hand_over(self, *lines: object) -> list[dict[str, Any]]:
        """Return what became of these lines."""
        answer = self.ask(VISITS, {"visits": lines})
        assert answer.status == 200, answer.text
        told = json.loads(answer.body)
        check_shape(told, models.TAKEN)
        taken: list[dict[str, Any]] = told["visits"]
        return taken

    def visit(self, card: str, line: str, **more: object) -> dict[str, Any]:
        """Return the line of a visit by this card, now."""
        return {**self.verify(card)["visit"], "line": line, "at": self.till.served.now, **more}

    def remove(self, name: str = "odoo") -> None:
        """Take the token away."""
        self.till.served.run(self.tokens.remove, name, actor="test", now=self.till.served.now)


def failed(answer: Answer, status: int, code: str) -> dict[str, str]:
    """Return an error, once its shape is looked at."""
    told: dict[str, str] = json.loads(answer.body)
    assert (answer.status, told["code"]) == (status, code)
    check_shape(told, models.ERROR)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    return told
