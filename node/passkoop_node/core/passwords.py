"""Passwords: argon2id, two at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import nacl.exceptions
from nacl.pwhash import argon2id

# 64 MiB and 70 ms each (RFC 9106; above what OWASP asks for). Fifty at once would take 3 GiB.
AT_ONCE = 2
# What an account that does not exist is compared with, so that it takes as long to be refused.
_NOBODY = (
    b"$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    b"$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


class Passwords:
    """Hashes and compares, away from the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="passkoop-argon2")

    async def hashed(self, password: str) -> str:
        """Return a password as it is kept."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, hash_password, password)

    async def fits(self, password: str, hashed: str) -> bool:
        """Return whether a password is the one kept; `hashed` may be "" for nobody's."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _fits, password, hashed)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)


def hash_password(password: str) -> str:
    """Return a password as it is kept."""
    return argon2id.str(
        password.encode(),
        opslimit=argon2id.OPSLIMIT_INTERACTIVE,
        memlimit=argon2id.MEMLIMIT_INTERACTIVE,
    ).decode()


def _fits(password: str, hashed: str) -> bool:
    try:
        return argon2id.verify(hashed.encode() or _NOBODY, password.encode()) and bool(hashed)
    except nacl.exceptions.InvalidkeyError:
        return False
