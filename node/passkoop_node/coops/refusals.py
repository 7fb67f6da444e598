"""Why the co-op signs nothing, or not with this key."""

from pathlib import Path

from passkoop_node.errors import NodeError, NotANode
from passkoop_protocol.descriptor import MAX_KEYS
from passkoop_protocol.keys import KeyId


class Unfinished(NotANode):
    """The co-op was being made when something stopped it."""

    code = "unfinished"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.hint = (
            "Sa création a été interrompue, rien n’y est encore signé\u202f: effacez ce dossier, "
            "puis relancez «\u00a0passkoop init\u00a0»."
        )


class MustCatchUp(NodeError):
    """The register may not know all that was signed with its keys: that has to come back first."""

    code = "must_catch_up"
    hint = (
        "Prenez des nouvelles («\u00a0passkoop peer sync\u00a0») ou importez un fichier récent "
        "d’une coop amie («\u00a0passkoop peer import\u00a0»), "
        "puis «\u00a0passkoop restore --finish\u00a0»."
    )

    def __init__(self) -> None:
        super().__init__(
            "ce registre vient d’une sauvegarde ou d’une copie\u202f: "
            "il ne signe rien pour l’instant"
        )


class KeyNotFound(NodeError):
    """No issuing key of ours answers to this."""

    code = "key_not_found"
    hint = "Voyez les clés avec «\u00a0passkoop key list\u00a0»."

    def __init__(self, wanted: str) -> None:
        super().__init__(f"aucune clé ne commence par «\u00a0{wanted}\u00a0»")


class KeyNotActive(NodeError):
    """The key was retired or withdrawn before."""

    code = "key_not_active"
    hint = "Voyez les clés avec «\u00a0passkoop key list\u00a0»."

    def __init__(self, kid: KeyId) -> None:
        super().__init__(f"la clé {kid.hex()} a déjà été retirée")


class NoActiveKey(NodeError):
    """No key that may sign cards and lists is on this machine."""

    code = "no_active_key"
    hint = "Faites-en une nouvelle avec «\u00a0passkoop key rotate\u00a0»."

    def __init__(self) -> None:
        super().__init__("la clé qui signe les cartes n’est pas sur cette machine")


class OtherIdentity(NodeError):
    """The identity key on this machine is that of another co-op."""

    code = "other_identity"
    hint = (
        "Remettez la bonne clé dans le fichier «\u00a0identity.key\u00a0» du dossier "
        "«\u00a0keys\u00a0»\u202f; rien n’a été changé."
    )

    def __init__(self) -> None:
        super().__init__("la clé d’identité trouvée est celle d’une autre coop")


class TooManyKeys(NodeError):
    """A descriptor takes no more keys."""

    code = "too_many_keys"
    hint = "Gardez la clé actuelle, et signalez-le aux auteurs de Pass’Koop."

    def __init__(self) -> None:
        super().__init__(f"la coop a déjà {MAX_KEYS} clés")
