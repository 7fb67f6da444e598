"""What a co-op's node lacks, and what to do about it."""

import shutil

from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.database import database_errors
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import N_, Message
from passkoop_node.core.shelf import ELSEWHERE, FAILED, FOLDER, SEEN
from passkoop_node.dues_health import look_at_dues
from passkoop_node.errors import (
    AccessDenied,
    DatabaseDamaged,
    DiskFailure,
    DiskFull,
    FileMissing,
    FolderMissing,
)
from passkoop_node.findings import Finding as Finding
from passkoop_node.findings import Level as Level
from passkoop_node.mail_health import look_at_post
from passkoop_node.outside import look_outside
from passkoop_node.relay.following import FollowedFederation, followed
from passkoop_node.relay.intake import FEDERATION_LIED
from passkoop_node.rooms import Rooms
from passkoop_node.visits.checking import check_recent
from passkoop_protocol.additions import MAX_AHEAD
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.keys import CoopId, shown_id
from passkoop_protocol.trust import TrustStore

LEAST_SPACE = 500_000_000  # bytes free on the disk
OLD_LIST = 10 * 86_400  # seconds: a visitor's verdict turns yellow then
LIE_SHOWN = 30 * 86_400
OLD_BACKUP = 7 * 86_400
OLD_COPY = 30 * 86_400  # of a backup on another disk
UNREACHABLE = {one.code for one in (FolderMissing, FileMissing, AccessDenied, DiskFailure)}
SANE_CLOCK = 1_790_000_000  # September 2026: this program did not exist before


def examine(rooms: Rooms, *, now: int) -> list[Finding]:
    """Return what was looked at, in the order in which it matters."""
    trust = rooms.live.get()
    return [
        _permissions(rooms),
        _database(rooms),
        _visits(rooms),
        _disk(rooms),
        _clock(rooms, trust, now),
        *_signing(rooms),
        _sheet(rooms),
        _lists(rooms, trust, now),
        *_federations(rooms, now),
        *look_outside(rooms, now=now),
        *_backups(rooms, now),
        *look_at_post(rooms, now=now),
        *look_at_dues(rooms, now=now),
    ]


def _permissions(rooms: Rooms) -> Finding:
    loose = rooms.home.loose_paths()
    if not loose:
        return Finding(
            code="permissions", level=Level.OK, says=N_("Le dossier est fermé aux autres.")
        )
    return Finding(
        code="permissions",
        level=Level.BAD,
        says=N_(
            "D'autres comptes peuvent lire : %(paths)s", paths=", ".join(str(one) for one in loose)
        ),
        to_do=N_("Lancez « chmod -R go= %(path)s ».", path=rooms.home.path),
    )


def _database(rooms: Rooms) -> Finding:
    try:
        with database_errors(rooms.home.database):
            verdict = rooms.db.execute("pragma quick_check").fetchone()[0]
    except DatabaseDamaged as error:
        verdict = str(error)
    if verdict == "ok":
        return Finding(code="database", level=Level.OK, says=N_("La base est saine."))
    return Finding(
        code="database",
        level=Level.BAD,
        says=N_("La base est abîmée."),
        to_do=N_(
            "Gardez le dossier tel quel, et reprenez une sauvegarde ailleurs : "
            "« passkoop restore »."
        ),
    )


def _visits(rooms: Rooms) -> Finding:
    proof = check_recent(rooms.visits.store, rooms.audit)
    if proof.whole:
        return Finding(
            code="visits", level=Level.OK, says=N_("Le registre des visites est d'un seul tenant.")
        )
    return Finding(
        code="visits",
        level=Level.BAD,
        says=N_(
            "Le registre des visites a été modifié, à la ligne %(line)s.", line=proof.broken_at or 0
        ),
        to_do=N_(
            "Gardez une copie du dossier, puis « passkoop visit check » : comparez avec un export "
            "ou une sauvegarde d'avant. Les visites d'après continuent d'être notées."
        ),
    )


