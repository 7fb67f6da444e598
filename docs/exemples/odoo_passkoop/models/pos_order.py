"""Une esquisse, jamais essayée dans Odoo : voir LISEZMOI.md."""

import json

from odoo import api, fields, models

from .passkoop import NoAnswer, Refused, hand_over, line_of


class PosOrder(models.Model):
    """Une commande, et la visite qu'elle vaut."""

    _inherit = "pos.order"

    passkoop_visit = fields.Text()  # JSON, as /verify gave it; written by the till's screen
    passkoop_sent = fields.Boolean(index=True)
    passkoop_why = fields.Char()  # why a visit was not taken

    @api.model
    def _order_fields(self, ui_order):
        """Keep what the screen put on the order."""
        return {
            **super()._order_fields(ui_order),
            "passkoop_visit": json.dumps(ui_order["passkoop_visit"])
            if ui_order.get("passkoop_visit")
            else False,
        }

    @api.model
    def passkoop_envoyer(self):
        """Send the visits of paid orders that wait; an order sent twice counts once."""
        waiting = self.search(
            [
                ("passkoop_visit", "!=", False),
                ("passkoop_sent", "=", False),
                ("state", "in", ("paid", "done", "invoiced")),
            ],
            limit=500,
        )
        by_reference = {order.pos_reference: order for order in waiting}
        lines = [
            line_of(
                reference,
                int(order.date_order.timestamp()),
                json.loads(order.passkoop_visit),
                max(0, round(order.amount_total * 100)),
            )
            for reference, order in by_reference.items()
        ]
        settings = self.env["ir.config_parameter"].sudo()
        address, token = (
            settings.get_param("passkoop.adresse"),
            settings.get_param("passkoop.jeton"),
        )
        try:
            for reference, fate, why in hand_over(address, token, lines):
                order = by_reference[reference]
                order.passkoop_sent = fate != "refused"
                order.passkoop_why = why
        except (NoAnswer, Refused):
            return  # they wait for the next time
