"""A member as a form shows and takes one: each fault beside its field."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar

from passkoop_node.core.forms import Form
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import BadgeTaken, NumberTaken
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.member import LONGEST, LONGEST_TEXT, MemberData
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import clean

FIELDS = (
    "number",
    "given_name",
    "family_name",
    "email",
    "phone",
    "address",
    "postcode",
    "town",
    "country",
    "birth_year",
    "joined",
    "badge",
    "referred_by",
    "notes",
)
CATEGORIES: Mapping[str, tuple[Message, str]] = {
    "0": (N_("Membre"), ""),
    "1": (N_("Personne rattachée au foyer d'un membre"), ""),
}
AnyData = TypeVar("AnyData", bound=MemberData)


def typed_of(member: MemberData) -> dict[str, str]:
    """Return what a form shows of a member before anybody types."""
    return {name: _typed(getattr(member, name)) for name in (*FIELDS, "category")}


def _typed(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def version_of(member: MemberData) -> str:
    """Return a text that is another one as soon as the register holds something else of them."""
    held = [(one.name, getattr(member, one.name)) for one in fields(MemberData)]
    return hashlib.blake2b(repr(held).encode(), digest_size=16).hexdigest()


def read_member(form: Form, before: AnyData, *, today: date, numbered: bool) -> AnyData:
    """Return `before` with what was typed; what is wrong is noted in the form.

    What stands as the register has it is not asked for anew: an old list may hold worse than a
    form would take.

    Args:
        numbered: there has to be a number; without, the store gives one.
    """
    said: dict[str, Any] = {}
    was = typed_of(before)
    for name in FIELDS:
        text = form[name].replace("\r\n", "\n") if name == "notes" else clean(form[name])
        if text == was[name]:
            continue
        if len(text) > (most := LONGEST.get(name, LONGEST_TEXT)):
            form.wrong(name, N_("C'est trop long : %(most)s caractères au plus.", most=most))
        elif not text:
            said[name] = getattr(MemberData(), name)
        else:
            try:
                said[name] = read_typed(name, text, today=today)
            except BadCell as problem:
                says = str(problem)
                form.wrong(name, Message("%(says)s.", {"says": says[:1].upper() + says[1:]}))
    if form["category"] != was["category"] and form.choice("category", CATEGORIES) is not None:
        said["category"] = int(form["category"])
    data = replace(before, **said)
    if numbered and not data.number:
        form.wrong("number", N_("Écrivez quelque chose ici."))
    if not data.full_name:
        form.wrong("family_name", N_("Écrivez un prénom ou un nom de famille."))
    return data


def say_taken(form: Form, error: NumberTaken | BadgeTaken, store: MemberStore) -> None:
    """Note in the form whose number or badge it is already."""
    if isinstance(error, NumberTaken):
        name = store.by_number(error.number).full_name
        form.wrong("number", N_("Ce numéro est déjà celui de %(name)s.", name=name))
    else:
        owner = store.by_badge(error.badge)
        name = owner.full_name if owner else "?"
        form.wrong("badge", N_("Ce badge est déjà celui de %(name)s.", name=name))


def say_changed(form: Form, now_held: MemberData) -> None:
    """Note beside each field that says something else what the register holds now."""
    for name, held in typed_of(now_held).items():
        if form[name].strip() != held:
            form.errors[name] = N_("Au registre maintenant : « %(value)s ».", value=held or "–")


def changes(before: MemberData, after: MemberData) -> dict[str, Any]:
    """Return what the log keeps of a correction: which fields, and a number that is gone."""
    changed = [
        one.name
        for one in fields(MemberData)
        if getattr(before, one.name) != getattr(after, one.name)
    ]
    return {"fields": changed} | ({"was": before.number} if "number" in changed else {})
