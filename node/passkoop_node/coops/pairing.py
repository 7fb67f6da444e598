"""Whom the people here believe: pairings made and undone, co-ops blocked."""

from collections.abc import Sequence

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError
from passkoop_protocol.keys import CoopId, shown_id


class OwnCode(NodeError):
    """The code is our own, or one stands for the new co-op and the old one alike."""

    code = "own_code"
    hint = "Donnez le code que montre «\u00a0passkoop peer code\u00a0» dans l’autre coop."

    def __init__(self) -> None:
        super().__init__("c’est le code de votre propre coop, ou deux fois le même")


class NotPaired(NodeError):
    """There is no such pairing to undo."""

    code = "not_paired"
    hint = "Voyez les jumelages avec «\u00a0passkoop peer list\u00a0»."

    def __init__(self, coop: CoopId) -> None:
        super().__init__(f"votre coop n’est pas jumelée avec la coop {shown_id(coop)}")


class Pairings:
    """What people decide of other co-ops; each decision is in the audit."""

    def __init__(self, coops: CoopStore, ourselves: Ourselves, audit: AuditStore) -> None:
        self.coops = coops
        self.ourselves = ourselves
        self.audit = audit

    def check(self, coop: CoopId, replaces: Sequence[CoopId] = ()) -> None:
        """Return quietly if a pairing with `coop` can mean anything, or raise OwnCode."""
        ours = self.ourselves.coop
        if coop == ours or ours in replaces or coop in replaces:
            raise OwnCode

    def is_paired(self, coop: CoopId) -> bool:
        """Return whether `coop` is paired."""
        return any(one.coop == coop for one in self.coops.pairings())

    def add(self, coop: CoopId, replaces: Sequence[CoopId] = (), *, now: int, actor: str) -> None:
        """Pair with `coop`, whose whole code somebody got in person or by voice.

        Args:
            coop: who it is.
            replaces: the ids that it bore before, which are not believed any more.
            now: seconds, UTC.
            actor: who decided it.

        Raises:
            OwnCode: nothing was changed.
        """
        self.check(coop, replaces)
        with writing(self.coops.db):
            self.coops.pair(coop, replaces, now=now)
            details = {"replaces": [shown_id(one) for one in replaces]} if replaces else {}
            self.audit.add(
                "peer.add", now=now, actor=actor, subject=shown_id(coop), details=details
            )

    def remove(self, coop: CoopId, *, now: int, actor: str) -> None:
        """Undo a pairing: the cards of this co-op are not known here any more.

        Raises:
            NotPaired: nothing was changed.
        """
        with writing(self.coops.db):
            if not self.is_paired(coop):
                raise NotPaired(coop)
            self.coops.unpair(coop)
            self.audit.add("peer.remove", now=now, actor=actor, subject=shown_id(coop))

    def block(self, coop: CoopId, *, now: int, actor: str) -> None:
        """Refuse the cards of `coop`, whoever lists it; once is enough.

        Raises:
            OwnCode: it is ours.
        """
        self.check(coop)
        with writing(self.coops.db):
            if coop not in self.coops.blocked():
                self.coops.block(coop, now=now)
                self.audit.add("peer.block", now=now, actor=actor, subject=shown_id(coop))

    def unblock(self, coop: CoopId, *, now: int, actor: str) -> bool:
        """Take a block back; return whether there was one."""
        with writing(self.coops.db):
            if coop not in self.coops.blocked():
                return False
            self.coops.unblock(coop)
            self.audit.add("peer.unblock", now=now, actor=actor, subject=shown_id(coop))
        return True
