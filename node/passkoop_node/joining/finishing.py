"""What a power cut left undone: somebody is a member already, and nobody made the card yet."""

from passkoop_node.joining.requests import Requests

_DAY = 86_400
_SETTLED = 60  # seconds after which nobody is still at it


def finish(requests: Requests, *, now: int) -> int:
    """Give a card to whoever was accepted of late and has had none; return to how many."""
    found = requests.store.accepted(since=now - _DAY, until=now - _SETTLED)
    ids = [one.member_id for one in found if one.member_id is not None]
    members = {one.id: one for one in requests.members.of_ids(ids) if one.left is None}
    have = requests.issuer.cards.newest_of(ids)
    count = 0
    for one in found:
        member = members.get(one.member_id or 0)
        if member is not None and member.id not in have:
            count += requests.give_card(one, member, actor="serve", now=now).has_card
    return count
