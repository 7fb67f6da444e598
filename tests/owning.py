"""Members on their own page, as the node serves it."""

import re

from serving import Client, Served


def give_link(served: Served, number: str) -> str:
    """Return the path of a link to a member's own page, as the office hands it over."""
    rooms = served.rooms

    def give() -> str:
        member = rooms.members.by_number(number)
        return rooms.own.entrance.give(member, actor="test", now=served.now)

    return f"/moi/lien/{served.run(give)}"


def own(served: Served, number: str, *, is_own_device: bool = True) -> Client:
    """Return a member who has opened their own page."""
    client = Client(served)
    typed = {"personne": number} | ({"garder": "oui"} if is_own_device else {})
    answer = client.post(give_link(served, number), typed)
    assert answer.status == 303, answer.words
    assert answer.goes_to == "/moi"
    return client


def link_in(text: str) -> str:
    """Return the path of the link in a letter."""
    found = re.search(r"https?://[^/\s]+(/moi/\S+)", text)
    assert found, text
    return found[1]
