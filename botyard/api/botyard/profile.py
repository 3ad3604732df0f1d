"""`botyard.profile.*`: what people change of their own account."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.api.botyard.user import Fields, UserAnswer, answer, profile
from botyard.chat.media import pictures
from botyard.errors import ApiError, Reason
from botyard.model.people import Profile
from botyard.portal import users
from botyard.portal.auth import password_changes
from botyard.portal.auth.password_changes import PasswordChange, Proof
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Mode, Params
from botyard.store import sessions
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx
from botyard.wire.param_types import RawFile


class Updated(Fields, frozen=True, rename="upper"):
    """The same fields of oneself. PASSWORD, and CODE for people who have a second factor, go with another EMAIL."""

    avatar: RawFile | UnsetType = UNSET
    password: str = ""
    code: str = ""


class PasswordParams(Params, frozen=True, rename="upper"):
    """CODE is for people who have a second factor: one of the authenticator, or a recovery code."""

    password: str = ""
    new_password: str = ""
    code: str = ""


def _picture(p: Updated) -> object:
    return None if p.avatar is UNSET else pictures.prepare(p.avatar)


@method(
    "botyard.profile.update",
    access=Access.SELF,
    mode=Mode.OWN,
    before=_picture,
    raises=(password_changes.confirm, pictures.unwrap, pictures.store, Reason.USER_MISSING),
)
async def update(call: Call, p: Updated) -> UserAnswer:
    """Change what is known of the calling person. Login, rights and departments are for administrators to change.

    A link for a new password may be sent to EMAIL, so that another one takes the present password, and a code where
    there is a second factor. Where mail is set up, the former address is told. An empty AVATAR removes the picture.
    """
    pictures.unwrap(call.prepared)
    context = call.context
    database = context.database
    user = await database.read(lambda tx: stored_users.find(tx, call.user_id))
    if user is None:
        raise ApiError(Reason.USER_MISSING)
    moved = p.email is not UNSET and p.email != user.email
    if moved:
        proof = Proof(user=user, present=p.password, by=call.actor, code=p.code)
        await password_changes.confirm(
            database, proof, keys=context.keys, rules=context.password_rules, now=context.clock.now()
        )

    async def work(tx: Tx) -> UserAnswer:
        within = call.within(tx)
        await users.change(within.tx, user.id, await _with_picture(within, p))
        return answer(within, await params.person(within, user.id))

    changed = await database.write(work)
    if moved:
        await password_changes.mail_address_changed(context.settings, user.email)
    return changed


async def _with_picture(call: Call, p: Updated) -> Profile:
    known = profile(p)
    if p.avatar is UNSET:
        return known
    picture = pictures.unwrap(call.prepared)
    path = await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else ""
    return msgspec.structs.replace(known, avatar=path)


@method(
    "botyard.profile.password.set",
    mode=Mode.OWN,
    access=Access.SIGN_IN,
    raises=(password_changes.change, Reason.USER_MISSING),
)
async def password_set(call: Call, p: PasswordParams) -> bool:
    """Change the password of the calling person by the present one, and sign the person out in all browsers.

    The web client goes on in the browser from which it calls. With a second factor it takes a code as well.
    """
    context = call.context
    database = context.database
    user = await database.read(lambda tx: stored_users.find(tx, call.user_id))
    if user is None or not user.login:
        raise ApiError(Reason.USER_MISSING)
    kept = 0
    if call.identity.auth is Auth.OAUTH:
        kept = await database.read(lambda tx: sessions.of_token(tx, call.identity.key_id))
    wish = PasswordChange(
        user=user, present=p.password, new=p.new_password, by=call.actor, code=p.code, keep_session=kept
    )
    await password_changes.change(
        database, wish, keys=context.keys, rules=context.password_rules, now=context.clock.now()
    )
    return True
