"""What the log says of each thing that somebody did."""

from collections.abc import Mapping

from passkoop_node.core.language import N_, Message

# The kinds that one can ask for: (words, the first halves of their actions).
KINDS: Mapping[str, tuple[Message, tuple[str, ...]]] = {
    "membres": (
        N_("Membres et foyers"),
        ("member", "household", "own", "segment", "group", "contact"),
    ),
    "adhesions": (N_("Demandes d'adhésion"), ("join",)),
    "cartes": (N_("Cartes"), ("card",)),
    "cotisations": (N_("Cotisations et parts"), ("dues",)),
    "parrainages": (N_("Parrainages"), ("referral",)),
    "visites": (N_("Visites et accueil"), ("visit", "welcome")),
    "coops": (N_("Autres coops"), ("peer", "federation", "relay", "address", "coop", "page")),
    "comptes": (
        N_("Comptes, appareils et réglages"),
        ("account", "session", "till", "kiosk", "token", "house"),
    ),
    "courriel": (N_("Courriel"), ("mail",)),
    "cles": (N_("Clés, sauvegardes et santé"), ("key", "backup", "health")),
}

# Of an action, with the facts of its line; %(subject)s is what it was done to.
ACTIONS: Mapping[str, Message] = {
    "member.add": N_("Membre n° %(subject)s : ajout au registre."),
    "member.edit": N_("Membre n° %(subject)s : fiche corrigée."),
    "member.left": N_("Membre n° %(subject)s : départ noté."),
    "member.back": N_("Membre n° %(subject)s : retour noté."),
    "member.import": N_("Import de membres."),
    "household.join": N_("Membre n° %(subject)s : rattachement au foyer du n° %(household)s."),
    "household.part": N_("Membre n° %(subject)s : retrait du foyer du n° %(household)s."),
    "household.lead": N_(
        "Membre n° %(subject)s : titulaire du foyer à la place du n° %(household)s."
    ),
    "join.ask": N_("Demande d'adhésion n° %(subject)s : reçue."),
    "join.prove": N_("Demande d'adhésion n° %(subject)s : adresse e-mail prouvée."),
    "join.accept": N_("Demande d'adhésion acceptée : membre n° %(subject)s."),
    "join.refuse": N_("Demande d'adhésion n° %(subject)s : refusée."),
    "join.reopen": N_("Demande d'adhésion n° %(subject)s : de nouveau ouverte."),
    "join.edit": N_("Demande d'adhésion n° %(subject)s : corrigée."),
    "join.erase": N_("Demandes d'adhésion : ce qui est trop ancien est effacé."),
    "join.set": N_("Adhésion : questions et réglages changés."),
    "contact.set": N_("Membre n° %(subject)s : ce qu'on peut lui envoyer est changé."),
    "contact.stop": N_("Membre n° %(subject)s : désabonnement."),
    "contact.again": N_("Membre n° %(subject)s : de nouveau abonné·e."),
    "contact.wrong": N_("Membre n° %(subject)s : coordonnées notées fausses."),
    "contact.right": N_("Membre n° %(subject)s : coordonnées de nouveau bonnes."),
    "card.issue": N_("Membre n° %(subject)s : carte faite."),
    "card.revoked": N_("Membre n° %(subject)s : carte annulée."),
    "card.suspended": N_("Membre n° %(subject)s : carte suspendue."),
    "card.valid": N_("Membre n° %(subject)s : suspension levée."),
    "card.sent": N_("Membre n° %(subject)s : carte envoyée par courriel."),
    "card.issue_visitor": N_("Carte de visiteur faite."),
    "card.revoke_visitor": N_("Carte de visiteur annulée."),
    "own.link": N_("Membre n° %(subject)s : lien vers sa page donné."),
    "own.enter": N_("Membre n° %(subject)s : page de membre ouverte."),
    "own.document": N_("Membre n° %(subject)s : document mis dans le carnet."),
    "own.document_gone": N_("Membre n° %(subject)s : document retiré du carnet."),
    "own.publish": N_("Document pour tous les membres : mis dans les carnets."),
    "own.unpublish": N_("Document pour tous les membres : retiré."),
    "own.ask_erase": N_("Membre n° %(subject)s : demande que ses données soient effacées."),
    "own.erase": N_("Membre effacé : %(subject)s."),
    "own.close": N_("Membre n° %(subject)s : page fermée sur ses appareils."),
    "dues.plan": N_("Cotisations : ce que la coop demande est changé."),
    "dues.pay": N_("Membre n° %(subject)s : paiement noté, reçu %(receipt)s."),
    "dues.correct": N_("Membre n° %(subject)s : paiement annulé, reçu %(receipt)s."),
    "dues.suspends": N_("Cotisations : les cartes impayées sont désormais suspendues."),
    "dues.spares": N_("Cotisations : les cartes impayées ne sont plus suspendues."),
    "referral.note": N_("Membre n° %(subject)s : amené par le n° %(referrer)s."),
    "referral.remove": N_("Membre n° %(subject)s : parrainage du n° %(referrer)s effacé."),
    "referral.give": N_("Cadeau offert au n° %(referrer)s, qui a amené le n° %(subject)s."),
    "referral.rule": N_("Parrainage : ce que la coop offre est changé."),
    "dues.agree": N_("Membre n° %(subject)s : paiement en plusieurs fois convenu."),
    "dues.give_up": N_("Membre n° %(subject)s : paiement en plusieurs fois abandonné."),
    "dues.shares": N_("Membre n° %(subject)s : nombre de parts prévu."),
    "dues.grant": N_("Membre n° %(subject)s : cotisation offerte."),
    "dues.ungrant": N_("Membre n° %(subject)s : cotisation offerte, reprise."),
    "segment.keep": N_("Segment « %(subject)s » : enregistré."),
    "segment.delete": N_("Segment « %(subject)s » : supprimé."),
    "group.keep": N_("Groupe « %(subject)s » : enregistré."),
    "group.delete": N_("Groupe « %(subject)s » : supprimé."),
    "group.people": N_("Groupe « %(subject)s » : personnes ajoutées ou retirées."),
    "visit.erase": N_("Visites : données personnelles effacées."),
    "visit.erase_due": N_("Visites : ce qui est trop ancien est effacé."),
    "member.export": N_("Membres exportés pour un tableur."),
    "dues.export": N_("Paiements exportés pour un tableur."),
    "visit.export": N_("Visites : registre exporté."),
    "peer.add": N_("Coop %(subject)s : jumelée."),
    "peer.remove": N_("Coop %(subject)s : jumelage retiré."),
    "peer.block": N_("Coop %(subject)s : bloquée."),
    "peer.unblock": N_("Coop %(subject)s : débloquée."),
    "peer.import": N_("Fichier d'autres coops repris."),
    "federation.follow": N_("Fédération %(subject)s : suivie."),
    "federation.unfollow": N_("Fédération %(subject)s : plus suivie."),
    "federation.two_truths": N_("Fédération %(subject)s : deux documents se contredisent."),
    "relay.add": N_("Relais %(subject)s : ajouté."),
    "relay.remove": N_("Relais %(subject)s : retiré."),
    "address.add": N_("Adresse %(subject)s : donnée aux autres coops."),
    "address.remove": N_("Adresse %(subject)s : retirée."),
    "coop.restore": N_("La sauvegarde est restaurée."),
    "coop.resume": N_("Reprise après une restauration."),
    "coop.two_truths": N_("Coop %(subject)s : deux documents se contredisent."),
    "coop.signed_elsewhere": N_("Des documents de cette coop viennent d'ailleurs."),
    "account.add": N_("Compte %(subject)s : créé."),
    "account.delete": N_("Compte %(subject)s : supprimé."),
    "account.email": N_("Compte %(subject)s : adresse e-mail changée."),
    "account.link": N_("Compte %(subject)s : nouveau lien d'entrée."),
    "account.password": N_("Compte %(subject)s : mot de passe choisi."),
    "account.role": N_("Compte %(subject)s : rôle changé."),
    "session.begin": N_("Compte %(subject)s : entrée."),
    "session.end_all": N_("Compte %(subject)s : sorti de tous ses appareils."),
    "till.code": N_("Nouvelle caisse : code demandé."),
    "till.pair": N_("Caisse %(subject)s : jumelée."),
    "till.rename": N_("Caisse %(subject)s : renommée."),
    "till.revoke": N_("Caisse %(subject)s : retirée."),
    "kiosk.code": N_("Nouvelle borne : code demandé."),
    "kiosk.pair": N_("Borne %(subject)s : jumelée."),
    "kiosk.rename": N_("Borne %(subject)s : renommée."),
    "kiosk.revoke": N_("Borne %(subject)s : retirée."),
    "token.add": N_("Logiciel %(subject)s : accès donné."),
    "token.remove": N_("Logiciel %(subject)s : accès retiré."),
    "mail.set": N_("Courriel : réglages changés."),
    "mail.forget": N_("Courriel : réglages oubliés."),
    "mail.try": N_("Courriel : essai envoyé."),
    "mail.retry": N_("Courrier : nouvel essai d'envoi."),
    "mail.cancel": N_("Courrier : envoi annulé."),
    "mail.arrived": N_("Courrier : arrivée confirmée."),
    "key.rotate": N_("Nouvelle clé pour signer les cartes."),
    "key.withdraw": N_("Clé retirée : ses cartes sont refusées."),
    "key.seal": N_("Clé d'identité mise sous phrase de passe."),
    "house.switch": N_("Ce que la coop utilise est changé."),
    "key.away": N_("Clé d'identité mise à l'abri, hors de cette machine."),
    "key.back": N_("Clé d'identité rapportée sur cette machine."),
    "coop.declare": N_("Ce que la coop dit d'elle est changé."),
    "page.set": N_("Page de l'annuaire publiée."),
    "page.clear": N_("Page de l'annuaire vidée."),
    "health.tell": N_("Santé : ce qui manque est écrit aux responsables."),
    "backup.make": N_("Sauvegarde faite."),
    "backup.fail": N_("Sauvegarde manquée."),
    "welcome.rules": N_("Règles d'accueil changées."),
}
FOR_DUES: Mapping[str, Message] = {  # the same, where dues are why
    "card.suspended": N_("Membre n° %(subject)s : carte suspendue, cotisation à renouveler."),
    "card.valid": N_(
        "Membre n° %(subject)s : suspension levée, la cotisation ne retient plus la carte."
    ),
}
OTHER = N_("Autre changement (%(action)s).")

