"""What a letter on paper needs of a member, and what stands on its envelope."""

from passkoop_node.members.member import MemberData

_NAMES = {"FR": "FRANCE", "BE": "BELGIQUE", "CH": "SUISSE", "PT": "PORTUGAL", "CA": "CANADA"}


def has_address(member: MemberData) -> bool:
    """Return whether a letter can reach somebody."""
    return bool(member.town and (member.address or member.postcode))


def address_lines(member: MemberData, *, home: str) -> list[str]:
    """Return what stands on an envelope; the country only where it is not `home`, the co-op's."""
    country = member.country.strip()
    abroad = "" if country.upper() in ("", home, _NAMES.get(home, "")) else country.upper()
    lines = [
        member.full_name,
        *member.address.split("\n"),
        f"{member.postcode} {member.town}".strip(),
        abroad,
    ]
    return [line for line in lines if line.strip()]
