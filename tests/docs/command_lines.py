"""The command lines of `botyard` in a text of shell, a service or a table of cron, read but not run."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from types import SimpleNamespace

import click

from botyard.cli import COMMANDS
from botyard.commands import options

_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1([^\n]*)\n.*?^\s*\2$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#(?!\{).*$", re.MULTILINE)
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
_VARIABLE = re.compile(r"\$\{\w+[^{}]*\}|\$\w+")
_SEPARATORS = frozenset("();<>|&\n")


def command_lines(text: str) -> list[list[str]]:
    """The words after `botyard` of every command line that begins with it, whatever stands before: sudo, a path."""
    text = _COMMENT.sub("", _HEREDOC.sub(r"\3", text.replace("\\\n", " ")))
    inner = [words for inner_text in _SUBSTITUTION.findall(text) for words in command_lines(inner_text)]
    # A value that is known only when it runs: a number, for that is a word, too.
    text = _VARIABLE.sub("1", _SUBSTITUTION.sub("1", text))
    return [*inner, *(words[at + 1 :] for words in _commands(text) if (at := _program(words)) is not None)]


def _commands(text: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    for word in lexer:
        if set(word) <= _SEPARATORS:
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _program(words: list[str]) -> int | None:
    """Where the program stands: its name may also be that of an account, a package or a database."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word.endswith("/bin/botyard") or (word == "botyard" and (at == 0 or following in COMMANDS)):
            return at
    return None


def require_parsed(words: list[str]) -> SimpleNamespace | None:
    """What a command makes of its words. Raises AssertionError where it would refuse them."""
    if words and words[0] in ("--help", "--version"):
        return None
    assert words and words[0] in COMMANDS, f"no command: botyard {' '.join(words)}"
    command = COMMANDS[words[0]]
    module = importlib.import_module(f"botyard.commands.{command.module}")
    try:
        return options.parsed(getattr(module, f"{command.prefix}command")(), words[1:])
    except click.exceptions.Exit as ended:
        assert ended.exit_code == 0
        return None
    except click.UsageError as refused:
        raise AssertionError(f"refused: botyard {' '.join(words)}: {refused.format_message()}") from refused
