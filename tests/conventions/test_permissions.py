"""The access table names one of the two permissions of our own for each `botyard.*` method; exceptions stand here."""

from __future__ import annotations

from botyard.api import MODULES
from botyard.model.permissions import ADMINISTRATION, OWN_ACCOUNT
from botyard.rpc.access import Access
from botyard.rpc.registry import Registry

OTHERWISE = {
    # An administrator asks about everything, the owner of a bot about that bot.
    **dict.fromkeys(
        (f"botyard.delivery.{name}" for name in ("explain", "get", "list", "resend")), (ADMINISTRATION, "imbot")
    ),
    # Everybody's, or one's own.
    **dict.fromkeys(("botyard.token.list", "botyard.token.revoke"), (OWN_ACCOUNT, ADMINISTRATION)),
    # What an application or webhook asks or says of itself.
    **dict.fromkeys(("botyard.app.finish", "botyard.app.manifest", "botyard.signing.own"), ()),
}


def test_each_method_of_ours_asks_for_the_permission_of_its_callers() -> None:
    methods = {method.name: method for method in Registry(MODULES) if method.name.startswith("botyard.")}
    named = {name: method.scopes for name, method in methods.items() if method.scopes != (method.access.value.scope,)}
    assert named == OTHERWISE
    assert {method.access for method in methods.values() if OWN_ACCOUNT in method.scopes} == {
        Access.SELF,
        Access.SIGN_IN,
    }


def test_no_other_method_asks_for_them() -> None:
    others = [method for method in Registry(MODULES) if not method.name.startswith("botyard.")]
    assert [method.name for method in others if {ADMINISTRATION, OWN_ACCOUNT}.intersection(method.scopes)] == []
