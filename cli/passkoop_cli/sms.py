"""`passkoop sms`: by which gateway SMS go out."""

import asyncio
import uuid
from typing import Any

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import Whole
from passkoop_cli.output import json_option, print_json, say
from passkoop_cli.secrets import given_secret
from passkoop_node.channels.gateway import (
    MAX_SECRET,
    METHODS,
    MOST_PER_MINUTE,
    PER_MINUTE,
    Format,
    Gateway,
    check_gateway,
    parse_headers,
)
from passkoop_node.channels.phones import parse_mobile
from passkoop_node.core.mail_words import said_of
from passkoop_node.core.outbox import Carrier
from passkoop_node.core.post import TROUBLES
from passkoop_node.errors import NodeError

_SECRET = "PASSKOOP_SMS_SECRET"  # noqa: S105 - the name of a variable


class SmsRefused(NodeError):
    """The trial did not go; the page says it in the same words."""

    code = "sms_refused"

    def __init__(self, says: str, to_do: str, answer: str) -> None:
        said = f"{says.rstrip('.')}\u202f: {answer}" if answer else says.rstrip(".")
        super().__init__(said[:1].lower() + said[1:])
        self.hint = to_do


@click.group(cls=Group)
def sms() -> None:
    """Les SMS : par quelle passerelle ils partent."""


@sms.command("set")
@click.option(
    "--address", required=True, metavar="ADRESSE", help="Avec {to}, {text}… s’il y a lieu."
)
@click.option("--method", type=click.Choice(METHODS), default="POST", help="Sinon POST.")
@click.option(
    "--header", "headers", multiple=True, metavar="EN-TÊTE", help="«\u00a0Nom: valeur\u00a0»."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([one.value for one in Format]),
    default=Format.FORM.value,
    help="Du corps\u202f: form, json, ou none\u202f; sinon form.",
)
@click.option("--body", metavar="CORPS", help="Sinon to={to} et text={text}.")
@click.option("--good", default="", metavar="MOT", help="Une bonne réponse le contient.")
@click.option("--bad", default="", metavar="MOT", help="Une mauvaise réponse le contient.")
@click.option("--inside", is_flag=True, help="La passerelle est dans le réseau de la coop.")
@click.option(
    "--per-minute",
    type=Whole(1, MOST_PER_MINUTE),
    default=PER_MINUTE,
    metavar="N",
    help=f"SMS par minute, au plus\u202f; sinon {PER_MINUTE}.",
)
@json_option
@pass_context
def set_gateway(
    context: Context,
    address: str,
    method: str,
    headers: tuple[str, ...],
    kind: str,
    body: str | None,
    good: str,
    bad: str,
    inside: bool,
    per_minute: int,
    as_json: bool,
) -> None:
    """Dire par quelle passerelle partent les SMS.

    {to} est le numéro, {to_digits} le numéro sans le +, {text} le texte, {secret} le secret,
    {basic} le même pour l’en-tête Authorization, {id} un nom du message. Le secret vient de
    PASSKOOP_SMS_SECRET, d’une question, ou de la première ligne de l’entrée ; jamais de la
    ligne de commande, que d’autres comptes peuvent voir.
    """
    format = Format(kind)
    usual = "" if format is Format.NONE else "to={to}\ntext={text}"
    gateway = Gateway(
        method=method,
        address=address,
        headers=parse_headers("\n".join(headers)),
        format=format,
        body=usual if body is None else body,
        good=good,
        bad=bad,
        is_inside=inside,
        per_minute=per_minute,
    )
    check_gateway(gateway)  # before anybody types a secret
    context.rooms.sms.save(gateway, _secret() if gateway.asks_secret else "")
    context.rooms.audit.add("sms.set", now=context.now, actor=ACTOR)
    if as_json:
        print_json(_shown(context))
    say("C’est enregistré. Essayez\u202f: «\u00a0passkoop sms test NUMÉRO\u00a0».")


@sms.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Montrer la passerelle, sans le secret, et ce qui retient les SMS."""
    found = _shown(context)
    if as_json:
        print_json(found)
        return
    if not found:
        say("Pas de passerelle\u202f: «\u00a0passkoop sms set\u00a0», ou à la main.")
        return
    click.echo(f"{found['method']} {found['address']} ({found['format']})")
    for name, value in found["headers"].items():
        click.echo(f"{name}: {value}")
    if found["body"]:
        click.echo(found["body"])
    if found["asks_secret"] and not found["has_secret"]:
        say("Le secret n’est pas sur cet ordinateur\u202f: «\u00a0passkoop sms set\u00a0».")
    if trouble := found["trouble"]:
        for sentence in said_of(trouble["code"]):
            say(str(sentence))
        if trouble["answer"]:
            say(trouble["answer"])


@sms.command("test")
@click.argument("number", metavar="NUMÉRO")
@json_option
@pass_context
def try_out(context: Context, number: str, as_json: bool) -> None:
    """Envoyer un essai tout de suite, et dire la réponse de la passerelle."""
    from passkoop_node.channels.trying_sms import try_sms

    settings, profile = context.rooms.sms, context.rooms.ourselves.profile
    gateway, to = settings.ready(), parse_mobile(number, profile.country)
    tried = asyncio.run(
        try_sms(
            gateway,
            settings.secret(),
            to,
            coop=profile.name,
            language="fr",
            id=uuid.uuid4().hex,
            now=context.now,
        )
    )
    if tried.code:
        says, to_do = said_of(tried.code)
        raise SmsRefused(str(says), str(to_do), tried.answer)
    context.rooms.post.recovered(Carrier.SMS)
    if as_json:
        print_json({"answer": tried.answer})
    say(f"La passerelle a pris le SMS\u202f: {tried.answer}")


@sms.command()
@json_option
@pass_context
def forget(context: Context, as_json: bool) -> None:
    """Oublier la passerelle et son secret\u202f: les SMS s’envoient à la main."""
    context.rooms.sms.forget()
    context.rooms.audit.add("sms.forget", now=context.now, actor=ACTOR)
    if as_json:
        print_json({})
    say("La passerelle est oubliée\u202f: les SMS s’envoient à la main.")


def _secret() -> str:
    return given_secret(
        _SECRET,
        name="ce secret",
        question="Secret de la passerelle",
        most=MAX_SECRET,
        missing="il manque le secret de la passerelle",
        otherwise="ôtez {secret}",
    )


def _shown(context: Context) -> dict[str, Any]:
    gateway = context.rooms.sms.gateway()
    if gateway is None:
        return {}
    return {
        "method": gateway.method,
        "address": gateway.address,
        "headers": dict(gateway.headers),
        "format": gateway.format.value,
        "body": gateway.body,
        "good": gateway.good,
        "bad": gateway.bad,
        "inside": gateway.is_inside,
        "per_minute": gateway.per_minute,
        "asks_secret": gateway.asks_secret,
        "has_secret": context.rooms.sms.has_secret(),
        "trouble": context.rooms.settings.get(TROUBLES[Carrier.SMS]) or None,
    }
