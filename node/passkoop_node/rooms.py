"""The rooms of one co-op, opened together for a command or a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node import (
    api,
    booklet,
    cards,
    channels,
    coops,
    dashboard,
    dues,
    identity,
    joining,
    kiosk,
    letters,
    members,
    peers,
    referral,
    relay,
    takeout,
    till,
    visits,
)
from passkoop_node.api.tokens import TokenStore
from passkoop_node.booklet.room import OwnRoom, open_own
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.lists import Lists
from passkoop_node.cards.mailing import CardMail
from passkoop_node.cards.store import CardStore
from passkoop_node.channels.by_hand import ByHand
from passkoop_node.channels.gateway import SmsSettings
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.wrong import WrongStore
from passkoop_node.coops.custody import Custody
from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.pairing import Pairings
from passkoop_node.coops.store import CoopStore
from passkoop_node.coops.trusting import load_trust
from passkoop_node.core import accounts, audit, devices, outbox, sessions, settings
from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.administration import Administration
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import open_database
from passkoop_node.core.devices import TillStore
from passkoop_node.core.feature import Feature
from passkoop_node.core.keyring import Keyring
from passkoop_node.core.mail_settings import MailSettings
from passkoop_node.core.outbox import OutboxStore
from passkoop_node.core.post import PostOffice
from passkoop_node.core.sessions import SessionStore
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.erasing import DuesHolding
from passkoop_node.dues.incoming import IncomingStore
from passkoop_node.dues.intake import Intake
from passkoop_node.dues.lapsing import Lapsing
from passkoop_node.dues.lapsing_store import LiftedStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.notices import PaymentNotices
from passkoop_node.dues.receipts import Receipts
from passkoop_node.dues.reminders import Reminders
from passkoop_node.dues.reminders_store import ReminderStore
from passkoop_node.dues.store import PaymentStore
from passkoop_node.dues.transfers import Transfers
from passkoop_node.home import Home
from passkoop_node.joining.questions import QuestionStore
from passkoop_node.joining.requests import Requests
from passkoop_node.joining.store import JoinStore
from passkoop_node.joining.welcoming import Welcome
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.holding import DrawHolding
from passkoop_node.kiosk.promotions import Promotions
from passkoop_node.letters.mailing_store import MailingStore
from passkoop_node.letters.mailings import Mailings
from passkoop_node.letters.room import open_segments
from passkoop_node.letters.segments import Segments
from passkoop_node.letters.store import SegmentStore
from passkoop_node.members.household_store import HouseholdStore
from passkoop_node.members.households import Households
from passkoop_node.members.preferences import PreferenceStore
from passkoop_node.members.store import MemberStore
from passkoop_node.peers.known import KnownCoops
from passkoop_node.referral.referring import Referrals
from passkoop_node.referral.store import ReferralStore
from passkoop_node.relay.room import RelayRoom
from passkoop_node.visits.room import VisitRoom, open_visits
from passkoop_protocol.trust import TrustStore

# A subject more: its folder, and a line here.
FEATURES: Sequence[Feature] = (
    settings.FEATURE,
    audit.FEATURE,
    accounts.FEATURE,
    sessions.FEATURE,
    devices.FEATURE,
    members.FEATURE,
    coops.FEATURE,
    cards.FEATURE,
    relay.FEATURE,
    visits.FEATURE,
    peers.FEATURE,
    identity.FEATURE,
    till.FEATURE,
    outbox.FEATURE,
    channels.FEATURE,
    api.FEATURE,
    dues.FEATURE,
    dashboard.FEATURE,
    takeout.FEATURE,
    joining.FEATURE,
    booklet.FEATURE,
    referral.FEATURE,
    letters.FEATURE,
    kiosk.FEATURE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rooms:
    """What the rooms offer. No rule is here: each is in its room."""

    home: Home
    db: Database
    settings: SettingsStore
    audit: AuditStore
    keyring: Keyring
    accounts: AccountStore
    sessions: SessionStore
    tills: TillStore
    tokens: TokenStore
    administration: Administration
    mail: MailSettings
    outbox: OutboxStore
    post: PostOffice
    members: MemberStore
    households: Households
    preferences: PreferenceStore
    coops: CoopStore
    ourselves: Ourselves
    pairings: Pairings
    custody: Custody
    live: LiveTrust
    cards: CardStore
    lists: Lists
    issuer: Issuer
    card_mail: CardMail
    channels: Channels
    sms: SmsSettings
    by_hand: ByHand
    relay: RelayRoom
    known: KnownCoops
    visits: VisitRoom
    dues: Ledger
    receipts: Receipts
    transfers: Transfers
    payment_notices: PaymentNotices
    intake: Intake
    joining: Requests
    lapsing: Lapsing
    reminders: Reminders
    own: OwnRoom
    referrals: Referrals
    segments: Segments
    mailings: Mailings
    promotions: Promotions
    draws: Draws

    def trust(self) -> TrustStore:
        """Return the trust store that the documents on the disk make."""
        return load_trust(self.coops, self.ourselves.coop)

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()


def open_rooms(home: Home, *, new: bool = False) -> Rooms:
    """Return the rooms of the co-op in `home`, its database brought to the newest shape.

    Args:
        new: make the database; otherwise it must be there.

    Raises:
        FolderNotFound, NotANode, NewerDatabase, NotADatabase, DiskFull, …: as they say.
    """
    if not new:
        home.check()
    db = open_database(home.database, [feature.migrations for feature in FEATURES])
    setting_store, audit_store, keyring = SettingsStore(db), AuditStore(db), Keyring(home)
    member_store, coop_store, card_store = MemberStore(db), CoopStore(db), CardStore(db)
    account_store, till_store = AccountStore(db), TillStore(db)
    session_store = SessionStore(db, account_store)
    outbox_store, mail_settings = OutboxStore(db), MailSettings(setting_store, home)
    ourselves = Ourselves(coop_store, setting_store, keyring)
    live = LiveTrust(coop_store, ourselves)
    lists = Lists(card_store, coop_store, ourselves)
    draws = Draws(db, audit_store)
    households = Households(HouseholdStore(db), member_store, audit_store)
    issuer = Issuer(card_store, member_store, lists, ourselves, audit_store, households)
    ledger = Ledger(PaymentStore(db), member_store, households, setting_store, audit_store)
    post = PostOffice(outbox_store, mail_settings, setting_store, audit_store)
    card_mail = CardMail(post, issuer)
    visit_room = open_visits(db, setting_store, ourselves, issuer, audit_store)
    preferences = PreferenceStore(db)
    sms_settings = SmsSettings(setting_store, home)
    messenger = Channels(post, member_store, preferences, WrongStore(db), ourselves)
    segments = open_segments(db, issuer, ledger, visit_room, preferences, audit_store)
    transfers = Transfers(db, setting_store, audit_store)
    card_mail.wrong_emails = messenger.wrong_emails
    referrals = Referrals(
        ReferralStore(db),
        member_store,
        households,
        ledger,
        messenger,
        setting_store,
        audit_store,
    )
    joining_room = Requests(
        JoinStore(db),
        QuestionStore(setting_store, audit_store),
        member_store,
        issuer,
        card_mail,
        Welcome(preferences, ledger, transfers, referrals),
        setting_store,
        audit_store,
    )
    return Rooms(
        home=home,
        db=db,
        settings=setting_store,
        audit=audit_store,
        keyring=keyring,
        accounts=account_store,
        sessions=session_store,
        tills=till_store,
        tokens=TokenStore(db, audit_store),
        administration=Administration(account_store, session_store, till_store, audit_store),
        mail=mail_settings,
        outbox=outbox_store,
        post=post,
        members=member_store,
        households=households,
        preferences=preferences,
        coops=coop_store,
        ourselves=ourselves,
        custody=Custody(ourselves, audit_store),
        pairings=Pairings(coop_store, ourselves, audit_store),
        live=live,
        cards=card_store,
        lists=lists,
        issuer=issuer,
        card_mail=card_mail,
        channels=messenger,
        sms=sms_settings,
        by_hand=ByHand(post, sms_settings),
        relay=RelayRoom(db, live, coop_store, ourselves, issuer, lists, setting_store, audit_store),
        known=KnownCoops(live, coop_store, ourselves, audit_store),
        visits=visit_room,
        joining=joining_room,
        dues=ledger,
        receipts=Receipts(ledger, ourselves, post),
        transfers=transfers,
        payment_notices=PaymentNotices(transfers, member_store, ourselves, post),
        intake=Intake(ledger, transfers, IncomingStore(db, setting_store), audit_store),
        lapsing=Lapsing(ledger, issuer, setting_store, audit_store),
        reminders=Reminders(ledger, messenger, transfers, setting_store),
        own=open_own(
            db,
            issuer,
            ledger,
            visit_room,
            post,
            setting_store,
            audit_store,
            {
                "preferences": preferences,
                "joining": joining_room,
                "dues": DuesHolding(db),
                "pauses": LiftedStore(db),
                "reminders": ReminderStore(db),
                "groups": SegmentStore(db),
                "mailings": MailingStore(db),
                "referrals": ReferralStore(db),
                "messages": messenger,
                "draws": DrawHolding(draws, member_store),
            },
        ),
        referrals=referrals,
        segments=segments,
        mailings=Mailings(MailingStore(db), segments, messenger, audit_store),
        promotions=Promotions(db, audit_store),
        draws=draws,
    )
