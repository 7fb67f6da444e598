"""`passkoop doctor`: what this co-op's node lacks."""

import click

from passkoop_cli.context import Context
from passkoop_cli.output import json_option, print_json
from passkoop_node.health import Level, examine

_MARKS = {Level.OK: "✓", Level.NOTE: "!", Level.BAD: "✗"}


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Dire ce qui manque à cette coop, et quoi faire.

    Code de sortie : 1 s’il faut agir, 0 sinon.
    """
    context = ctx.find_object(Context)
    assert context is not None
    findings = examine(context.rooms, now=context.now)
    for one in findings:
        if as_json:
            value = {"code": one.code, "level": one.level.value, "says": one.says}
            print_json(value | ({"to_do": one.to_do} if one.to_do else {}))
            continue
        click.echo(f"{_MARKS[one.level]} {one.says}")
        if one.to_do:
            click.echo(f"  {one.to_do}")
    ctx.exit(1 if any(one.level is Level.BAD for one in findings) else 0)
