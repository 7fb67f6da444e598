"""The identity key as 24 French words, for a sheet of paper in a drawer."""

import unicodedata

from mnemonic import Mnemonic
from nacl.signing import SigningKey

from passkoop_node.errors import NodeError

WORDS = 24


class BadWords(NodeError):
    """The words of a recovery sheet were mistyped."""

    code = "bad_words"
    hint = "Comparez chaque mot avec la fiche, dans l’ordre\u202f; les accents ne comptent pas."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


def words_of(key: SigningKey) -> tuple[str, ...]:
    """Return the key as 24 words of the French BIP39 list, the last of which checks the others."""
    return tuple(Mnemonic("french").to_mnemonic(bytes(key)).split())


def key_of(words: str) -> SigningKey:
    """Return the key behind 24 words, given in order, whatever their accents and case.

    Raises:
        BadWords: too few, one that is not in the list, or one that is another's.
    """
    book = Mnemonic("french")
    by_letters = {letters_of(word): word for word in book.wordlist}
    given = words.split()
    if len(given) != WORDS:
        raise BadWords(f"la fiche compte {WORDS} mots, en voici {len(given)}")
    known = []
    for place, word in enumerate(given, 1):
        if letters_of(word) not in by_letters:
            raise BadWords(f"le mot n°\u00a0{place} n’est pas de la liste")
        known.append(by_letters[letters_of(word)])
    try:
        return SigningKey(bytes(book.to_entropy(known)))
    except ValueError as error:
        raise BadWords("un des mots n’est pas le bon, ou deux sont échangés") from error


def letters_of(word: str) -> str:
    """Return a word without accents and case: no two words of the list differ in these alone."""
    bare = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
