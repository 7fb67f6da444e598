"""`passkoop mail`: by which server letters go out, and what became of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import Whole
from passkoop_cli.output import day_of, json_option, plural, print_json, print_table, say
from passkoop_cli.secrets import given_secret
from passkoop_cli.usage import Misuse
from passkoop_node.core.addresses import parse_address
from passkoop_node.core.french import french_date
from passkoop_node.core.mail_settings import (
    MAX_PASSWORD,
    MOST_PER_MINUTE,
    PER_MINUTE,
    PORTS,
    TROUBLE,
    MailServer,
    Security,
)
from passkoop_node.core.mail_words import STATES, said_of
from passkoop_node.core.outbox import Message, State
from passkoop_node.errors import NodeError

_PASSWORD = "PASSKOOP_MAIL_PASSWORD"  # noqa: S105 - the name of a variable
_BATCH = 500  # letters changed at once

_ids = click.argument("ids", metavar="[MESSAGE]…", nargs=-1, type=Whole(1))


class MailRefused(NodeError):
    """The trial did not go; the page says it in the same words."""

    code = "mail_refused"

    def __init__(self, says: str, to_do: str, answer: str) -> None:
        said = f"{says.rstrip('.')}\u202f: {answer}" if answer else says.rstrip(".")
        super().__init__(said[:1].lower() + said[1:])
        self.hint = to_do


@click.group(cls=Group)
def mail() -> None:
    """Le courriel : par quel serveur il part, et ce qu’il devient."""


@mail.command("set")
@click.option("--host", required=True, metavar="SERVEUR", help="Comme smtp.exemple.org.")
@click.option("--port", type=Whole(1, 65_535), metavar="N", help="Sinon 587, 465 ou 25.")
@click.option(
    "--security",
    type=click.Choice([one.value for one in Security]),
    default=Security.STARTTLS.value,
    help="starttls, tls, ou none (cet ordinateur seulement)\u202f; sinon starttls.",
)
@click.option("--account", default="", metavar="COMPTE", help="Vide\u202f: sans.")
@click.option("--sender", required=True, metavar="ADRESSE", help="L’adresse d’expédition.")
@click.option("--name", metavar="NOM", help="Le nom d’expédition\u202f; sinon celui de la coop.")
@click.option(
    "--per-minute",
    type=Whole(1, MOST_PER_MINUTE),
    default=PER_MINUTE,
    metavar="N",
    help=f"Messages par minute, au plus\u202f; sinon {PER_MINUTE}.",
)
@json_option
@pass_context
def set_server(
    context: Context,
    host: str,
    port: int | None,
    security: str,
    account: str,
    sender: str,
    name: str | None,
    per_minute: int,
    as_json: bool,
) -> None:
    """Dire par quel serveur part le courriel.

    Le mot de passe vient de PASSKOOP_MAIL_PASSWORD, d’une question, ou de la première ligne de
    l’entrée ; jamais de la ligne de commande, que d’autres comptes peuvent voir.
    """
    kind = Security(security)
    server = MailServer(
        host=host,
        port=port or PORTS[kind],
        security=kind,
        account=account,
        sender=parse_address(sender),
        sender_name=name or context.rooms.ourselves.profile.name,
        per_minute=per_minute,
    )
    context.rooms.mail.save(server, _password() if account else "")
    context.rooms.audit.add("mail.set", now=context.now, actor=ACTOR)
    if as_json:
        print_json(_shown(context))
    say("C’est enregistré. Essayez\u202f: «\u00a0passkoop mail test ADRESSE\u00a0».")


@mail.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Montrer les réglages, sans le mot de passe, et ce qui retient le courriel."""
    found = _shown(context)
    if as_json:
        print_json(found)
        return
    if not found:
        say("Pas réglé\u202f: «\u00a0passkoop mail set\u00a0».")
        return
    click.echo(f"{found['host']}:{found['port']} ({found['security']})")
    click.echo(f"{found['sender_name']} <{found['sender']}>")
    if found["account"] and not found["has_password"]:
        say("Le mot de passe n’est pas sur cet ordinateur\u202f: «\u00a0passkoop mail set\u00a0».")
    if trouble := found["trouble"]:
        for sentence in said_of(trouble["code"]):
            say(str(sentence))
        if trouble["answer"]:
            say(trouble["answer"])


@mail.command("test")
@click.argument("address", metavar="ADRESSE")
@json_option
@pass_context
def try_out(context: Context, address: str, as_json: bool) -> None:
    """Envoyer un essai tout de suite, et dire la réponse du serveur."""
    from passkoop_node.core.trying_mail import try_mail

    mail_settings = context.rooms.mail
    server, to = mail_settings.ready(), parse_address(address)
    password = mail_settings.password()
    tried = asyncio.run(try_mail(server, password, to, language="fr", now=context.now))
    if tried.code:
        says, to_do = said_of(tried.code)
        raise MailRefused(str(says), str(to_do), tried.answer)
    context.rooms.post.recovered()
    if as_json:
        print_json({"answer": tried.answer})
    say(f"Le serveur a pris le message\u202f: {tried.answer}")


