"""`passkoop demo`: two invented co-ops, one visitor."""

import click


@click.command()
def demo() -> None:
    """Voir le tout marcher, dans un dossier temporaire."""
