"""What people and programs call the columns of a list of members."""

from collections.abc import Mapping, Sequence

# A column's header, as `normalised` gives it, in the order of preference within a field; French,
# English, Spanish, Portuguese, Dutch, and the import models of Galette and gestion-compte.
# fmt: off
SYNONYMS: Mapping[str, Sequence[str]] = {
    "number": (
        "numero de membre", "numero d adherent", "numero adherent", "numero membre",
        "numero de cooperateur", "numero cooperateur", "numero de societaire", "numero societaire",
        "numero existant", "n d adherent", "n adherent", "n de membre", "n membre",
        "no d adherent", "no adherent", "no de membre", "no membre", "num adherent", "matricule",
        "member number", "member no", "member id", "membership number",
        "numero de socio", "numero socio", "no de socio", "n de socio", "numero de cooperante",
        "lidnummer", "ledennummer", "lidnr", "numero", "number", "nummer", "n", "no",
        "id de l adherent", "id adherent", "id",
    ),
    "given_name": (
        "prenom", "prenom adherent", "prenom de l adherent", "prenom d usage", "prenom usuel",
        "prenom membre", "prenom du membre", "prenoms", "prenom adh", "first name", "firstname",
        "given name", "givenname", "forename", "nombre", "nombres", "nome proprio",
        "primeiro nome", "nome", "voornaam", "roepnaam",
    ),
    "family_name": (
        "nom d usage", "nom", "nom de famille", "nom adherent", "nom de l adherent", "nom membre",
        "nom du membre", "nom adh", "last name", "lastname", "family name", "surname",
        "apellidos", "apellido", "primer apellido", "sobrenome", "apelido", "apelidos",
        "achternaam", "familienaam",
    ),
    "full_name": (
        "nom prenom", "prenom nom", "nom et prenom", "prenom et nom", "nom et prenoms",
        "nom complet", "full name", "fullname", "name", "nombre completo", "nombre y apellidos",
        "apellidos y nombre", "nome completo", "volledige naam", "naam",
        "adherent", "membre", "cooperateur", "member", "socio", "lid",
    ),
    "email": (
        "email", "mail", "courriel", "adresse email", "adresse mail", "adresse courriel",
        "adresse electronique", "courrier electronique", "email adherent",
        "email de l adherent", "email adh", "email address", "mail address", "correo",
        "correo electronico", "correio eletronico", "correio electronico", "emailadres",
        "mailadres",
    ),
    "phone": (
        "telephone mobile", "telephone portable", "tel mobile", "tel portable", "mobile",
        "portable", "numero de portable", "gsm", "gsm adh", "mobile phone", "movil",
        "telefono movil", "telemovel", "mobiel",
        "telephone", "tel", "numero de telephone", "telephone fixe", "tel fixe", "tel adh",
        "phone", "phone number", "telephone number", "telefono", "telefone", "telefoon",
        "telefoonnummer",
    ),
    "address": (
        "adresse", "adresse postale", "rue", "adresse 1", "adresse adh", "address", "street",
        "street address", "address 1", "street and number", "direccion", "calle", "morada",
        "endereco", "rua", "adres", "straat",
    ),
    "address2": (
        "complement adresse", "complement d adresse", "adresse complement", "adresse 2",
        "address 2", "additional address information",
        "address second line", "complemento de direccion", "complemento da morada",
        "adres tweede lijn",
    ),
    "postcode": (
        "code postal", "code postale", "cp", "cp adh", "postal code", "postcode", "zip",
        "zip code", "codigo postal",
    ),
    "town": (
        "ville", "commune", "localite", "ville adh", "town", "city", "ciudad", "poblacion",
        "localidad", "cidade", "localidade", "stad", "plaats", "woonplaats", "gemeente",
    ),
    "country": ("pays", "pays adh", "country", "pais", "land"),
    "language": (
        "langue", "language", "preferred language", "idioma", "taal",
        "lingua",
    ),
    "category": ("categorie", "categorie de membre", "type de membre", "category", "categoria"),
    "gender": (
        "genre", "sexe", "gender", "sex", "genero", "sexo", "geslacht", "civilite", "titre",
    ),
    "birth_year": (
        "annee de naissance", "birth year", "year of birth", "ano de nacimiento",
        "ano de nascimento", "geboortejaar", "date de naissance", "naissance", "ddn", "ddn adh",
        "birth date", "birthdate", "birthday", "date of birth", "fecha de nacimiento",
        "data de nascimento", "geboortedatum",
    ),
    "joined": (
        "date d inscription", "date inscription", "date d adhesion", "date adhesion",
        "date de premiere adhesion", "date d entree", "inscrit le", "membre depuis",
        "date de creation", "date crea adh", "join date", "joined", "member since",
        "registration date", "register date", "fecha de alta", "fecha de inscripcion",
        "data de inscricao", "data de adesao", "lid sinds", "inschrijfdatum",
        "date of joining", "datum van toetreding",
    ),
    "left": (
        "date de depart", "date de sortie", "date de radiation", "date de demission", "left",
        "leave date", "fecha de baja", "data de saida", "uitschrijfdatum",
        "date of leaving", "datum van vertrek",
    ),
    "badge": (
        "badge", "numero de badge", "code barre", "code barres", "code a barre",
        "code a barres", "barcode", "ean", "ean13", "ean 13", "numero de carte",
        "card number", "codigo de barras",
        "badge de la coop", "badge of the co op", "tarjeta propia de la cooperativa",
        "cartao proprio da cooperativa", "badge van de coop",
    ),
    "referred_by": (
        "parrain", "marraine", "parrain marraine", "parraine par", "referred by",
        "sponsor", "padrino madrina", "padrinho madrinha", "borg",
    ),
    # The principal's number, address or name.
    "household": (
        "titulaire du foyer", "titulaire", "foyer de", "rattache a", "rattachee a", "rattachement",
        "membre principal", "numero du titulaire", "household of", "principal",
        "titular", "hoofdlid",
        "head of the household", "titular del hogar", "titular do agregado",
        "hoofdlid van het huishouden",
    ),
    "news": (
        "inscription a la lettre d information", "lettre d information", "infolettre",
        "newsletter", "veut des nouvelles", "lettre d info", "boletin", "nieuwsbrief", "boletim",
        "wants news", "quiere noticias", "quer noticias", "wil nieuws",
    ),
    "notes": (
        "notes", "note", "remarques", "remarque", "commentaires", "commentaire",
        "observations", "autres informations", "comments", "comment", "remarks", "notas",
        "opmerkingen",
        "notities",
    ),
}
# fmt: on
