"""What a member left at the kiosk under their address or their telephone number."""

from passkoop_node.errors import MemberNotFound
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.members.store import MemberStore


class DrawHolding:
    """Tells and forgets the prize draws that a member entered: draws know contacts, no members."""

    def __init__(self, draws: Draws, members: MemberStore) -> None:
        self.draws = draws
        self.members = members

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return the draws that a member entered."""
        return [
            entry
            for contact in self._contacts(member_id)
            for entry in self.draws.of_contact(contact)
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Take a member out of all draws, unless somebody else has the same address or number."""
        for contact in self._contacts(member_id):
            self.draws.erase_contact(contact)

    def _contacts(self, member_id: int) -> list[str]:
        try:
            member = self.members.get(member_id)
        except MemberNotFound:
            return []
        shared = len(self.members.by_email(member.email)) > 1
        return [one for one in ("" if shared else member.email, member.phone) if one]