@mail.command()
@click.option("--state", type=click.Choice([one.value for one in State]), help="Seulement ceux-là.")
@json_option
@pass_context
def outbox(context: Context, state: str | None, as_json: bool) -> None:
    """Montrer le courrier : ce qui attend, est parti ou non, le plus récent d’abord."""
    messages = context.rooms.outbox.page([State(state)] if state else list(State))
    if as_json:
        for one in messages:
            print_json(_told(one))
        return
    if not messages:
        say("Aucun message.")
        return
    print_table(
        ("Message", "Pour", "Objet", "État", "Depuis", "Pourquoi"),
        [
            (
                str(one.id),
                one.recipient.splitlines()[0],
                one.subject,
                str(STATES[one.state][1]),
                french_date(day_of(one.done_at or one.queued_at)),
                str(said_of(one.why)[0]) if one.why and one.state is not State.SENT else "",
            )
            for one in messages
        ],
    )


@mail.command()
@_ids
@click.option("--failed", is_flag=True, help="Tous ceux qui ne sont pas partis.")
@json_option
@pass_context
def retry(context: Context, ids: tuple[int, ...], failed: bool, as_json: bool) -> None:
    """Renvoyer des messages pas partis, ou peut-être partis.

    Ces derniers un par un seulement : demandez d’abord à la personne si elle l’a reçu.
    """
    chosen = _chosen(context, ids, State.FAILED if failed else None, "--failed")
    post = context.rooms.post
    count = sum(post.send_again(batch, actor=ACTOR, now=context.now) for batch in _batches(chosen))
    if as_json:
        print_json({"messages": count})
    say(f"{plural(count, 'message')} de nouveau au courrier\u202f; «\u00a0serve\u00a0» les envoie.")


@mail.command()
@_ids
@click.option("--waiting", is_flag=True, help="Tous ceux qui attendent.")
@json_option
@pass_context
def cancel(context: Context, ids: tuple[int, ...], waiting: bool, as_json: bool) -> None:
    """Ne plus envoyer des messages ; leur texte est effacé."""
    chosen = _chosen(context, ids, State.WAITING if waiting else None, "--waiting")
    post = context.rooms.post
    count = sum(post.cancel(batch, actor=ACTOR, now=context.now) for batch in _batches(chosen))
    if as_json:
        print_json({"messages": count})
    say(f"{plural(count, 'message')} en moins au courrier.")


@mail.command()
@json_option
@pass_context
def forget(context: Context, as_json: bool) -> None:
    """Oublier le serveur et son mot de passe : plus rien ne part."""
    context.rooms.mail.forget()
    context.rooms.audit.add("mail.forget", now=context.now, actor=ACTOR)
    if as_json:
        print_json({})
    say("Le courriel n’est plus réglé\u202f: plus rien ne part.")


def _password() -> str:
    return given_secret(
        _PASSWORD,
        name="ce mot de passe",
        question="Mot de passe du serveur",
        most=MAX_PASSWORD,
        missing="il manque le mot de passe du compte",
        otherwise="ôtez --account",
    )


def _shown(context: Context) -> dict[str, Any]:
    server = context.rooms.mail.server()
    if server is None:
        return {}
    return {
        "host": server.host,
        "port": server.port,
        "security": server.security.value,
        "account": server.account,
        "has_password": context.rooms.mail.has_password(),
        "sender": server.sender,
        "sender_name": server.sender_name,
        "per_minute": server.per_minute,
        "trouble": context.rooms.settings.get(TROUBLE) or None,
    }


def _told(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind,
        "carrier": message.carrier.value,
        "to": message.recipient,
        "subject": message.subject,
        "state": message.state.value,
        "queued_at": message.queued_at,
        "done_at": message.done_at,
        "tries": message.tries,
        "why": message.why,
        "answer": message.answer,
    }


def _chosen(
    context: Context, ids: Sequence[int], all_of: State | None, option: str
) -> Sequence[int]:
    """Return the letters that are meant: named, or all in a state."""
    if bool(ids) == (all_of is not None):
        wrong = f"il faut choisir entre des messages et {option}" if ids else "il manque lesquels"
        raise Misuse(
            wrong, f"Donnez leurs numéros («\u00a0passkoop mail outbox\u00a0»), ou {option}."
        )
    if all_of is not None:
        return context.rooms.outbox.ids(all_of)
    return [context.rooms.outbox.get(id).id for id in dict.fromkeys(ids)]


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[first : first + _BATCH] for first in range(0, len(ids), _BATCH)]
