import re

from pytest_botyard import expect


def test_help_asks_and_a_button_answers(portal, bot):
    ben = portal.person("Ben")
    ben.writes(bot, "/help")
    question = expect(bot).replies("Do you want a coffee?", within=5)
    assert question.labels == ["Yes", "No"]
    ben.presses("Yes")
    expect(bot).replies(re.compile("on its way"), within=5)


def test_files_are_thanked_for(portal, bot):
    portal.person("Clara").uploads(("notes.txt", b"Milk, bread"), bot)
    expect(bot).replies(lambda message: "Thank you" in message.text, within=5)


def test_in_a_group_the_bot_speaks_when_it_is_spoken_to(portal, bot):
    ben, clara = portal.person("Ben"), portal.person("Clara")
    team = portal.chat("Team", ben, clara, bot)
    ben.writes(team, "Nobody asked the bot.")
    expect(bot).stays_silent()
    clara.writes(team, f"[USER={bot.id}]Bot[/USER] hello")
    expect(bot).replies(re.compile("You said: .*hello"), within=5)


def test_each_test_begins_afresh(portal, bot):
    assert portal.person("Ben").messages(bot) == []
