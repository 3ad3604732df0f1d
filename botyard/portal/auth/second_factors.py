"""The second factor: codes of an authenticator application (TOTP, RFC 6238), and recovery codes.

Each code is good once. Recovery codes are long enough (120 bits) that a keyed hash keeps them as safe as a slow one.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
import sys
from importlib import import_module

import msgspec

from botyard.model.audit import AuditEvent
from botyard.model.people import User
from botyard.portal import audit
from botyard.portal.auth import sealing
from botyard.portal.auth.keys import Keys
from botyard.store import second_factors, sessions
from botyard.store.engines.db import Tx

PERIOD = 30
"""Seconds for which an authenticator shows a code."""
DRIFT = 1
"""Periods by which the clock of an authenticator may be off."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 20
_GROUP = 4
_CODE_MAX = 100


class Enrolment(msgspec.Struct, frozen=True):
    """A secret for an authenticator application, as text and as the address that a QR code holds."""

    secret: str
    address: str


async def load() -> None:
    """Load, in a thread, what codes are counted with: the first time takes a while, and no transaction may."""
    if "pyotp" not in sys.modules:
        await asyncio.to_thread(_load)


def _load() -> None:
    sealing.load()
    import_module("pyotp")


async def is_on(tx: Tx, user_id: int) -> bool:
    """Whether codes are asked for when somebody signs in."""
    factor = await second_factors.find(tx, user_id)
    return factor is not None and factor.confirmed is not None


async def begin(tx: Tx, keys: Keys, user: User, *, domain: str) -> Enrolment | None:
    """A secret that protects nothing until ``confirm``; the same until then. ``None`` where there is one in use."""
    from pyotp import TOTP, random_base32

    factor = await second_factors.find(tx, user.id)
    if factor is not None and factor.confirmed is not None:
        return None
    secret = _read(keys, user.id, sealed=factor.secret) if factor else random_base32()
    if factor is None:
        await second_factors.put(tx, user.id, sealing.seal(keys, secret, about=_about(user.id)))
    return Enrolment(secret, TOTP(secret).provisioning_uri(name=user.login, issuer_name=f"Botyard {domain}"))


async def confirm(tx: Tx, keys: Keys, user_id: int, *, code: str) -> list[str] | None:
    """Switch the second factor on by a first code, and return recovery codes; ``None`` for a wrong code."""
    factor = await second_factors.find(tx, user_id)
    if factor is None or factor.confirmed is not None or not await _take(tx, keys, user_id, code=code):
        return None
    await second_factors.confirm(tx, user_id)
    await audit.record(tx, AuditEvent.SECOND_FACTOR_SET_UP, subject=f"user:{user_id}")
    return await new_recovery_codes(tx, keys, user_id)


async def new_recovery_codes(tx: Tx, keys: Keys, user_id: int) -> list[str]:
    """Replace the recovery codes; they are never shown again."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    await second_factors.put_recovery_codes(tx, user_id, [_hashed(keys, user_id, code=code) for code in codes])
    await audit.record(tx, AuditEvent.RECOVERY_CODES_MADE, subject=f"user:{user_id}")
    return codes


async def check(tx: Tx, keys: Keys, user_id: int, *, code: str) -> bool:
    """Use up a code of the authenticator, or a recovery code; false for a wrong one, and for one that was used."""
    if len(code) > _CODE_MAX or not await is_on(tx, user_id):
        return False
    if await _take(tx, keys, user_id, code=code):
        return True
    used = await second_factors.use_recovery_code(tx, user_id, _hashed(keys, user_id, code=code))
    if used:
        await audit.record(tx, AuditEvent.RECOVERY_CODE_USED, subject=f"user:{user_id}")
    return used


async def encrypt_anew(tx: Tx, keys: Keys) -> None:
    """Encrypt all secrets by the key of today that are encrypted by a former one."""
    for user_id, sealed in (await second_factors.secrets(tx)).items():
        # What cannot be read stays as it is: it opens nothing, and may yet be read by a key that is restored.
        with contextlib.suppress(ValueError):
            secret = _read(keys, user_id, sealed=sealed)
            await second_factors.replace_secret(tx, user_id, sealing.seal(keys, secret, about=_about(user_id)))


async def turn_off(tx: Tx, user_id: int) -> bool:
    """Remove the second factor with its recovery codes; false where there was none."""
    removed = await second_factors.remove(tx, user_id)
    if removed:
        await audit.record(tx, AuditEvent.SECOND_FACTOR_REMOVED, subject=f"user:{user_id}")
    return removed


async def reset(tx: Tx, user: User) -> bool:
    """Turn off the second factor of somebody who has lost it, and end all sessions; false where there was none."""
    if not await turn_off(tx, user.id):
        return False
    await sessions.remove_of(tx, user.id)
    return True


async def _take(tx: Tx, keys: Keys, user_id: int, *, code: str) -> bool:
    """Use up a code of the authenticator."""
    from pyotp import TOTP

    factor = await second_factors.find(tx, user_id)
    digits = "".join(code.split())
    if factor is None or len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return False
    totp = TOTP(_read(keys, user_id, sealed=factor.secret), interval=PERIOD)
    present = tx.now // PERIOD
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            return await second_factors.take_step(tx, user_id, step)
    return False


def _about(user_id: int) -> str:
    return f"the second factor of user {user_id}"


def _read(keys: Keys, user_id: int, *, sealed: str) -> str:
    return sealing.unseal(keys, sealed, about=_about(user_id))


def _recovery_code() -> str:
    """Thirty-two letters and digits in groups, as they are copied and typed."""
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))


def _hashed(keys: Keys, user_id: int, *, code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    # Nobody could store it anew when the key is replaced, and nobody guesses so many letters.
    return keys.lasting_hash(f"recovery code of {user_id}:{plain}")
