"""What can be wrong with bytes that came from somebody else."""


class ProtocolError(Exception):
    """Bytes that are not what they ought to be. Never raised itself."""

    code = "protocol_error"  # stable: in JSON answers and in the shared vectors
    hint = "Ask whoever sent this for a fresh copy."  # to a person, in the imperative


class Malformed(ProtocolError):
    """The bytes are not deterministic CBOR, or not the COSE structure that was expected."""

    code = "malformed"
    hint = "The file or the code is damaged: fetch or scan it again."


class NewerFormat(ProtocolError):
    """Well-formed, but with an algorithm, a header or a type that this version does not know."""

    code = "newer_format"
    hint = "Update Pass'Koop, then try again."


class TooLarge(ProtocolError):
    """Longer than SPEC 10 allows. Nothing of it was read."""

    code = "too_large"
    hint = "Do not use this file: no document of Pass'Koop is that large."


class BadShape(ProtocolError):
    """A good signature over a payload that SPEC does not describe."""

    code = "bad_shape"
    hint = "Ask the signer to update their Pass'Koop and to sign again."


class BadSignature(ProtocolError):
    """The signature does not hold under the key it names."""

    code = "bad_signature"
    hint = "Do not use this document: somebody changed it on the way."


class BadText(ProtocolError):
    """A text that carries no card: not base32, or not in its only form."""

    code = "bad_text"
    hint = "Scan the code again, in good light."


class BadPairingCode(ProtocolError):
    """A pairing code whose group number `group` (from 1; 0: the length) is mistyped."""

    code = "bad_pairing_code"
    hint = "Compare the code with the other co-op's, group by group."

    def __init__(self, group: int) -> None:
        where = f"group {group} of the pairing code" if group else "the length of the pairing code"
        super().__init__(f"{where} is wrong")
        self.group = group


class DocumentError(ProtocolError):
    """A signed document that the trust store did not take. Never raised itself."""

    code = "document_error"


class NotListed(DocumentError):
    """Signed by a co-op that is neither paired nor in a directory."""

    code = "not_listed"
    hint = "Pair with this co-op, or wait until the federation lists it."


class UnknownFederation(DocumentError):
    """A root or directory of a federation that was not pinned here."""

    code = "unknown_federation"
    hint = "Follow this federation with its fingerprint first."


class FromTheFuture(DocumentError):
    """Dated more than ten minutes ahead of our clock: theirs is wrong, or ours."""

    code = "from_the_future"
    hint = "Check the date and the time of this computer."


class Older(DocumentError):
    """Older than the document held: kept out, so that nobody can take us back in time."""

    code = "older"
    hint = "Nothing to do: a newer one is already here."


class VersionGap(DocumentError):
    """A root that is not the next one: roots are followed one by one."""

    code = "version_gap"
    hint = "Fetch the roots in between first."


class ThresholdNotMet(DocumentError):
    """Fewer good signatures of distinct keys than the role asks for."""

    code = "threshold_not_met"
    hint = "Ask the federation to collect the missing signatures."


class BadProof(DocumentError):
    """A descriptor lists an issuing key without proof that the co-op holds it."""

    code = "bad_proof"
    hint = "Do not use this descriptor: ask the co-op for a new one."


class WrongKey(DocumentError):
    """A status list whose signer, or whose subject, is no issuing key of one co-op."""

    code = "wrong_key"
    hint = "Fetch the co-op's descriptor first, then its lists again."


class IndexOutOfRange(ProtocolError):
    """The status list has no entry at this index."""

    code = "index_out_of_range"
    hint = "Fetch the co-op's newest list."