# Who did it, where it was no account and no till.
ACTORS: Mapping[str, Message] = {
    "cli": N_("La ligne de commande"),
    "serve": N_("Pass'Koop, de lui-même"),
    "peer": N_("Pass'Koop, en lisant d'autres coops"),
    "demo": N_("La démonstration"),
    "nobody": N_("Personne"),
    "visitor": N_("Quelqu'un, sur la page d'adhésion"),
}
FORMER_ACCOUNT = N_("Compte n° %(id)s, supprimé")
SOFTWARE = N_("Logiciel %(name)s")
MEMBER = N_("Membre n° %(number)s, de sa page")
FORMER_MEMBER = N_("Un membre, de sa page")
KIOSK = N_("La borne")

ROLES: Mapping[str, Message] = {
    "administrator": N_("administration"),
    "office": N_("bureau"),
    "cashier": N_("caisse"),
}
COUNTS: Mapping[str, Message] = {
    "created": N_("ajoutés : %(num)s"),
    "updated": N_("mis à jour : %(num)s"),
    "unchanged": N_("sans changement : %(num)s"),
    "skipped": N_("laissés de côté : %(num)s"),
    "error": N_("en erreur : %(num)s"),
    "lines": N_("lignes : %(num)s"),
    "requests": N_("demandes : %(num)s"),
    "count": N_("messages : %(num)s"),
    "people": N_("personnes : %(num)s"),
}
