"""Une esquisse, jamais essayée dans Odoo : voir LISEZMOI.md."""

from odoo import models

from .passkoop import NoAnswer, Refused, verify


class PosSession(models.Model):
    """La caisse ouverte, à qui l'écran demande ce que vaut une carte."""

    _inherit = "pos.session"

    def passkoop_verifier(self, text):
        """Return what the till's screen shows of a card, and the visit to keep on the order."""
        self.ensure_one()
        settings = self.env["ir.config_parameter"].sudo()
        address, token = (
            settings.get_param("passkoop.adresse"),
            settings.get_param("passkoop.jeton"),
        )
        try:
            answer = verify(address, token, text)
        except NoAnswer:
            # Nobody is sent away because a computer is: the cashier decides.
            return {"title": "Pass'Koop ne répond pas", "says": "", "visit": None}
        except Refused as refused:
            return {"title": "À voir avec le bureau", "says": str(refused), "visit": None}
        may_enter = answer["outcome"] in ("welcome", "remark")
        return {
            "title": answer["title"],
            "says": answer["says"],
            "visit": answer["visit"] if may_enter else None,
        }
