"""Une esquisse, jamais essayée dans Odoo : voir LISEZMOI.md."""

from . import models as models
