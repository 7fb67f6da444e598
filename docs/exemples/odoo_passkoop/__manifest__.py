# Une esquisse, jamais essayée dans Odoo : voir LISEZMOI.md.
{
    "name": "Pass'Koop",
    "summary": "Vérifie les cartes des autres coops à la caisse, et note leurs visites",
    "version": "17.0.0.1.0",
    "license": "LGPL-3",
    "depends": ["point_of_sale"],
    "data": ["data/tache.xml"],
}
