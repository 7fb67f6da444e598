"""Une esquisse, jamais essayée dans Odoo : voir LISEZMOI.md."""

from . import pos_order as pos_order
from . import pos_session as pos_session