def _disk(rooms: Rooms) -> Finding:
    free = shutil.disk_usage(rooms.home.path).free
    level = Level.OK if free >= LEAST_SPACE else Level.BAD
    return Finding(
        code="disk",
        level=level,
        says=N_("%(size)s Go libres sur le disque.", size=free // 1_000_000_000)
        if free >= 2_000_000_000
        else N_("%(size)s Mo libres sur le disque.", size=free // 1_000_000),
        to_do=None if level is Level.OK else N_("Libérez de la place : 500 Mo au moins."),
    )


def _clock(rooms: Rooms, trust: TrustStore, now: int) -> Finding:
    slow = max(SANE_CLOCK, trust.newest_from_others - MAX_AHEAD) - now
    if slow > 0:
        return Finding(
            code="clock",
            level=Level.BAD,
            says=N_("L'horloge de cet ordinateur retarde."),
            to_do=N_("Mettez-la à l'heure, de préférence automatiquement."),
        )
    if fast := clock_ahead(rooms.settings):
        return Finding(
            code="clock",
            level=Level.BAD,
            says=_ahead_by(fast),
            to_do=N_(
                "Mettez-la à l'heure, de préférence automatiquement. D'ici là, les autres coops "
                "refusent ce que la vôtre signe."
            ),
        )
    ahead = rooms.coops.newest_date() - now
    if ahead > MAX_AHEAD:
        # Others refuse it until then, and so all that is signed after it.
        return Finding(
            code="dated_ahead",
            level=Level.BAD,
            says=N_(
                "Un document de votre coop est daté dans l'avenir, de %(minutes)s minutes : les "
                "autres coops le refusent.",
                minutes=-(-ahead // 60),
            ),
            to_do=N_("Vérifiez l'heure de cet ordinateur, ou attendez si ce n'est pas long."),
        )
    return Finding(code="clock", level=Level.OK, says=N_("L'horloge semble juste."))


def _ahead_by(seconds: int) -> Message:
    """Say by how much the clock is ahead of those of other co-ops."""
    if seconds >= 2 * 86_400:
        return N_(
            "L'horloge de cet ordinateur avance de %(days)s jours sur celle des autres coops.",
            days=seconds // 86_400,
        )
    return N_(
        "L'horloge de cet ordinateur avance de %(minutes)s minutes sur celle des autres coops.",
        minutes=seconds // 60,
    )


def _signing(rooms: Rooms) -> list[Finding]:
    if rooms.ourselves.is_catching_up:
        return [
            Finding(
                code="catching_up",
                level=Level.BAD,
                says=N_("Cette coop vient d'une sauvegarde ou d'une copie, et ne signe rien."),
                to_do=N_(
                    "« passkoop peer import » d'un fichier récent, puis "
                    "« passkoop restore --finish »."
                ),
            )
        ]
    active = [one for one in rooms.coops.issuing_keys() if one.state is KeyState.ACTIVE]
    usable = [one for one in active if rooms.keyring.has_issuing_key(one.kid)]
    findings = [
        Finding(code="issuing_key", level=Level.OK, says=N_("La clé qui signe les cartes est là."))
        if usable
        else Finding(
            code="issuing_key",
            level=Level.BAD,
            says=N_("La clé qui signe les cartes n'est pas sur cette machine."),
            to_do=N_("Faites-en une autre : Réglages, Clés, ou « passkoop key rotate »."),
        )
    ]
    if rooms.keyring.identity_state() is IdentityState.OPEN:
        findings.append(
            Finding(
                code="identity_open",
                level=Level.NOTE,
                says=N_("La clé d'identité n'a pas de phrase de passe."),
                to_do=N_("Mettez-en une : Réglages, Clés, ou « passkoop key seal »."),
            )
        )
    if not rooms.ourselves.descriptor_is_current():
        findings.append(
            Finding(
                code="descriptor",
                level=Level.NOTE,
                says=N_("La fiche signée de la coop ne dit plus ce que disent les réglages."),
                to_do=N_("Signez-la de nouveau : Réglages, La coop, ou « passkoop peer export »."),
            )
        )
    return findings


def _sheet(rooms: Rooms) -> Finding:
    sheet = rooms.home.sheet
    if not sheet.exists():
        return Finding(code="sheet", level=Level.OK, says=N_("La fiche de secours n'est plus ici."))
    return Finding(
        code="sheet",
        level=Level.NOTE,
        says=N_("La fiche de secours est encore sur cette machine."),
        to_do=N_("Imprimez %(file)s, rangez-la, puis effacez le fichier.", file=sheet),
    )


def _lists(rooms: Rooms, trust: TrustStore, now: int) -> Finding:
    late: list[str | Message] = []
    for pairing in rooms.coops.pairings():
        held = trust.descriptor(pairing.coop)
        keys = held.descriptor.keys if held else ()
        lists = [trust.status_list(pairing.coop, one.kid) for one in keys]
        if now - max((one.issued_at for one in lists if one), default=0) > OLD_LIST:
            late.append(held.descriptor.name if held else N_("une coop jumelée sans fichier"))
    if not late:
        return Finding(
            code="lists", level=Level.OK, says=N_("Les listes des autres sont fraîches.")
        )
    return Finding(
        code="lists",
        level=Level.NOTE,
        says=N_(
            "Pas de liste de moins de dix jours pour : %(coops)s.",
            coops=", ".join(str(one) for one in late),
        ),
        to_do=N_(
            "Prenez des nouvelles : Bureau, Coops. Si rien ne vient, demandez-leur un fichier "
            "(« passkoop peer export » chez elles)."
        ),
    )


def _federations(rooms: Rooms, now: int) -> list[Finding]:
    """Return what is wrong with the word of each federation, or that nothing is."""
    found = followed(rooms.relay)
    findings = [_federation(one) for one in found if one.is_old(now) or not one.issued_at]
    findings += [_liar(one) for one in found if _lied_lately(rooms, one, now)]
    if found and not findings:
        says = N_("Les annuaires des fédérations sont en règle.")
        return [Finding(code="federations", level=Level.OK, says=says)]
    return findings


def _federation(one: FollowedFederation) -> Finding:
    name = one.root.name if one.root else shown_id(CoopId(one.id))
    to_do = N_(
        "Prenez des nouvelles : « passkoop peer sync ». Si rien ne vient, demandez son fichier à "
        "la fédération."
    )
    if not one.issued_at:
        code, says = "federation_awaited", N_("Pas encore d'annuaire de : %(name)s.", name=name)
    elif not one.confirmed:
        code = "directory_unconfirmed"
        says = N_(
            "L'annuaire n'est pas encore confirmé par les nouvelles clés de : %(name)s.", name=name
        )
    else:
        code = "directory_old"
        says = N_(
            "L'annuaire a passé sa date : %(name)s. Les cartes de ses coops sont à noter.",
            name=name,
        )
    return Finding(code=code, level=Level.NOTE, says=says, to_do=to_do)


def _lied_lately(rooms: Rooms, one: FollowedFederation, now: int) -> bool:
    entries = rooms.audit.entries(subject=shown_id(CoopId(one.id)))
    return any(entry.action == FEDERATION_LIED and now - entry.at < LIE_SHOWN for entry in entries)


def _liar(one: FollowedFederation) -> Finding:
    return Finding(
        code="federation_two_truths",
        level=Level.NOTE,
        says=N_(
            "Deux documents signés d'une fédération se contredisent : %(name)s.",
            name=one.root.name if one.root else shown_id(CoopId(one.id)),
        ),
        to_do=N_("Prévenez-la : ses clés sont peut-être entre d'autres mains."),
    )


def _backups(rooms: Rooms, now: int) -> list[Finding]:
    """Return how old the newest backup is, what the night's failed of, and where they stand."""
    seen, failed = rooms.settings.get(SEEN), rooms.settings.get(FAILED)
    elsewhere_at = rooms.settings.get(ELSEWHERE)
    by_hand = [path.stat().st_mtime for path in rooms.home.backups.glob("*.passkoop-backup")]
    newest = int(max([*by_hand, seen.get("newest", 0), elsewhere_at]))
    findings = [_age(newest, now)]
    if failed:
        findings.append(_failure(rooms, failed["code"]))
    is_elsewhere = seen.get("newest") and not seen.get("same_disk")
    if newest and not is_elsewhere and now - elsewhere_at > OLD_COPY:
        findings.append(
            Finding(
                code="backup_same_disk",
                level=Level.NOTE,
                says=N_("Pas de sauvegarde récente sur un autre disque que celui de la coop."),
                to_do=N_(
                    "Chaque mois, branchez une clé USB : « passkoop backup /media/cle-usb ». Ou "
                    "choisissez un autre disque : « passkoop serve --backups DOSSIER »."
                ),
            )
        )
    return findings


def _age(newest: int, now: int) -> Finding:
    if not newest:
        says = N_("Pas encore de sauvegarde.")
    elif now - newest < 3_600:
        says = N_("Dernière sauvegarde : il y a moins d'une heure.")
    elif now - newest < 2 * 86_400:
        says = N_("Dernière sauvegarde : il y a %(hours)s h.", hours=(now - newest) // 3_600)
    else:
        says = N_("Dernière sauvegarde : il y a %(days)s jours.", days=(now - newest) // 86_400)
    if newest and now - newest <= OLD_BACKUP:
        return Finding(code="backup", level=Level.OK, says=says)
    return Finding(
        code="backup",
        level=Level.NOTE,
        says=says,
        to_do=N_(
            "« passkoop backup » en fait une maintenant ; « passkoop serve » en fait une chaque "
            "nuit, ou le matin si l'ordinateur était éteint."
        ),
    )


def _failure(rooms: Rooms, code: str) -> Finding:
    folder = rooms.settings.get(FOLDER) or rooms.home.path
    if code == DiskFull.code:
        says = N_("La sauvegarde de la nuit a échoué : le disque est plein.")
        to_do = N_(
            "Libérez de la place, dans %(folder)s et dans le dossier de la coop.", folder=folder
        )
    elif code in UNREACHABLE:
        says = N_("La sauvegarde de la nuit a échoué : %(folder)s ne répond pas.", folder=folder)
        to_do = N_("Rebranchez le disque, vérifiez les droits : nouvel essai dans l'heure.")
    else:
        says = N_("La sauvegarde de la nuit a échoué.")
        to_do = N_("« passkoop backup » dit pourquoi. Les sauvegardes d'avant restent en place.")
    return Finding(code="backup_failed", level=Level.BAD, says=says, to_do=to_do)
