"""Families of methods: how they speak, and how their methods are declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar, get_type_hints

import msgspec

from botyard.errors import Cause, ErrorResponse, Reason, problems
from botyard.rpc.access import Access
from botyard.rpc.method import AnyParams, Dialect, Method, Mode, NoParams
from botyard.rpc.resolver import Resolver, resolvers
from botyard.wire.coerce import reader

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])
P = TypeVar("P", bound=msgspec.Struct)

__all__ = ["Dialect", "Family"]


class Family:
    """A family of methods: its dialect, and its response to each reason for which its methods refuse."""

    def __init__(self, dialect: Dialect, errors: Mapping[Reason, ErrorResponse]) -> None:
        self.dialect = dialect
        self.errors = errors

    def like(self, reason: Reason, *causes: Cause) -> dict[Reason, ErrorResponse]:
        """The response to ``reason``, for each reason of causes that a method does not tell apart."""
        return {problem: self.errors[reason] for problem in problems(*causes) if isinstance(problem, Reason)}

    def method(
        self,
        name: str,
        *,
        access: Access | None = None,
        mode: Mode | None = None,
        raises: tuple[Cause, ...] = (),
        errors: Mapping[Reason, ErrorResponse | Reason] | None = None,
        scopes: tuple[str, ...] | None = None,
        deprecated: str | None = None,
        before: Callable[[Any], Any] | None = None,
        uploads: bool = False,
    ) -> Callable[[F], F]:
        """Declare the function below as the REST method ``name``.

        Its parameters are the call, then those that a ``Resolver`` in their type looks up, last ``p``, the struct of
        what comes from the wire. The response is its return annotation, the summary its docstring, the scope that of
        the row of ``access`` or the first word of the name, unless ``scopes`` lists the permissions of which one is
        enough. ``raises`` names its refusals:
        reasons, codes, and verbs that say theirs; those of the resolvers come by themselves, as do ``access`` and
        ``mode`` where they are not given. ``errors`` are the responses of this method where they are not those of its
        family: a response, or the reason whose response it is. ``deprecated`` names the successor of an outdated
        method, and is empty where there is none.

        ``before`` does slow work on the parameters (decoding a picture) in a thread, ahead of the transaction; what it
        returns is ``call.prepared``. ``uploads`` lets in large bodies and the files of forms. Nothing is registered
        here: the registry collects declared functions from a list of modules.

        Raises LookupError where the family has no response for a reason.
        """

        def declare(function: F) -> F:
            hints, looked_up = get_type_hints(function), resolvers(function)
            params = hints.get("p", NoParams)
            summary, _, rest = (function.__doc__ or "").strip().partition("\n")
            description, _, docs = rest.partition("Docs:")
            kind = access or _access(looked_up)
            allowed = scopes if scopes is not None else (kind.value.scope or name.partition(".")[0],)
            declared = Method(
                name=name,
                dialect=self.dialect,
                scope=allowed[0] if allowed else "",
                access=kind,
                mode=mode or _mode(looked_up),
                params=params,
                read=_whole if params is AnyParams else partial(_read, params),
                finds=tuple(resolver.find for resolver in looked_up),
                function=function,
                returns=hints.get("return", Any),
                raises=problems(*(cause for resolver in looked_up for cause in resolver.raises), *raises),
                errors={**self.errors, **{reason: self._response(own) for reason, own in (errors or {}).items()}},
                summary=summary.strip(),
                description=" ".join(description.split()),
                docs=docs.strip(),
                deprecated=deprecated,
                scopes=allowed,
                before=before,
                uploads=uploads,
            )
            missing = [problem.name for problem in declared.raises if not declared.responds_to(problem)]
            if missing:
                raise LookupError(f"{name} raises what its family has no response for: {', '.join(missing)}")
            function.__method__ = declared  # type: ignore[attr-defined]  # Functions take attributes; no type for it.
            return function

        return declare

    def _response(self, own: ErrorResponse | Reason) -> ErrorResponse:
        return self.errors[own] if isinstance(own, Reason) else own


def _access(looked_up: tuple[Resolver, ...]) -> Access:
    return next((resolver.access for resolver in looked_up if resolver.access is not Access.ANYONE), Access.ANYONE)


def _mode(looked_up: tuple[Resolver, ...]) -> Mode:
    return next((resolver.mode for resolver in looked_up if resolver.mode is not Mode.READ), Mode.READ)


def _read(struct: type[P], params: Mapping[str, Any]) -> P:
    # Compiled for the first call: all of them together are a tenth of a start.
    return reader(struct)(params)


def _whole(params: Mapping[str, Any]) -> AnyParams:
    return AnyParams(values=dict(params))
