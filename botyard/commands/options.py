"""Commands, and the options that several of them share: the settings of a portal, made from their one table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import click

from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.config import OPTIONS, Settings, flag, variable

DEFAULTS = Settings()
_SAME: Any = object()

Run = Callable[[SimpleNamespace], int | Coroutine[Any, Any, int]]
"""Carries out a command with its parameters, and returns its exit code. It may be a coroutine function."""


# Commands.


class _WithExamples(click.Command):
    """A command whose help ends with lists that are shown as they are written."""

    lists: dict[str, Sequence[str]]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, lines in self.lists.items():
            formatter.write(f"\n{title}:\n" + "".join(f"  {line}\n" for line in lines))


class _Command(_WithExamples):
    pass


class _Group(_WithExamples, click.Group):
    pass


def command(
    name: str,
    about: str,
    examples: str,
    run: Run,
    *params: click.Parameter,
    lists: dict[str, Sequence[str]] | None = None,
    takes_command: bool = False,
) -> click.Command:
    """The command ``name``, with examples at the end of its help.

    With ``takes_command`` everything after the first word is another command's business.
    """
    made = _Command(
        name,
        callback=_called(run),
        params=list(params),
        help=about,
        context_settings={"allow_interspersed_args": not takes_command},
    )
    made.lists = {**(lists or {}), "examples": examples.strip().splitlines()}
    return made


def group(name: str, about: str, examples: str, *verbs: click.Command) -> click.Command:
    """The command ``name`` with its verbs, with examples at the end of its help."""
    made = _Group(name, commands=list(verbs), help=about, no_args_is_help=False)
    made.lists = {"examples": examples.strip().splitlines()}
    return made


def verb(name: str, about: str, run: Run, *params: click.Parameter) -> click.Command:
    """One thing that a group of commands does."""
    return click.Command(name, callback=_called(run), params=list(params), help=about, short_help=about)


def _called(run: Run) -> Callable[..., int]:
    def call(**params: Any) -> int:
        ended = run(SimpleNamespace(**params))
        return ended if isinstance(ended, int) else asyncio.run(ended)

    return call


def parsed(made: click.Command, words: Sequence[str]) -> SimpleNamespace:
    """The parameters of a command as its run gets them. Raises click.UsageError."""
    if isinstance(made, click.Group) and words and words[0] in made.commands:
        return parsed(made.commands[words[0]], words[1:])
    return SimpleNamespace(**made.make_context(made.name, list(words)).params)


def was_written(name: str) -> bool:
    """Whether a parameter of the command under way stands on the command line, not in the environment."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


# Values and parameters.


class Value(click.ParamType):  # type: ignore[type-arg]  # Older versions are not generic.
    """A value that a reader makes of a text; what it raises is told."""

    def __init__(self, read: Callable[[str], Any], name: str = "TEXT") -> None:
        self.read = read
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a text; a default is a value already."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


def option(
    name: str,
    about: str,
    *,
    read: Callable[[str], Any] = str,
    default: Any = None,
    metavar: str = "TEXT",
    choices: Iterable[str] = (),
    into: str = "",
) -> click.Option:
    """An option with a value: ``--name``. ``into`` is the parameter's name where that is another."""
    kind = click.Choice(list(choices)) if choices else Value(read, metavar)
    shown = None if choices else metavar
    names = [f"--{name}", into or name.replace("-", "_")]
    return click.Option(names, type=kind, default=default, metavar=shown, help=about)


def switch(name: str, about: str, *, default: bool | None = False) -> click.Option:
    """An option without a value."""
    return click.Option([f"--{name}"], is_flag=True, default=default, help=about)


def argument(
    name: str,
    *,
    read: Callable[[str], Any] = str,
    metavar: str = "",
    choices: Iterable[str] = (),
    required: bool = True,
    many: bool = False,
) -> click.Argument:
    """A word that a command takes in its place, or all those that are left."""
    shown = metavar or "|".join(choices) or name.upper()
    kind = click.Choice(list(choices)) if choices else Value(read, shown)
    written = shown if required else f"[{shown}]"
    return click.Argument([name], type=kind, metavar=written, required=required, nargs=-1 if many else 1)


# Settings.


def setting(name: str, *, default: Any = _SAME, environment: bool = True) -> click.Option:
    """The option of a setting, with its environment variable unless that is not for this command."""
    declared = OPTIONS[name]
    value = getattr(DEFAULTS, name) if default is _SAME else default
    kind = click.Choice(declared.choices) if declared.choices else Value(declared.read, declared.metavar)
    return click.Option(
        [flag(name), name],
        type=click.BOOL if declared.flag else kind,
        is_flag=declared.flag,
        default=value,
        show_default=bool(value) and not declared.flag,
        metavar=declared.metavar or None,
        help=declared.help,
        envvar=variable(name) if environment else None,
        show_envvar=environment,
    )


def settings(names: Iterable[str] = OPTIONS, **others: Any) -> list[click.Option]:
    """The options of settings; ``others`` are defaults that differ here."""
    return [setting(name, default=others.get(name, _SAME)) for name in names]


def place() -> list[click.Option]:
    """The options that say which portal is meant."""
    return settings(("data", "database"))


def seed() -> click.Option:
    """The option that brings more into a demo portal."""
    return click.Option(
        ["--seed"],
        type=click.Path(path_type=type(DEFAULTS.data)),
        metavar="FILE",
        help="YAML or JSON with more people, chats and messages",
    )


def chosen(args: SimpleNamespace) -> Settings:
    """The settings that a command was given; those it does not take have their defaults.

    Raises CommandError where they do not go together.
    """
    named = {name: value for name in OPTIONS if (value := getattr(args, name, None)) is not None}
    if bool(named.get("tls_cert")) != bool(named.get("tls_key")):
        raise CommandError("--tls-cert and --tls-key go together.", ExitCode.USAGE)
    if bool(named.get("smtp_url")) != bool(named.get("smtp_from")):
        raise CommandError("--smtp-url and --smtp-from go together.", ExitCode.USAGE)
    if named.get("tls_cert"):
        named["tls"] = True
    return Settings(**named)


def usage(sentence: str) -> click.UsageError:
    """What is wrong with how the command under way was called."""
    return click.UsageError(sentence, click.get_current_context(silent=True))
