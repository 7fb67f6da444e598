"""/borne: somebody becomes a member, one question after the other, and nothing stays behind."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mailing import MailServerHere
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.switches import SWITCHES
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.plan import Yearly
from passkoop_node.joining.questions import Ask, Own, Questions, Shape
from passkoop_node.joining.store import State
from passkoop_node.kiosk.drafts import DRAFTS, LONGEST, Drafts
from passkoop_node.kiosk.room import SENDS, TOUCHES
from passkoop_node.kiosk.steps import steps_of
from serving import NOON, Answer, Client, Served, make_coop

QUESTION = "/borne/question"
NAMES = {"given_name": "Youssef", "family_name": "Benali"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(make_coop(tmp_path / "coop")).start()
    yield served
    served.stop()


def asks(served: Served, **changes: object) -> Questions:
    """Have the co-op ask so."""
    store = served.rooms.joining.questions

    def save() -> Questions:
        store.save(replace(store.load(), **changes), now=NOON, actor="cli")  # type: ignore[arg-type]
        return store.load()

    return served.run(save)


def hidden(answer: Answer) -> dict[str, str]:
    """Return which page of whom it is, as the form says it."""
    return {
        name: value
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
        if name != "_jeton"
    }


def begin(kiosk: Client, **form: str) -> Answer:
    assert kiosk.post("/borne/commencer", form).goes_to == QUESTION
    return kiosk.get(QUESTION)


def go_on(kiosk: Client, page: Answer, form: Mapping[str, str]) -> Answer:
    """Return the page after an answer."""
    sent = kiosk.post(QUESTION, hidden(page) | dict(form))
    assert sent.status == 303, sent.words
    assert sent.goes_to == QUESTION
    return kiosk.get(QUESTION)


def joined(kiosk: Client, email: str = "youssef@example.org", **names: str) -> Answer:
    """Return the last page, after the usual questions."""
    page = begin(kiosk)
    for form in (NAMES | names, {"email": email}, {"aller": "passer"}, {}, {"consent": "oui"}):
        page = go_on(kiosk, page, form)
    return page


def requests(served: Served, state: State = State.WAITING) -> int:
    return served.run(served.rooms.joining.store.count, state)


def test_who_answers_the_questions_has_asked_to_join_and_the_office_answers(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    page = joined(kiosk)
    assert "Merci Youssef, c’est noté." in page.words
    assert "Le bureau vous répond" in page.words
    (request,) = served.run(served.rooms.joining.store.page, State.WAITING)
    assert request.answers.full_name == "Youssef Benali"
    assert request.source == "kiosk"
    entry = served.run(served.the(AuditStore).entries)[0]
    assert (entry.action, entry.actor) == ("join.ask", "kiosk:1")


def test_where_the_co_op_takes_people_in_at_once_the_card_is_on_the_screen(
    served: Served,
) -> None:
    asks(served, is_automatic=True)
    kiosk = served.kiosk()
    page = joined(kiosk)
    assert "Bienvenue Youssef" in page.words
    assert "<svg" in page.text
    (member,) = served.run(served.rooms.members.find, "Benali", limit=5)
    assert f"Membre n° {member.number}" in page.words
    # The next person finds none of it.
    kiosk.get("/borne")
    assert kiosk.get(QUESTION).goes_to == "/borne"
    # The same person again is nobody new: the office looks.
    assert "Merci Youssef" in joined(kiosk).words
    assert requests(served) == 1


def test_the_card_is_on_its_way_by_e_mail_where_the_co_op_sends_any(served: Served) -> None:
    asks(served, is_automatic=True)
    served.run(served.rooms.mail.save, MailServerHere().settings(port=9))
    page = joined(served.kiosk())
    assert "Elle est envoyée à youssef@example.org" in page.words
    waiting = served.run(
        lambda: served.rooms.db.execute("select kind, recipient from outbox").fetchall()
    )
    assert ("card", "youssef@example.org") in waiting


def test_the_way_back_keeps_what_was_said_and_a_fault_stays_on_its_screen(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk)
    assert "Question 1 sur 5" in page.words
    page = go_on(kiosk, page, {"given_name": "Youssef"})
    assert "Écrivez quelque chose ici" in page.words
    assert 'value="Youssef"' in page.text
    page = go_on(kiosk, page, NAMES)
    assert "Question 2 sur 5" in page.words
    page = go_on(kiosk, page, {"email": "youssef", "aller": "retour"})
    assert 'value="Benali"' in page.text
    page = go_on(kiosk, page, NAMES)
    assert 'value="youssef"' in page.text
    assert "nom@exemple.org" in go_on(kiosk, page, {"email": "youssef"}).words


def test_without_consent_nothing_is_kept(served: Served) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk)
    for form in (NAMES, {"email": "y@example.org"}, {}, {}, {}):
        page = go_on(kiosk, page, form)
    assert "sans votre accord, rien n’est gardé" in page.words
    assert requests(served) == 0


def test_what_the_co_op_asks_of_its_own_and_what_one_touches_is_asked_a_screen_each(
    served: Served,
) -> None:
    known = {"email": Ask.OFF, "phone": Ask.OFF, "address": Ask.OFF, "gender": Ask.OPTIONAL}
    own = (
        Own(name="q1", text="Quel rayon ?", shape=Shape.CHOICE, choices=("Fruits", "Vrac")),
        Own(name="q2", text="Un coup de main ?", shape=Shape.YES_NO, is_required=True),
    )
    questions = asks(served, known=known, own=own)
    names = [one.name for one in steps_of(questions)]
    assert names == ["name", "gender", "own-q1", "own-q2", "referred", "consent"]
    kiosk = served.kiosk()
    page = go_on(kiosk, begin(kiosk), NAMES)
    page = go_on(kiosk, page, {"gender": ""})  # « je préfère ne pas le dire »
    page = go_on(kiosk, page, {"q1": "Pirate"})
    assert "Choisissez l’une des possibilités" in page.words
    page = go_on(kiosk, page, {"q1": "Vrac"})
    page = go_on(kiosk, page, {"aller": "suite"})
    assert "Répondez à cette question" in page.words
    page = go_on(kiosk, page, {"q2": "oui"})
    page = go_on(kiosk, page, {"referred_by": "Maïté"})
    go_on(kiosk, page, {"consent": "oui"})
    (request,) = served.run(served.rooms.joining.store.page, State.WAITING)
    assert request.answers.own == {"Quel rayon ?": "Vrac", "Un coup de main ?": "oui"}
    assert request.answers.referred_by == "Maïté"


def test_what_a_year_costs_is_said_or_asked_where_each_gives_what_they_like(
    served: Served,
) -> None:
    ledger, kiosk = served.rooms.dues, served.kiosk()
    for_a_year = {"yearly": Yearly.ROLLING, "cents": 2_000}

    def plan(**changes: object) -> None:
        change = {**for_a_year, **changes}
        served.run(
            lambda: ledger.set_plan(replace(ledger.plan, **change), now=NOON, actor="cli")  # type: ignore[arg-type]
        )

    plan()
    page = begin(kiosk)
    for form in (NAMES, {"email": "y@example.org"}, {}, {}):
        page = go_on(kiosk, page, form)
    assert "20,00 €, à régler à la caisse" in page.words
    plan(is_free=True)
    page = begin(kiosk)
    for form in (NAMES, {"email": "y@example.org"}, {}, {}):
        page = go_on(kiosk, page, form)
    assert "Combien donnez-vous" in page.words
    assert 'value="20' in page.text
    page = go_on(kiosk, page, {"amount": "beaucoup"})
    assert "Combien donnez-vous" in page.words
    page = go_on(kiosk, go_on(kiosk, page, {"amount": "12,50"}), {"consent": "oui"})
    (request,) = served.run(served.rooms.joining.store.page, State.WAITING)
    assert request.answers.cents == 1_250
    served.run(ledger.amounts.put, Amount(name="Réduit", cents=500))
    served.run(ledger.amounts.put, Amount(name="Offert", cents=0))
    page = begin(kiosk)
    for form in (NAMES, {"email": "z@example.org"}, {}, {}):
        page = go_on(kiosk, page, form)
    assert "Quelle cotisation pour un an" in page.words
    assert "Offert · gratuit" in page.words
    page = go_on(kiosk, go_on(kiosk, page, {"offer": "Réduit"}), {"aller": "passer"})
    go_on(kiosk, page, {"consent": "oui"})
    newest = served.run(served.rooms.joining.store.page, State.WAITING)[0]
    assert (newest.answers.offer, newest.answers.cents) == ("Réduit", 500)


def test_the_language_is_this_person_s_and_no_cookie_keeps_it(served: Served) -> None:
    kiosk = served.kiosk()
    cookies = dict(kiosk.cookies)
    page = begin(kiosk, langue="en")
    assert 'lang="en"' in page.text
    assert "What is your name?" in page.words
    assert kiosk.cookies == cookies
    assert 'lang="fr"' in kiosk.get("/borne").text
    # A language that nobody speaks here, or no text at all, is ours.
    assert 'lang="fr"' in begin(kiosk, langue="xx").text


# What stays of somebody


def test_the_first_screen_the_button_and_time_each_forget_whoever_was_there(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    drafts = served.app[DRAFTS]
    for ending in ("first screen", "button", "time"):
        page = go_on(kiosk, begin(kiosk), NAMES)
        assert len(drafts) == 1
        if ending == "first screen":
            assert kiosk.get("/borne").status == 200
        elif ending == "button":
            assert kiosk.post("/borne/effacer").goes_to == "/borne"
        else:
            served.now += LONGEST
            served.do_job("forget who left a kiosk")
        assert len(drafts) == 0
        assert kiosk.get(QUESTION).goes_to == "/borne"
        assert kiosk.post(QUESTION, hidden(page) | {"email": "a@b.fr"}).goes_to == "/borne"
    assert "Benali" not in kiosk.get("/borne").text


def test_no_answer_of_a_form_is_a_page_so_that_no_history_holds_what_was_typed(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk)
    for form in (NAMES, {}, {"aller": "retour"}, {"family_name": "x" * 300}):
        answer = kiosk.post(QUESTION, hidden(page) | form)
        assert (answer.status, answer.goes_to, answer.body) == (303, QUESTION, b"")
    assert kiosk.get(QUESTION).headers["Cache-Control"] == "no-store"


def test_without_scripts_the_page_goes_back_by_itself_and_fields_are_not_remembered(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk).text
    assert '<noscript><meta http-equiv="refresh" content="180;url=/borne"></noscript>' in page
    typed = re.findall(r"<input (?![^>]*hidden)[^>]*>", page)
    assert len(typed) == 2
    assert all('autocomplete="off"' in one for one in typed)


# Attacks


def test_a_page_of_somebody_else_or_a_guess_changes_nothing(served: Served) -> None:
    one, other = served.kiosk("Une"), served.kiosk("Deux")
    page = begin(one)
    theirs = hidden(page) | NAMES
    assert other.post(QUESTION, theirs).goes_to == "/borne"  # another kiosk has another person
    assert other.get(QUESTION).goes_to == "/borne"
    for guess in ("", "x", "é" * 40, "0" * 24):
        assert one.post(QUESTION, theirs | {"page": guess}).goes_to == "/borne"
    assert 'value="Youssef"' not in one.get(QUESTION).text
    begin(one)  # the next person
    assert one.post(QUESTION, theirs).goes_to == "/borne"
    assert 'value="Youssef"' not in one.get(QUESTION).text


def test_a_finger_that_taps_twice_asks_once(served: Served) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk)
    for form in (NAMES, {"email": "y@example.org"}, {}, {}):
        page = go_on(kiosk, page, form)
    for _ in range(3):
        assert "Merci Youssef" in go_on(kiosk, page, {"consent": "oui"}).words
    assert requests(served) == 1


def test_a_form_that_is_posted_without_end_is_stopped_and_the_draft_stays_small(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    page = begin(kiosk)
    served.app[TOUCHES].tries = 20
    answers = [
        kiosk.post(QUESTION, hidden(page) | {"given_name": "x" * 5000, f"f{n}": "x" * 5000})
        for n in range(40)
    ]
    assert answers[-1].status == 429
    assert "Un instant" in answers[-1].words
    draft = served.app[DRAFTS].of(1, now=served.now)
    assert draft is not None
    assert sum(map(len, draft.typed.values())) <= 500
    assert requests(served) == 0


@pytest.mark.slow
def test_ten_thousand_requests_from_one_kiosk_leave_a_few_dozen_and_the_other_works(
    served: Served,
) -> None:
    one, other = served.kiosk("Une"), served.kiosk("Deux")
    page = begin(one)
    for form in (NAMES, {"email": "a@example.org"}, {}, {}):
        page = go_on(one, page, form)
    said = Counter(
        one.post(QUESTION, hidden(page) | {"consent": "oui", "pas": "consent"}).status
        for _ in range(10_000)
    )
    assert set(said) == {303, 429}
    assert said[303] <= 120
    assert requests(served) == 1
    assert "Merci" in joined(other, email="b@example.org", given_name="Zoé").words


def test_more_requests_than_people_could_make_wait_and_keep_what_was_typed(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    served.app[SENDS].tries = 1
    assert "Merci" in joined(kiosk).words
    page = joined(kiosk, email="z@example.org", given_name="Zoé")
    assert "Beaucoup de demandes" in page.words
    served.now += 60
    assert "Merci Zoé" in go_on(kiosk, page, {"consent": "oui"}).words


def test_a_node_that_starts_anew_has_forgotten_who_was_at_the_kiosk(served: Served) -> None:
    kiosk = served.kiosk()
    page = go_on(kiosk, begin(kiosk), NAMES)
    served.stop()
    again = Served(served.home).start()
    try:
        kiosk.node = again
        assert kiosk.post(QUESTION, hidden(page) | {"email": "y@example.org"}).goes_to == "/borne"
        assert kiosk.get("/borne").status == 200
    finally:
        again.stop()


def test_somebody_who_entered_on_the_kiosk_has_to_leave_before_it_opens(served: Served) -> None:
    kiosk = served.kiosk()
    served.administrator()
    assert kiosk.enter("Nico", "carotte velo lundi").status == 303
    page = kiosk.get("/borne")
    assert "Sortez d’abord" in page.words
    kiosk.post("/sortir")
    assert "Devenir membre" in kiosk.get("/borne").words


def test_the_drafts_are_one_a_kiosk_and_a_clock_set_back_keeps_nobody() -> None:
    drafts = Drafts()
    first = drafts.begin(1, language="fr", now=100)
    assert drafts.of(1, now=101, id=first.id) is first
    second = drafts.begin(1, language="fr", now=102)
    assert drafts.of(1, now=103, id=first.id) is None
    assert drafts.of(2, now=103, id=second.id) is None
    assert drafts.of(1, now=50) is None
    assert len(drafts) == 0


def test_a_co_op_without_a_kiosk_has_none(served: Served) -> None:
    kiosk = served.kiosk()
    off = served.app[SWITCHES]
    served.run(
        off.keep,
        ["kiosk.kiosk"],
        served.rooms.settings,
        served.rooms.audit,
        now=NOON,
        actor="cli",
    )
    assert kiosk.get("/borne").status == 404
    assert kiosk.get("/").status == 200
    assert served.administrator().get("/reglages/bornes").status == 404
