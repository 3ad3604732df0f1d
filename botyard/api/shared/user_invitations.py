"""What `user.add` and `user.update` do with a person."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from botyard.api.shapes.user_params import PersonParams, details, profile
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, raises
from botyard.model.people import Profile, UserKind
from botyard.portal import invitations, mail, user_field_values, users
from botyard.portal.auth import password_changes
from botyard.portal.auth.password_changes import ResetLink
from botyard.portal.invitations import Invitation
from botyard.portal.user_field_values import Owner
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Hinted
from botyard.store import portal, user_details
from botyard.store import users as stored_users
from botyard.store.engines.db import Duplicate, Tx


async def invite(call: Call, p: PersonParams, *, outside: bool) -> Hinted[int]:
    """Add a person, and send the invitation where mail can be sent."""
    context = call.context
    invitation = Invitation(profile(p), details(p), _departments(p), outside)
    mailing = mail.is_set_up(context.settings)

    async def work(tx: Tx) -> tuple[int, ResetLink | None]:
        within = call.within(tx)
        with_photo = await _with_photo(within, invitation.profile)
        user_id = await invitations.invite(within.tx, msgspec.structs.replace(invitation, profile=with_photo))
        await user_field_values.set_(within.tx, _owner(within, user_id, new=True), p.own_fields)
        if not mailing:
            return user_id, None
        person = await stored_users.find(within.tx, user_id)
        assert person is not None
        return user_id, await password_changes.make_link(within.tx, context.keys, person)

    try:
        user_id, link = await context.database.write(work)
    except Duplicate:
        # Of two invitations at the same time.
        raise ApiError(Reason.EMAIL_TAKEN) from None
    if link is None:
        return Hinted(user_id, hint="no mail is set up: make a link with botyard.user.password.link")
    known = await context.database.read(portal.get)
    url = context.settings.working_url(https_required=known is not None and known.https_required) + link.path
    try:
        await password_changes.mail_link(context.settings, invitation.profile.email or "", url=url)
    except ApiError:
        return Hinted(user_id, hint="the invitation could not be sent: make a link with botyard.user.password.link")
    return Hinted(user_id)


@raises(
    Reason.USER_MISSING,
    user_field_values.set_,
    Reason.EMAIL_WRONG,
    Reason.EMAIL_TAKEN,
    ErrorCode.ACCOUNTS_CLOSED,
    users.deactivate,
    invitations.require_departments,
)
async def change(call: Call, p: PersonParams, *, user_id: int, active: bool | None) -> None:
    """Change a person. Raises USER_MISSING also for bots and those whose account is deleted.

    Raises ACCOUNTS_CLOSED where an application would change the address of an administrator, to which a link for a new
    password may be sent.
    """
    tx = call.tx
    user = await stored_users.find(tx, user_id)
    if user is None or user.kind in (UserKind.BOT, UserKind.DELETED):
        raise ApiError(Reason.USER_MISSING)
    known = await _with_photo(call, profile(p))
    if known.email is not None and known.email != user.email:
        if user.admin:
            require(Access.ACCOUNTS, call.identity, action="change EMAIL of an administrator")
        await invitations.require_email(tx, known.email)
    await users.change(tx, user.id, known)
    if texts := details(p):
        await user_details.change(tx, user.id, texts)
    await user_field_values.set_(tx, _owner(call, user.id), p.own_fields)
    if p.uf_department is not UNSET:
        await invitations.require_departments(tx, _departments(p))
        await users.set_departments(tx, user.id, _departments(p))
    if active is not None and active != user.active:
        await (users.activate if active else users.deactivate)(tx, user)


def _owner(call: Call, user_id: int, *, new: bool = False) -> Owner:
    zone = ZoneInfo(call.context.clock.zone_name)
    return Owner(user_id, zone, call.context.file_quota, new)


def _departments(p: PersonParams) -> tuple[int, ...]:
    """The departments in their order, each once. Raises FIELDS_WRONG for what is no list of ids."""
    if p.uf_department is UNSET:
        return ()
    if p.uf_department is None:
        raise ApiError(Reason.FIELDS_WRONG, hint="UF_DEPARTMENT is a number, or a list of them")
    return tuple(dict.fromkeys(p.uf_department))


async def _with_photo(call: Call, known: Profile) -> Profile:
    """What is known of a person, with the picture that came along. Raises FIELDS_WRONG for what is none."""
    if isinstance(call.prepared, ApiError):
        raise ApiError(Reason.FIELDS_WRONG, hint="PERSONAL_PHOTO is no picture that can be read")
    if call.prepared is None:
        return known
    path = await pictures.store(call.tx, call.prepared, quota=call.context.file_quota)
    return msgspec.structs.replace(known, avatar=path)
