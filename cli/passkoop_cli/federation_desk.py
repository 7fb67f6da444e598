"""Where every command of the federation's office begins and ends: its folder, its keys, a question.

What will change is shown before anything is signed, and nothing is signed before the answer.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import click
from nacl.signing import SigningKey

from passkoop_cli.asking import ask_secret, confirm, is_interactive
from passkoop_cli.context import Context, given_passphrase
from passkoop_cli.output import plural, print_json, say
from passkoop_node.core.keyring import PassphraseNeeded, identity_file, open_key
from passkoop_node.home import read_private, write_private
from passkoop_protocol.keys import CoopId, KeyId, PublicKey, key_id_of, pairing_code
from passkoop_site.federation import Proposal, State, check_base
from passkoop_site.federation_changes import Desk
from passkoop_site.federation_diff import said_changes
from passkoop_site.federation_errors import NoKeyHere
from passkoop_site.federation_folder import Folder

yes_option = click.option("--yes", is_flag=True, help="Ne pas demander confirmation.")


class Office:
    """One run of a command in a federation's folder."""

    def __init__(self, context: Context, path: Path) -> None:
        self.context = context
        self.folder = Folder(path)

    @property
    def now(self) -> int:
        """Seconds, UTC."""
        return self.context.now

    @cached_property
    def state(self) -> State:
        """What is published."""
        return self.folder.load(now=self.now)

    @property
    def desk(self) -> Desk:
        """Where a change starts."""
        return Desk(
            state=self.state,
            names=self.folder.names(),
            now=self.now,
            last=self.folder.last_date,
        )

    # --- keys ---

    def kids_here(self) -> set[KeyId]:
        """Return the keys that are on this machine."""
        names = (path.stem for path in self.folder.keys.glob("*.key"))
        return {KeyId(bytes.fromhex(name)) for name in names if len(name) == 16 and _is_hex(name)}

    def key_file(self, kid: KeyId) -> Path:
        """Return where a person's key is, if it is on this machine."""
        return self.folder.keys / f"{kid.hex()}.key"

    def keep_key(self, key: SigningKey, name: str, *, passphrase: str) -> KeyId:
        """Put a person's key into the folder, for its owner alone."""
        self.folder.create()
        kid = key_id_of(PublicKey(bytes(key.verify_key)))
        write_private(self.key_file(kid), identity_file(key, passphrase=passphrase))
        self.folder.add_name(kid, name)
        return kid

    def keys_for(self, proposal: Proposal) -> list[SigningKey]:
        """Return the keys here that may sign a proposal; a passphrase is asked where one seals.

        Raises:
            NoKeyHere: there is none.
        """
        self.check_can_sign(proposal)
        wanted = sorted(self.kids_here() & proposal.signers())
        return [self._key(kid, proposal.names.get(kid, kid.hex())) for kid in wanted]

    def check_can_sign(self, proposal: Proposal) -> None:
        """Return quietly if a key here may sign a proposal.

        Raises:
            NoKeyHere: there is none.
        """
        if not self.kids_here() & proposal.signers():
            raise NoKeyHere

    def _key(self, kid: KeyId, name: str) -> SigningKey:
        path = self.key_file(kid)
        return open_key(read_private(path), lambda: _ask_passphrase(name), path.name)

    # --- from a change to what is published ---

    def conclude(
        self,
        proposal: Proposal,
        *,
        yes: bool,
        as_json: bool,
        new_key: tuple[SigningKey, str] | None = None,
    ) -> None:
        """Show what changes, ask, sign, and publish here as soon as enough people have signed.

        Args:
            proposal: what changes.
            yes: nobody is asked.
            as_json: a program reads the answer.
            new_key: of a person, by name; it is kept once somebody has agreed.
        """
        if new_key is None:
            self.check_can_sign(proposal)
        self.show_and_ask(proposal, "Signer", yes=yes)
        if new_key is not None:
            key, name = new_key
            self.keep_key(key, name, passphrase=new_passphrase(name))
        signed = self.signed(proposal)
        if not signed.lacking().count:
            self.settle(signed, as_json=as_json)
            return
        self.folder.create()
        path = self.folder.keep_proposal(signed)
        if as_json:
            print_json(said_proposal(signed, path))
        say(f"Proposition\u202f: {path}")
        self.say_lacking(signed)

    def signed(self, proposal: Proposal) -> Proposal:
        """Return a proposal with the signatures of the keys that are here.

        Raises:
            NoKeyHere: there is none that may sign it.
        """
        keys = self.keys_for(proposal)
        if self.folder.note_root(proposal):
            version = proposal.new_root.version
            say(f"Attention\u202f: une autre version n°\u00a0{version} des clés a été signée ici.")
            say("N’en publiez qu’une, et effacez l’autre proposition.")
        self.folder.note_date(proposal.new_directory.issued_at)
        return proposal.signed_by(keys)

    def settle(self, proposal: Proposal, *, as_json: bool) -> None:
        """Put what was proposed, and signed by enough, in the place of what is published.

        Raises:
            Outdated: something else was published while somebody was asked; it stays.
        """
        before = self.folder.load_if_any(now=self.now)
        check_base(proposal, before, now=self.now)
        state = proposal.published(now=self.now)
        self.folder.save(
            state,
            proposal.names,
            before=before,
            now=self.now,
            descriptors=proposal.descriptors,
        )
        if as_json:
            print_json(said_state(state) | {"published": True})
        say("C’est signé\u202f: la fédération est à jour dans ce dossier.")
        say("Mettez-la en ligne\u202f: «\u00a0passkoop federation publish --to DOSSIER\u00a0».")

    def show_and_ask(self, proposal: Proposal, verb: str, *, yes: bool) -> None:
        """Return once somebody has read what changes, and agreed.

        Raises:
            Declined: they did not.
        """
        self.show(proposal)
        if not yes and is_interactive():
            confirm(f"{verb}\u202f?")

    def show(self, proposal: Proposal) -> None:
        """Say what a proposal changes."""
        changes = said_changes(proposal)
        say(f"«\u00a0{proposal.new_root.name}\u00a0», ce qui change\u202f:")
        for line in changes or ["rien, sinon la date de la signature."]:
            say(f"  {line}")

    def say_lacking(self, proposal: Proposal) -> None:
        """Say whose signature is missing."""
        lacking = proposal.lacking()
        names = sorted(proposal.names.get(kid, kid.hex()[:8]) for kid in lacking.keys)
        count = plural(lacking.count, "signature")
        say(f"Il manque {count}, par exemple\u202f: {', '.join(names)}.")
        say("Chacun, dans son dossier\u202f: «\u00a0passkoop federation sign FICHIER\u00a0».")


pass_office = click.make_pass_decorator(Office)


def said_state(state: State) -> dict[str, Any]:
    """Return a federation as JSON."""
    return {
        "federation": pairing_code(CoopId(state.id)),
        "name": state.root.name,
        "root": state.root.version,
        "issued_at": state.directory.issued_at,
        "coops": len(state.directory.rows),
    }


def said_proposal(proposal: Proposal, path: Path) -> dict[str, Any]:
    """Return a proposal as JSON."""
    return {
        "proposal": str(path),
        "changes": said_changes(proposal),
        "lacking": proposal.lacking().count,
        "published": False,
    }


def new_passphrase(whose: str) -> str:
    """Return the passphrase for a new key; "": none."""
    if given := given_passphrase():
        return given
    if not is_interactive():
        return ""
    say(f"Une phrase de passe protège la clé de {whose}.")
    return ask_secret(
        "Phrase de passe (Entrée\u202f: aucune)", again="Encore une fois", optional=True
    )


def _ask_passphrase(whose: str) -> str:
    if given := given_passphrase():
        return given
    if not is_interactive():
        raise PassphraseNeeded
    return ask_secret(f"Phrase de passe de {whose}")


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
