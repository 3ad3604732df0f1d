"""`botyard.profile.*`: what people change of their own account."""

from __future__ import annotations

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.api.botyard.user import Fields, UserAnswer, answer, profile
from botyard.errors import ApiError, Reason
from botyard.portal import users
from botyard.portal.auth import password_changes
from botyard.portal.auth.password_changes import PasswordChange
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import users as stored_users


class Updated(Fields, frozen=True, rename="upper"):
    """The same fields of oneself."""


class PasswordParams(Params, frozen=True, rename="upper"):
    """CODE is for people who have a second factor: one of the authenticator, or a recovery code."""

    password: str = ""
    new_password: str = ""
    code: str = ""


@method("botyard.profile.update", access=Access.SELF, mode=Mode.WRITE, raises=(Reason.USER_MISSING,))
async def update(call: Call, p: Updated) -> UserAnswer:
    """Change what is known of the calling person. Login, rights and departments are for administrators to change."""
    user = await params.person(call, call.user_id)
    await users.change(call.tx, user.id, profile(p))
    return answer(call, await params.person(call, user.id))


@method(
    "botyard.profile.password.set",
    mode=Mode.OWN,
    access=Access.SIGN_IN,
    raises=(password_changes.change, Reason.USER_MISSING),
)
async def password_set(call: Call, p: PasswordParams) -> bool:
    """Change the password of the calling person by the present one, and sign the person out in all browsers.

    With a second factor it takes a code as well.
    """
    context = call.context
    database = context.database
    user = await database.read(lambda tx: stored_users.find(tx, call.user_id))
    if user is None or not user.login:
        raise ApiError(Reason.USER_MISSING)
    wish = PasswordChange(user, p.password, p.new_password, call.actor, code=p.code)
    await password_changes.change(
        database, wish, keys=context.keys, rules=context.password_rules, now=context.clock.now()
    )
    return True
