"""The official PHP SDK throws on a permission that it does not know: keys that name none must show only known ones."""

from __future__ import annotations

from botyard.api import MODULES
from botyard.commands.permissions import scopes, usual_scopes
from botyard.model.permissions import PRIVATE
from botyard.portal.event_names import SCOPES as EVENTS
from botyard.rpc.registry import Registry
from botyard.rpc.scopes import RECENT, SCOPES, every, shown
from tests.world import World

_KNOWN = (
    "ai_admin appform baas biconnector bizproc calendar calendarmobile call cashbox "
    "catalog catalogmobile configuration.import contact_center crm delivery department disk documentgenerator "
    "entity faceid forum humanresources.hcmlink iblock im im.import imbot imconnector "
    "imopenlines intranet landing landing_cloud lists log mailservice messageservice mobile "
    "notifications pay_system placement pull pull_channel rating rpa sale salescenter "
    "sign.b2e smile socialnetwork sonet_group task tasks tasks_extended tasksmobile telephony "
    "timeman user user.userfield user_basic user_brief userconsent userfieldconfig"
)
B24PHPSDK = frozenset(_KNOWN.split())
"""What `Scope` of b24phpsdk 1.9.0 knows."""


def test_a_key_for_which_nothing_is_named_shows_what_the_sdk_knows() -> None:
    assert scopes("") == usual_scopes()
    assert set(shown(usual_scopes())) == B24PHPSDK & set(every())
    assert set(every()) - set(usual_scopes()) == RECENT == set(SCOPES) - B24PHPSDK


def test_what_is_left_out_opens_nothing_and_may_be_named() -> None:
    assert not RECENT.intersection(scope for method in Registry(MODULES) for scope in method.scopes)
    assert not RECENT.intersection(EVENTS)
    assert scopes("vote, im,main") == ["vote", "im", "main"]
    assert PRIVATE.issubset(usual_scopes()), "it opens this server's own methods"


def test_what_clients_see_of_a_usual_key(world: World) -> None:
    usual = ",".join(usual_scopes())
    hook = world.add_webhook(world.admin.id, usual)
    for key in (hook, world.add_app(scopes=usual)):
        assert set(world.call("scope", key).result) <= B24PHPSDK
    assert set(world.get(f"{hook.path}/app.info").body["result"]["SCOPE"]) <= B24PHPSDK
