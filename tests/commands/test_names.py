"""What does not exist ends a command with 1, one sentence, and a suggestion where names are typed."""

from __future__ import annotations

import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word

ANYBODY = "There is nobody with the login or id"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("user password anna", f"{ANYBODY} 'anna'; did you mean 'ann'? 'botyard user list' shows everybody."),
        ("user deactivate 99", f"{ANYBODY} '99'; 'botyard user list' shows everybody."),
        ("user activate qqqq", f"{ANYBODY} 'qqqq'; 'botyard user list' shows everybody."),
        ("webhook add anne", f"{ANYBODY} 'anne'; did you mean 'ann'? 'botyard user list' shows everybody."),
        ("webhook revoke 99", "There is no webhook 99 that could be revoked; 'botyard webhook list' shows them."),
        ("token issue anne", f"{ANYBODY} 'anne'; did you mean 'ann'? 'botyard user list' shows everybody."),
        ("token issue ann --app x", "There is no application 'x'; 'botyard app list' shows them."),
        ("token signing --app x", "There is no application 'x'; 'botyard app list' shows them."),
        ("token signing --bot 99", "There is no bot 99; 'botyard doctor' shows them."),
        ("app update x --version 2", "There is no application 'x'; 'botyard app list' shows them."),
        ("app secret-rotate x", "There is no application 'x'; 'botyard app list' shows them."),
        ("app block x", "There is no application 'x'; 'botyard app list' shows them."),
        ("app restrict x --everybody", "There is no application 'x'; 'botyard app list' shows them."),
        ("app uninstall x", "There is no application 'x'; 'botyard app list' shows them."),
        ("doctor 99 99", "There is no message 99, or nothing is known of it any more."),
        ("delivery show 99", "There is no delivery 99, or it is kept no longer; 'botyard delivery list' shows them."),
        ("delivery resend 99", "There is no delivery 99, or it is kept no longer; 'botyard delivery list' shows them."),
        ("delivery list --bot 99", "There is no bot 99; 'botyard doctor' shows them."),
        ("delivery resend --bot 99", "There is no bot 99; 'botyard doctor' shows them."),
    ],
)
def test_what_does_not_exist(portal_shell: Shell, words: str, sentence: str) -> None:
    assert portal_shell.refused(*words.split()) == f"botyard: {sentence}"


def test_an_application_is_suggested(portal_shell: Shell) -> None:
    client_id = word(portal_shell.done("app", "add", "App"), "client_id")
    assert f"did you mean {client_id!r}?" in portal_shell.refused("app", "block", client_id[:-1])


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("imbot.mesage.add", "Nearest: imbot.message.add, im.message.add, imbot.message.update."),
        ("qqqqqqqqqq", "'botyard methods' lists all."),
    ],
)
def test_no_such_method(shell: Shell, prefix: str, sentence: str) -> None:
    assert shell.bare("methods", prefix) == ExitCode.FAILURE
    assert (shell.out, shell.err) == (
        "",
        f"botyard: There is no method whose name begins with {prefix!r}. {sentence}\n",
    )


def test_no_such_command(shell: Shell) -> None:
    assert shell.bare("sreve") == ExitCode.USAGE
    assert shell.err == "botyard: there is no command 'sreve'; did you mean 'serve'? See 'botyard --help'.\n"
    assert shell.bare("qqqqqq") == ExitCode.USAGE
    assert shell.err == "botyard: there is no command 'qqqqqq'. See 'botyard --help'.\n"


def test_no_such_permission(portal_shell: Shell) -> None:
    sentence = portal_shell.refused("webhook", "add", "ann", "--scope", "imbott", code=ExitCode.USAGE)
    assert sentence.startswith("botyard: There is no permission 'imbott'; did you mean 'imbot'? There are ")
