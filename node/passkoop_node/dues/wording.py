"""What is said of payments: how they were paid, and what for."""

from collections.abc import Mapping

from passkoop_node.core.language import N_, Message

METHODS: Mapping[str, Message] = {
    "cash": N_("Espèces"),
    "card": N_("Carte bancaire"),
    "cheque": N_("Chèque"),
    "transfer": N_("Virement"),
    "online": N_("En ligne"),
}
KINDS: Mapping[str, Message] = {"dues": N_("Cotisation"), "share": N_("Part")}
