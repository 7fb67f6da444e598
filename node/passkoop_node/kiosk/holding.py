"""What prize draws hold of a member: known by the addresses that the register has of them."""

from contextlib import suppress

from passkoop_node.errors import MemberNotFound
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import fold


class DrawHolding:
    """Tells and forgets the entries of a member, who may have entered before joining."""

    def __init__(self, draws: Draws, members: MemberStore) -> None:
        self._draws = draws
        self._members = members

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is held of a member.

        An address that nobody else has was confirmed. A telephone was not: whoever wrote another's
        into their record is not told what that person did.
        """
        try:
            member = self._members.get(member_id)
        except MemberNotFound:
            return []
        alone = len(self._members.by_email(member.email)) == 1
        names = {fold(member.given_name), fold(member.full_name)}
        return [
            told
            for contact in _contacts(member)
            for told in self._draws.of_contact(contact)
            if (contact == member.email and alone) or fold(str(told["name"])) in names
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget it; where tickets were given, one without a name stays."""
        with suppress(MemberNotFound):
            for one in _contacts(self._members.get(member_id)):
                self._draws.erase_contact(one)


def _contacts(member: Member) -> list[str]:
    return [one for one in (member.email, member.phone) if one]
