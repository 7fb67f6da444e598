"""Joining on the web: the form, the private page, the office's inbox, the settings."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from joining import MAITE
from mailing import MailServerHere
from passkoop_node.core.outbox import State as Mailed
from passkoop_node.dues.amounts import Amount, Whom
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.schedules import SharePlan
from passkoop_node.dues.transfers import Account
from passkoop_node.joining import spam
from passkoop_node.joining.questions import Ask, Own, Questions, Shape
from passkoop_node.joining.store import State
from passkoop_node.members.member import MemberData
from passkoop_protocol.qr import read_qr
from serving import NOON, Answer, Client, Served, make_coop

MINUTE, DAY = 60, 86_400


class Open:
    """A co-op that people can join on line."""

    def __init__(self, path: Path) -> None:
        self.served = Served(make_coop(path)).start()
        self.nico = self.served.administrator()
        self.ask(is_open=True)

    def ask(self, **changed: object) -> None:
        """Change what the co-op asks."""

        def change() -> None:
            store = self.served.rooms.joining.questions
            asked = replace(store.load(), **changed)  # type: ignore[arg-type]
            store.save(asked, now=self.served.now, actor="test")

        self.served.run(change)

    def send(self, client: Client | None = None, *, wait: int = MINUTE, **typed: Any) -> Answer:
        """Open the form, take a minute, and send it."""
        client = client or Client(self.served)
        page = client.get("/adhesion")
        assert page.status == 200, page.words
        self.served.now += wait
        return client.post("/adhesion", MAITE | {"depuis": stamp_of(page)} | typed)

    def count(self, state: State = State.WAITING) -> int:
        return self.served.run(self.served.rooms.joining.store.count, state)

    def letters(self) -> list[str]:
        """Return to whom letters wait, and what they are."""
        page = self.served.rooms.outbox.page
        found = self.served.run(lambda: page([Mailed.WAITING]))
        return [f"{one.ref.partition(':')[0] or one.kind} {one.recipient}" for one in found][::-1]

    def can_mail(self) -> None:
        settings = MailServerHere().settings(port=9)
        self.served.run(self.served.rooms.mail.save, settings)

    def members(self) -> list[str]:
        return [one.full_name for one in self.served.run(self.served.rooms.members.members)]


def stamp_of(page: Answer) -> str:
    (found,) = re.findall(r'name="depuis" value="([^"]+)"', page.text)
    return str(found)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Open]:
    opened = Open(tmp_path / "coop")
    yield opened
    opened.served.stop()


def test_somebody_asks_to_join_and_the_office_accepts_in_one_tap(coop: Open) -> None:
    coop.can_mail()
    visitor = Client(coop.served)
    sent = coop.send(visitor)
    assert sent.status == 303, sent.words
    page = visitor.get(sent.goes_to)
    assert "Votre demande est bien arrivée" in page.words
    assert "1 à voir" in coop.nico.get("/bureau").words
    inbox = coop.nico.get("/bureau/demandes")
    assert "Maïté Etcheverry" in inbox.words
    done = coop.nico.post("/bureau/demandes/1/accepter", {"liste": "oui"})
    assert done.goes_to == "/bureau/demandes"
    said = coop.nico.get(done.goes_to).words
    assert "Maïté Etcheverry est membre n° 1, sa carte part par e-mail." in said
    assert coop.letters() == ["received maite@exemple.org", "1 maite@exemple.org"]
    mine = visitor.get(sent.goes_to)
    assert "Bienvenue Maïté" in mine.words
    assert "<svg" in mine.text
    assert visitor.get(f"{sent.goes_to}/carte.pdf").body.startswith(b"%PDF")
    # Another volunteer was slower.
    assert coop.nico.post("/bureau/demandes/1/accepter").goes_to == "/bureau/demandes/1"
    assert coop.members() == ["Maïté Etcheverry"]


def test_the_private_page_is_of_nobody_else_and_ends(coop: Open) -> None:
    visitor = Client(coop.served)
    sent = coop.send(visitor)
    assert visitor.get(sent.goes_to[:-4] + "AAAA").status == 404
    assert visitor.get(f"{sent.goes_to}/carte.pdf").status == 404  # there is none yet
    coop.served.now += 8 * DAY
    assert visitor.get(sent.goes_to).status == 404


def test_with_automatic_acceptance_the_card_is_there_at_once(coop: Open) -> None:
    coop.ask(is_automatic=True)
    coop.can_mail()
    visitor = Client(coop.served)
    sent = coop.send(visitor)
    page = visitor.get(sent.goes_to)
    assert "Vous êtes membre, voici votre carte." in page.words
    assert coop.letters() == ["1 maite@exemple.org"]  # the card itself, no other letter
    # Once more: the office looks, and the page tells nothing of who is a member.
    again = coop.send(visitor, given_name="MAITE")
    assert "Votre demande est bien arrivée" in visitor.get(again.goes_to).words
    assert coop.letters()[1:] == ["known maite@exemple.org"]
    assert coop.members() == ["Maïté Etcheverry"]


def test_a_form_sent_twice_by_one_tap_too_many_leads_to_one_card(coop: Open) -> None:
    coop.ask(is_automatic=True)
    visitor = Client(coop.served)
    typed = MAITE | {"depuis": stamp_of(visitor.get("/adhesion"))}
    coop.served.now += MINUTE
    first, second = (visitor.post("/adhesion", typed) for _tap in range(2))
    assert first.goes_to == second.goes_to
    assert "voici votre carte" in visitor.get(second.goes_to).words
    assert (coop.members(), coop.count()) == (["Maïté Etcheverry"], 0)
    # Another form, or the same one from somewhere else, is another request.
    assert visitor.post("/adhesion", typed | {"phone": "06 12"}).goes_to != first.goes_to


def test_an_address_is_proved_by_a_link_where_the_coop_asks_for_it(coop: Open) -> None:
    coop.can_mail()
    coop.ask(proves_email=True, is_automatic=True)
    visitor = Client(coop.served)
    sent = coop.send(visitor)
    assert "ouvrez le message" in visitor.get(sent.goes_to).words
    assert (coop.count(), coop.count(State.UNPROVED)) == (0, 1)
    letter = coop.served.run(lambda: coop.served.rooms.outbox.page([Mailed.WAITING])[0])
    (link,) = re.findall(r"https?://[^/]+(/adhesion/confirmer/\S+)", letter.body or "")
    mailbox = Client(coop.served)
    assert "Confirmer" in mailbox.get(link).words
    assert coop.members() == []  # whatever opens links in letters confirms nothing
    proved = mailbox.post(link)
    assert "voici votre carte" in mailbox.get(proved.goes_to).words
    assert "voici votre carte" in mailbox.get(mailbox.post(link).goes_to).words
    assert coop.members() == ["Maïté Etcheverry"]


def test_a_refused_form_keeps_what_was_typed(coop: Open) -> None:
    coop.ask(known={**Questions().known, "birth_year": Ask.REQUIRED})
    sent = coop.send(birth_year="1870", referred_by="Bixente <b>", topic_news="oui", code="ABC")
    assert sent.status == 422
    assert 'value="1870"' in sent.text
    assert 'value="Bixente &lt;b&gt;"' in sent.text
    assert 'name="topic_news" value="oui" checked' in sent.text
    assert 'name="code" value="ABC"' in sent.text
    assert "l'année de votre naissance" in sent.words.replace("’", "'")
    assert coop.count() == 0


@pytest.mark.parametrize(
    ("wait", "typed", "says"),
    [
        (1, {}, spam.QUICK),
        (2 * DAY, {}, spam.OLD),
        (MINUTE, {"depuis": ""}, spam.OLD),
        (MINUTE, {"depuis": f"{NOON}.{'0' * 32}"}, spam.OLD),
        (MINUTE, {"depuis": f"{NOON}.é"}, spam.OLD),
        (MINUTE, {spam.TRAP: "http://spam.example"}, spam.TRAPPED),
    ],
)
def test_a_program_that_fills_in_the_form_is_asked_to_do_it_again(
    coop: Open, wait: int, typed: dict[str, str], says: object
) -> None:
    visitor = Client(coop.served)
    sent = coop.send(visitor, wait=wait, **typed)
    assert sent.status == 422
    assert " ".join(str(says).replace("\u202f", " ").split()) in sent.words
    assert 'value="Maïté"' in sent.text  # nothing is lost
    assert spam.TRAP not in dict(re.findall(r'name="(\w+)" value="([^"]+)"', sent.text))
    # A person sends it again.
    coop.served.now += MINUTE
    again = visitor.post("/adhesion", MAITE | {"depuis": stamp_of(sent)})
    assert again.status == 303, again.words


def test_a_form_posted_again_and_again_fills_no_inbox(coop: Open) -> None:
    visitor = Client(coop.served)
    statuses = []
    for n in range(60):
        sent = coop.send(visitor, email=f"p{n}@exemple.org", wait=4)
        statuses.append(sent.status)
    assert statuses[:10] == [303] * 10
    assert set(statuses[15:]) == {429}
    assert "Beaucoup de demandes viennent d" in sent.words
    assert 'value="p59@exemple.org"' in sent.text
    assert int(sent.headers["Retry-After"]) > 0
    assert coop.count() == statuses.count(303)


def test_what_is_too_large_or_a_file_is_no_request(coop: Open) -> None:
    visitor = Client(coop.served)
    big = visitor.post("/adhesion", MAITE | {"heard": "x" * 1_000_000})
    assert big.status == 413
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = (
        '--x\r\nContent-Disposition: form-data; name="given_name"; filename="a.exe"\r\n'
        "Content-Type: application/octet-stream\r\n\r\nMZ\r\n--x--\r\n"
    )
    answer = visitor.ask("POST", "/adhesion", body.encode(), headers)
    assert answer.status == 422
    assert coop.count() == 0


def test_where_joining_is_closed_the_page_says_so_kindly(coop: Open) -> None:
    coop.ask(is_open=False)
    visitor = Client(coop.served)
    page = visitor.get("/adhesion")
    assert page.status == 404
    assert "n'inscrit pas en ligne" in page.words.replace("’", "'")
    assert visitor.post("/adhesion", MAITE).status == 404


def test_an_amount_and_shares_are_chosen_and_kept(coop: Open) -> None:
    ledger = coop.served.rooms.dues
    plan = Plan(yearly=Yearly.ROLLING, cents=2_000)
    coop.served.run(ledger.set_plan, plan, now=NOON, actor="test")
    assert "20,00 €" in Client(coop.served).get("/adhesion").words

    def add() -> None:
        ledger.amounts.put(Amount(name="Réduit", cents=500, most_age=25))
        ledger.amounts.put(Amount(name="Foyer", cents=3_000, whom=Whom.HOUSEHOLD))
        ledger.amounts.put(Amount(name="Soutien", cents=5_000, is_open=True))

    coop.served.run(add)
    coop.ask(share_cents=1_000, least_shares=2)
    coop.ask(known={**Questions().known, "birth_year": Ask.OPTIONAL})
    page = Client(coop.served).get("/adhesion").words
    assert "Soutien" in page
    assert "Foyer" not in page
    wrong: list[dict[str, Any]] = [
        {"offer": "Foyer"},
        {"offer": "Soutien", "amount": "beaucoup"},
        {"offer": "Réduit", "birth_year": "1950"},
        {"offer": "Soutien", "shares": "1"},
        {"offer": "Soutien", "shares": "-3"},
    ]
    for typed in wrong:
        assert coop.send(**typed).status == 422, typed
    assert coop.send(offer="Soutien", amount="35", shares="3").status == 303
    request = coop.served.run(coop.served.rooms.joining.store.get, 1)
    said = request.answers
    assert (said.offer, said.cents, said.shares) == ("Soutien", 3_500, 3)
    assert "35,00 €" in coop.nico.get("/bureau/demandes/1").words
    coop.nico.post("/bureau/demandes/1/accepter")
    assert coop.served.run(ledger.schedules.share_plan, 1) == SharePlan(shares=3, cents=1_000)


def test_whoever_is_accepted_can_pay_by_transfer_and_is_known_by_a_friend_s_link(
    coop: Open,
) -> None:
    rooms = coop.served.rooms
    plan = Plan(yearly=Yearly.ROLLING, cents=2_000)
    coop.served.run(rooms.dues.set_plan, plan, now=NOON, actor="test")
    account = Account(holder="Hendaia Koop", iban="FR1420041010050500013M02606")
    coop.served.run(rooms.transfers.set_account, account, now=NOON, actor="test")
    friend = MemberData(given_name="Bixente", family_name="Iriarte")
    member = coop.served.run(rooms.members.add, friend, now=NOON)
    code = coop.served.run(rooms.referrals.code_of, member, now=NOON)
    visitor = Client(coop.served)
    assert f'name="code" value="{code}"' in visitor.get(f"/adhesion?de={code}").text
    sent = coop.send(visitor, code=code)
    assert "IBAN" not in visitor.get(sent.goes_to).words  # nothing is owed yet
    assert "Par le lien de Bixente Iriarte" in coop.nico.get("/bureau/demandes/1").words
    coop.nico.post("/bureau/demandes/1/accepter")
    page = visitor.get(sent.goes_to)
    assert "Payer 20,00 € par virement" in page.words
    assert page.text.count("<svg") > 2
    assert page.words == visitor.get(sent.goes_to).words  # the same reference again
    assert "La cotisation se paie à la caisse" in page.words
    cash = {"pour": "dues", "moyen": "cash", "jour": "2026-11-21", "montant": "20", "vu": "0"}
    assert coop.nico.post("/bureau/membres/2/cotisation", cash).status == 303
    paid = visitor.get(sent.goes_to).words
    assert "à la caisse" not in paid.replace("Montrez ce code à la caisse", "")
    assert "par virement" not in paid
    coop.nico.post("/bureau/membres/2/cotisation/2026-0001/annuler")
    assert "Payer 20,00 € par virement" in visitor.get(sent.goes_to).words
    brought = coop.served.run(rooms.referrals.store.who_brought, 2)
    assert brought is not None
    assert brought.by_member_id == member.id


def test_a_request_of_somebody_known_is_shown_beside_them_and_merged(coop: Open) -> None:
    nico = coop.nico
    nico.post(
        "/bureau/membres/nouveau",
        {"given_name": "Maïté", "family_name": "Etcheverry", "phone": "05 59", "category": "0"},
    )
    somebody = Client(coop.served)
    sent = coop.send(somebody, phone="06 12", town="Hendaye")
    refused = nico.post("/bureau/demandes/1/accepter")
    assert refused.goes_to == "/bureau/demandes/1"
    page = nico.get("/bureau/demandes/1")
    assert "Peut-être déjà membre" in page.words
    for text in ("05 59", "06 12", "Hendaye"):
        assert text in page.words
    done = nico.post("/bureau/demandes/1/reunir", {"membre": "1", "phone": "demande"})
    assert done.status == 303
    member = coop.served.run(coop.served.rooms.members.get, 1)
    assert (member.phone, member.town, member.email) == ("06 12", "Hendaye", "maite@exemple.org")
    # Whoever sent it may be somebody else: the card is not on their page.
    page = somebody.get(sent.goes_to)
    assert "Demandez votre carte à la coop" in page.words
    assert somebody.get(f"{sent.goes_to}/carte.pdf").status == 404
    assert coop.members() == ["Maïté Etcheverry"]
    assert nico.post("/bureau/demandes/1/reunir", {"membre": "77"}).status == 404


def test_a_request_is_corrected_then_accepted(coop: Open) -> None:
    coop.ask(own=(Own(name="q1", text="Quel jour ?", shape=Shape.TEXT),))
    coop.send(q1="jeudi", given_name="Maite")
    wrong = coop.nico.post("/bureau/demandes/1/corriger", {"given_name": "", "family_name": ""})
    assert wrong.status == 422
    right = {"given_name": "Maïté", "family_name": "Etcheverry", "email": "m@exemple.org"}
    assert coop.nico.post("/bureau/demandes/1/corriger", right).status == 303
    coop.nico.post("/bureau/demandes/1/accepter")
    member = coop.served.run(coop.served.rooms.members.get, 1)
    assert (member.full_name, member.email) == ("Maïté Etcheverry", "m@exemple.org")
    assert member.notes == "Quel jour ? jeudi"


def test_a_request_is_refused_with_a_reason_and_opened_again(coop: Open) -> None:
    coop.can_mail()
    coop.send()
    assert "Refuser" in coop.nico.get("/bureau/demandes/1/refuser").words
    long = coop.nico.post("/bureau/demandes/1/refuser", {"raison": "x" * 1_000})
    assert long.status == 422
    coop.nico.post("/bureau/demandes/1/refuser", {"raison": "Trop loin", "ecrire": "oui"})
    assert coop.letters()[-1] == "refused maite@exemple.org"
    assert "Trop loin" in coop.nico.get("/bureau/demandes?etat=refusees").words
    coop.nico.post("/bureau/demandes/1/rouvrir")
    assert coop.count() == 1


def test_the_inbox_has_pages_and_is_searched(coop: Open) -> None:
    def many() -> None:
        from joining import TODAY, answers

        inbox = coop.served.rooms.joining
        for n in range(30):
            inbox.submit(
                answers(family_name=f"Nom{n}", email=f"p{n}@exemple.org"),
                consent="D'accord.",
                source="kiosk",
                spoken="fr",
                actor="kiosk:1",
                now=NOON,
                today=TODAY,
            )

    coop.served.run(many)
    first = coop.nico.get("/bureau/demandes").words
    assert first.index("Nom29") < first.index("Nom28")
    assert "1 à 25 sur 30" in first
    assert "Nom0 " in coop.nico.get("/bureau/demandes?page=2").words
    found = coop.nico.get("/bureau/demandes?cherche=p17@").words
    assert "Nom17" in found
    assert "Nom16" not in found
    assert "Aucune demande ne correspond" in coop.nico.get("/bureau/demandes?cherche=zz").words


def test_the_questions_are_set_ordered_changed_and_removed(coop: Open) -> None:
    nico, page = coop.nico, "/reglages/adhesion"
    for text in ("Premier ?", "Deuxième ?"):
        answer = nico.post(f"{page}/question", {"question": text, "forme": "yes_no"})
        assert answer.status == 303, answer.words
    few = {"question": "Lequel ?", "forme": "choice", "reponses": "un\n"}
    assert nico.post(f"{page}/question", few).status == 422
    nico.post(f"{page}/question/q2/monter")
    words = nico.get(page).words
    assert words.index("Deuxième ?") < words.index("Premier ?")
    change = {"question": "Lequel ?", "forme": "choice", "reponses": "un\ndeux"}
    assert nico.post(f"{page}/question/q1", change).status == 303
    assert "deux" in Client(coop.served).get("/adhesion").words
    assert "Lequel ?" in nico.get(f"{page}/question/q1/retirer").words
    nico.post(f"{page}/question/q1/retirer")
    assert "Lequel ?" not in Client(coop.served).get("/adhesion").words
    assert nico.get(f"{page}/question/q1").status == 404


def test_the_settings_say_what_is_wrong_and_keep_it_typed(coop: Open) -> None:
    nico, page = coop.nico, "/reglages/adhesion"
    typed = {f"demande_{name}": str(ask) for name, ask in Questions().known.items()}
    typed |= {"refusees": "30", "attente": "365", "accord": "Nous gardons votre nom."}
    wrong = nico.post(page, typed | {"attente": "0", "preuve": "oui"})
    assert wrong.status == 422
    assert "Nous gardons votre nom." in wrong.text
    assert "Réglez d" in wrong.words
    assert nico.post(page, typed | {"ouverte": "oui"}).status == 303
    assert "Nous gardons votre nom." in Client(coop.served).get("/adhesion").words


def test_the_poster_holds_the_address_of_the_form(coop: Open) -> None:
    import pypdfium2

    coop.served.run(coop.served.rooms.ourselves.set_addresses, ["https://carte.exemple.coop"])
    pdf = coop.nico.get("/reglages/adhesion/affiche.pdf").body
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=2).to_pil()
    from io import BytesIO

    png = BytesIO()
    picture.save(png, "PNG")
    assert read_qr(png.getvalue()) == ["https://carte.exemple.coop/adhesion"]
    document.close()


def test_old_requests_are_forgotten_by_night(coop: Open) -> None:
    coop.send()
    coop.nico.post("/bureau/demandes/1/refuser", {"raison": "non"})
    coop.served.now += 31 * DAY
    coop.served.do_job("requests to join that are old")
    assert coop.count(State.REFUSED) == 0


@pytest.mark.slow
def test_a_form_posted_ten_thousand_times_gets_a_clear_answer_each_time(coop: Open) -> None:
    visitor = Client(coop.served)
    stamp = stamp_of(visitor.get("/adhesion"))
    coop.served.now += MINUTE
    statuses: Counter[int] = Counter()
    for n in range(10_000):
        typed = MAITE | {"depuis": stamp, "email": f"p{n}@exemple.org"}
        statuses[visitor.post("/adhesion", typed).status] += 1
    assert statuses.keys() <= {303, 429, 503}, statuses
    assert statuses[303] == coop.count()  # what was taken in is there, and nothing else
    assert 10 <= coop.count() <= 30
    assert coop.nico.get("/bureau/demandes").status == 200
