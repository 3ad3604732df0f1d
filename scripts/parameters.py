"""What parameters mean, in a sentence each, and what the official documentation says of them in figures.

A meaning stands under a name as it is written last in a path (`fields[properties][name]` is `name`), without regard to
case and underscores; where one method means something else by it, under `method name`. A parameter may also bring its
meaning along, as the description in its type. `DOCUMENTED` is taken from the
contract: which parameters a method requires, their defaults and allowed values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from botyard.api.shapes.user_fields import LABELS
from contract.pages import FAMILIES, Param, family

MEANINGS = {
    "access": "Codes of access rights, such as `U2` for a person or `DR5` for a department with those below it.",
    "action": "`plus` to like, `minus` to take it back, `auto` for the other of the two.",
    "active": "Whether the person may sign in.",
    "admin": "Whether the person is an administrator.",
    "adminmode": "Whether an administrator also sees what others do not.",
    "all": "Everything that was missed, of all bots and applications.",
    "appid": "The id of the application in chats, as `imbot.app.register` returned it.",
    "attach": "The message's [attachment](../structures/attach.md). In an update: left out it stays, empty it goes.",
    "authconnector": "The connector of a queue of offline events, where an application keeps several.",
    "authtype": "The id of the person in whose name the handler is called; 0 is whoever caused the event.",
    "avatar": "A picture, as base64, `[name, base64]` or `{fileData: [name, base64]}`.",
    "backgroundid": "The number or name of the background that chats with the bot have.",
    "before": "Only what is older than this id; `NEXT` of the page before.",
    "birthday": "The date of birth, `YYYY-MM-DD`.",
    "botid": "The bot's id. Left out, it is the first bot of the application or key.",
    "bottoken": "The bot's own key of up to 40 characters, for calls by webhook: whoever knows it acts as the bot.",
    "chatid": "The chat's id, without `chat` before it.",
    "clean": "Whether what the application has kept is to be deleted too.",
    "clear": "Whether the events are taken out of the queue at once; with 0 they stay until `event.offline.clear`.",
    "clientid": "The key of a webhook's bots: whoever knows it acts as them. Applications need none.",
    "cmd": "The calls, a list or an object: each is a method with its parameters as a query, `user.get?ID=2`.",
    "code": "The code, unique within the portal; registering it again finds the same one.",
    "color": "The name of a colour: RED, GREEN, MINT, LIGHT_BLUE, DARK_BLUE, PURPLE, AQUA, PINK, LIME, BROWN, AZURE, "
    "KHAKI, SAND, MARENGO, GRAY or GRAPHITE.",
    "command": "The command, without its slash.",
    "commandid": "The command's id.",
    "commandparams": "What stands behind the command.",
    "common": "Whether the command can be called in every chat, whether or not the bot is in it.",
    "complete": "Whether the message leaves no trace; only where nobody has seen it yet, or its author is a bot.",
    "content": "The bytes of the file as base64, or as the file of a multipart form.",
    "context": "What is meant by it stands with the method.",
    "copilotmainrole": "Accepted and ignored: there is no assistant here.",
    "copyright": "Who made it, in this language.",
    "dateregister": "When the person was added.",
    "department": "The name of a department; one that does not exist is made.",
    "department.add SORT": "Where it stands among others: the lower, the earlier.",
    "department.get SORT": "The field that the rows are ordered by, or a number that departments have as SORT.",
    "department.update SORT": "Where it stands among others: the lower, the earlier.",
    "description": "A description.",
    "dialogid": "The dialog: a person's or bot's id for a private one, `chat` and the chat's id for a group.",
    "duration": "Seconds for which it is shown.",
    "email": "The address of e-mail.",
    "enabled": "Whether people can write.",
    "entitydata1": "Data of the object; in open lines it is the state of the session.",
    "entitydata2": "Data of the object.",
    "entitydata3": "Data of the object.",
    "entityid": "The id of the object that the chat belongs to.",
    "entitytype": "The kind of object that the chat belongs to; chats of the type `LINES` are open lines.",
    "error": "Whether events that were marked as failed are returned.",
    "event": "The name of the event.",
    "eventbotdelete": "The address that is called when the bot is removed.",
    "eventcommandadd": "The address that is called when somebody uses the command.",
    "eventhandler": "One address for all events; the other `EVENT_…` win over it.",
    "eventmessageadd": "The address that is called with each message to the bot.",
    "eventmessagedelete": "The address that is called when a message is deleted.",
    "eventmessageupdate": "The address that is called when a message is edited.",
    "eventmode": "How the bot learns of events: it fetches them, or its address is called.",
    "eventtype": "`online` to be called, `offline` to have events kept for `event.offline.get`.",
    "eventwelcomemessage": "The address that is called when the bot comes into a chat.",
    "everybody": "Opens the application to everybody again.",
    "extranet": "Whether the person is from outside.",
    "extranetsupport": "Whether people from outside may use it.",
    "fields": "What is set.",
    "file": "The file, where `content` is absent: `{name, content}`, `[name, base64]` or `{fileData: [name, base64]}`.",
    "fileid": "The file's id.",
    "filter": "Which rows: an object of field and value, with an operator before the name (`>=`, `!`, `%`, `@`).",
    "find": "Words to be found in names, positions and departments.",
    "firstid": "Messages newer than this one, oldest first.",
    "forwardids": "Messages to be forwarded: an object of a UUID of yours and a message's id.",
    "from": "From this moment on: Unix seconds or ISO 8601.",
    "fromuserid": "The sender of a message between two people, for administrators' applications; with `TO_USER_ID`.",
    "full": "Whether everything there is in this portal is listed, permitted or not.",
    "gender": "`M` or `F`.",
    "halt": "Whether the first failure ends the batch.",
    "handler": "The address that is called.",
    "handlerurl": "The application's own page.",
    "hash": "A secret of yours, which the frame is opened with a proof of.",
    "hidden": "Whether it is left out of lists that people see.",
    "hidehistory": "Whether those who join do not see what was written before.",
    "iconfile": "The icon, a picture as base64.",
    "id": "The id.",
    "iframe": "The address of the frame, https.",
    "iframeheight": "The frame's height in pixels, 50 at least.",
    "iframepopup": "Whether the frame can be moved and stays open when the person goes to another chat.",
    "iframewidth": "The frame's width in pixels, 250 at least.",
    "im.department.employees.get ID": "Ids of departments.",
    "im.department.get ID": "Ids of departments.",
    "im.department.managers.get ID": "Ids of departments.",
    "imageresize": "The size in which pictures are wanted: `small`, `medium` or `large`.",
    "installurl": "The address that is called, or opened, when the application is installed.",
    "isedited": "Whether the message is marked as edited; another text always is.",
    "ishidden": "Whether the bot is left out of lists that people see.",
    "ismanager": "Whether the person is to be a manager, or none any more.",
    "isonline": "Whether the person is online.",
    "isreactionsenabled": "Whether people can react to the bot's messages.",
    "issupportopenline": "Whether the bot works in open lines too.",
    "jsmethod": "What happens on a click: `PUT`, `SEND`, `CALL` or `SUPPORT`.",
    "jsparam": "The text, command, number or code for it.",
    "keyboard": "The [buttons](../structures/keyboard.md) under the message. In an update: left out they stay, "
    "empty they go.",
    "kind": "`employee`, `extranet` or `guest`; what it is depends on the method.",
    "lang": "Texts by language, each with `LANGUAGE_ID`; one of them at least.",
    "language": "A language such as `en`.",
    "languageid": "The language of this entry, such as `en`.",
    "lastactivitydate": "When the person was last active.",
    "lastid": "Messages older than this one, newest first.",
    "lastlogin": "When the person last signed in.",
    "lastname": "The last name.",
    "limit": "How many at most.",
    "livechatsupport": "Whether it is there in the chats of web sites.",
    "login": "The name to sign in with.",
    "mail": "Whether the link is sent to the person's address of e-mail.",
    "menu": "The [context menu](../structures/menu.md) of the message. In an update: left out it stays, empty it goes.",
    "message": "The text, with BB codes.",
    "messageid": "The message's id.",
    "mintimeout": "Seconds that offline events are kept before the application is called about them.",
    "mute": "Whether notifications are off from now on.",
    "name": "The name.",
    "newpassword": "The new password.",
    "namesearch": "Words to be found in names and positions.",
    "offset": "Where the page begins.",
    "on": "Whether the switch is on.",
    "openline": "Whether the bot works in open lines too.",
    "option": "The name of one option; all of them where it is left out.",
    "options": "Names and values; with an event, how it is kept.",
    "order": "The order of the rows: an object of field and `ASC` or `DESC`, or one of the two words.",
    "ownerid": "The owner of the chat; the bot where it is left out.",
    "params": "What stands behind the command, by language or for this one.",
    "parent": "The department above it.",
    "password": "The password; one is made up where it is left out.",
    "personalbirthday": "The date of birth, `YYYY-MM-DD`.",
    "personalcity": "The town.",
    "personalgender": "`M` or `F`.",
    "personalmobile": "The number of the mobile phone.",
    "personalphoto": "A picture, as base64 or as `[name, base64]`.",
    "personalwww": "The address of a page.",
    "processid": "Marks what one worker has taken out of the queue; `event.offline.get` returns it.",
    "properties": "The bot's profile.",
    "range": "How many messages on each side.",
    "reaction": "The code of a reaction, such as `like`; the official page lists all.",
    "recipient": "To whom, as the list shows it: `bot:1001`.",
    "redirecturi": "The only address that people are sent back to with a code.",
    "data": "The properties of the file.",
    "asfile": "Whether a picture is shown as other files are, without a preview.",
    "filecontent": "`[name, base64]`, or a file of a form.",
    "filetemplateid": "A name of the client's own for the file. It is not kept.",
    "generateuniquename": "Whether a name that is taken gets a number: `file (1).docx`.",
    "replyid": "The message that this one answers.",
    "rights": "Access codes for the file, which are checked and not kept: the members of the chat have it.",
    "scope": "Permissions, with commas between them; in `events` and `methods` one of them.",
    "seconds": "How long the token is good for.",
    "secondname": "The middle name.",
    "select": "Which fields are wanted.",
    "silentmode": "About open lines; there is nothing to be silent to.",
    "skipconnector": "Whether the message stays out of the channel that an open line is connected to.",
    "sonetgroupid": "Ids of groups; there are none here, and any will do.",
    "sort": "The field that the rows are ordered by.",
    "start": "The number of the first row, in steps of 50.",
    "state": "Only in this state: `waiting`, `fetch`, `done`, `fetched`, `dead`, `expired`, `skipped`, or `missed`.",
    "statusmessagecode": "The code of the text that is shown meanwhile, such as `IMBOT_AGENT_ACTION_THINKING`.",
    "system": "Whether the message is shown as one of the system, without its author.",
    "templateid": "A UUID of yours. A call that is repeated with the same one sends nothing again.",
    "timestampx": "When the person's data last changed.",
    "timezone": "A time zone such as `Europe/Prague`.",
    "title": "The title.",
    "to": "Up to this moment: Unix seconds or ISO 8601.",
    "touserid": "The receiver of a message between two people; with `FROM_USER_ID`.",
    "type": "The type.",
    "ufdepartment": "The id of a department.",
    "ufdepartmentname": "Words to be found in the name of a department.",
    "uffacebook": "Facebook.",
    "ufhead": "The id of the employee who is the head; 0 is nobody.",
    "urlpreview": "Whether links in the text get a preview.",
    "userdata": "Whether people are returned with all that is known of them, instead of by their ids.",
    "userid": "The person's or bot's id.",
    "userids": "Ids of people and bots.",
    "users": "Ids of people and bots.",
    "usertype": "`employee`, `extranet` or `email`.",
    "version": "The application's version.",
    "wait": "Seconds to wait for an event when there is none, up to 30. Botyard's own.",
    "webhookurl": "The address that is called with each event, where `eventMode` is `webhook`.",
    "withuserevents": "Whether the caller's own events are fetched too, in one sequence with the bot's.",
    "wizard": "Whether the install address is a page, and the application says itself when it is installed.",
    "workphone": "The number of the phone at work.",
    "workposition": "What the person does at work.",
    "answertext": "What is answered.",
    "converttext": "Whether texts are HTML instead of BB codes.",
    "grouptag": "Only with this `SUB_TAG`: as the application gave it, or as `notify_sub_tag` shows it.",
    "ids": "Ids of notifications; the first that is none ends the list.",
    "lasttype": "Where to go on after `LAST_ID`: 1 among what asks for a confirmation, else among the others.",
    "messageout": "The text for other channels, such as e-mail. It is kept; no mail is sent.",
    "notifyid": "The notification's id.",
    "notifyvalue": "The value of the button, as `notify_buttons` names it.",
    "onlycurrent": "Whether only that one is marked, instead of all from it on.",
    "searchauthors": "Only by these people; ids.",
    "searchdate": "Only of this day, ISO 8601.",
    "searchdatefrom": "Only from this moment on, together with `SEARCH_DATE_TO`; ISO 8601.",
    "searchdateto": "Only up to this moment, or the end of this day; ISO 8601.",
    "searchtext": "A part of the text; at least three characters where nothing else is asked for.",
    "searchtype": "Only of this module, or `MODULE|EVENT`; `im.notify.schema.get` lists them.",
    "searchtypes": "Several of these.",
    "subtag": "A further tag, which several notifications may have.",
    "tag": "A tag of which a person has one notification of the application: a new one replaces it.",
    # Where one method means something else by it.
    **{
        f"im.notify{method} CLIENT_ID": "Whose tags they are, for webhooks: a key of their choice, as for bots."
        for method in ("", ".delete", ".personal.add", ".system.add")
    },
    "im.notify.delete ID": "The notification, which has to be the caller's own.",
    "im.notify.delete SUB_TAG": "All notifications of the application with this further tag.",
    "im.notify.delete TAG": "All notifications of the application with this tag, whoever has them.",
    "im.notify.get LAST_ID": "The last notification of the page before.",
    "im.notify.history.search LAST_ID": "The last notification of the page before.",
    "im.notify.read ACTION": "`Y` to mark as read, `N` as unread.",
    "im.notify.read.list ACTION": "`Y` to mark as read, `N` as unread.",
    "im.notify.read ID": "The notification from which on all are marked.",
    "im.notify TYPE": "`USER` in the caller's name, `SYSTEM` in the system's.",
    **{f"im.notify{method} USER_ID": "Who is notified." for method in ("", ".personal.add", ".system.add")},
    "batch halt": "Whether the first failure ends the batch: 1 or 0.",
    "botyard.app.delete CLIENT_ID": "The application.",
    "botyard.audit.list EVENT": "Only this event, such as `webhook.added`; `botyard audit events` lists them.",
    "botyard.audit.list SUBJECT": "Only what happened to this person or thing: `user:5`, `webhook:3`, `app:1`.",
    "botyard.audit.list USER_ID": "Only what this person did.",
    "botyard.delivery.explain EVENT": "Only this event, by the name that bots are told it under.",
    "botyard.delivery.resend ID": "One delivery.",
    "botyard.delivery.get ID": "The delivery.",
    "botyard.portal.switch NAME": "`rest`, `maintenance` or `https`.",
    "botyard.app.add TITLE": "What people read on the consent page.",
    "botyard.app.restrict USERS": "The people that the application is open to.",
    "botyard.profile.password.set PASSWORD": "The present password.",
    "botyard.profile.password.set CODE": "A code of the second factor, where there is one.",
    "botyard.profile.update PASSWORD": "The present password, which another EMAIL takes.",
    "botyard.profile.update CODE": "A code of the second factor, where there is one and EMAIL is another.",
    "botyard.session.end ID": "The session, as the list shows it.",
    "botyard.consent.revoke CLIENT_ID": "The application.",
    "botyard.token.list CLIENT_ID": "Only those of this application.",
    "botyard.token.list USER_ID": "Only those that call for this person.",
    "botyard.token.revoke ID": "The token, as the list shows it.",
    "botyard.user.update DEPARTMENT": "Ids of all departments of the person.",
    "botyard.user.password PASSWORD": "The new password; one is made up where it is left out.",
    "botyard.webhook.revoke ID": "The webhook, as the list shows it.",
    "disk.file.get id": "The file's id.",
    **{f"disk.folder.{verb} id": "The folder's id." for verb in ("get", "getChildren", "uploadFile")},
    **{f"disk.storage.{verb} id": "The storage's id." for verb in ("get", "getChildren", "uploadFile")},
    **{
        f"disk.{place} filter": "Conditions for fields, which may have `=`, `!`, `>`, `<`, `>=` or `<=` in front."
        for place in ("folder.getChildren", "storage.getChildren")
    },
    "im.disk.file.commit MESSAGE": "A text beside the files.",
    "im.disk.file.commit FILE_ID": "A file that the caller has, or several; those of other chats are copied.",
    "im.disk.file.commit UPLOAD_ID": "A file, or several, that the caller has uploaded into the folder of the chat.",
    "im.disk.file.commit DISK_ID": "What older clients call `FILE_ID`.",
    "im.disk.file.save DISK_ID": "What older clients call `FILE_ID`.",
    "im.disk.file.delete DISK_ID": "What older clients call `FILE_ID`.",
    "event.offline.clear id": "Ids of the events to be deleted; all of `process_id` where it is left out.",
    "event.offline.clear message_id": "`MESSAGE_ID` of the events to be deleted.",
    "event.offline.error message_id": "`MESSAGE_ID` of the events that failed.",
    "feature.get CODE": "The name of a feature.",
    **{
        f"user.{verb} UF_USR_*": "Values of fields that were made with `user.userfield.add`."
        for verb in ("add", "update")
    },
    **{f"user.userfield.{verb} fields": "The field." for verb in ("add", "update")},
    **{
        f"user.userfield.{verb} {name}": sentence
        for verb in ("add", "update")
        for name, sentence in {
            "XML_ID": "A name of the caller's own for it.",
            "SORT": "Its place among the fields.",
            "MANDATORY": "Whether it may not be empty.",
            "SHOW_FILTER": "Whether lists can be filtered by it: kept, nothing more.",
            "SHOW_IN_LIST": "Whether lists show it: kept, nothing more.",
            "EDIT_IN_LIST": "Whether lists can change it: kept, nothing more.",
            "IS_SEARCHABLE": "Whether it is searched: kept, nothing more.",
            "SETTINGS": "Settings of its type; what the type does not have is left out.",
            "EDIT_FORM_LABEL": "What it is called, a text or texts by language.",
            "LIST_COLUMN_LABEL": "What it is called above a column.",
            "LIST_FILTER_LABEL": "What it is called in a filter.",
            "ERROR_MESSAGE": "What is said of a wrong value.",
            "HELP_MESSAGE": "What is said about it.",
            "LABEL": "A text for those of the five that are left out.",
            "LIST": "What can be chosen in an `enumeration`: `{VALUE, SORT, DEF, XML_ID}`, with the ID of one that is "
            "there, which DEL `Y` takes out.",
        }.items()
    },
    "user.userfield.add FIELD_NAME": "Its name; `UF_USR_` is put before it.",
    "user.userfield.add USER_TYPE_ID": "Its type.",
    "user.userfield.add MULTIPLE": "Whether people may have several values.",
    **{f"user.userfield.{verb} id": "The field, as the list shows it." for verb in ("update", "delete")},
    "user.userfield.list order": "What to sort by, `{field: asc}`; by SORT where it is left out.",
    "user.userfield.list filter": "Which fields, `{field: value}` with the operators of `user.get`.",
    "user.userfield.file.get id": "The person.",
    "user.userfield.file.get field": "The name of the field.",
    "user.userfield.file.get value": "The file, as the value shows it.",
    "im.message.command COMMAND": "The command of the button, without its slash.",
    "im.v2.Chat.Bot.sendContext context": "Anything that the bot is to know: an object, told as it is.",
    "im.v2.Event.get offset": "Confirms what was handed out before it: `nextOffset` of the page before.",
    "imbot.v2.Event.get offset": "Confirms what was handed out before it: `nextOffset` of the page before.",
    "imbot.app.register CONTEXT": "Where it is shown: `ALL`, `USER`, `CHAT`, `BOT`, `LINES`, `CALL`.",
    "imbot.app.update CONTEXT": "Where it is shown: `ALL`, `USER`, `CHAT`, `BOT`, `LINES`, `CALL`.",
    "imbot.chat.add MESSAGE": "The first message of the chat.",
    "imbot.chat.add TYPE": "`OPEN` for a chat that every employee can find, or `CHAT`.",
    "imbot.register TYPE": "`B` for a bot that receives messages that mention it, `H` the same, `O` for open lines, "
    "`S` for one that receives every message.",
    "im.chat.add MESSAGE": "The first message of the chat.",
    "im.message.share TYPE": "`CHAT` makes a chat; there are no tasks, posts and calendars here.",
    "im.chat.add TYPE": "`OPEN` for a chat that every employee can find, or `CHAT`.",
    "imbot.v2.Bot.register type": "`bot`, `human`, `supervisor`, `personal`, `openline` or `network`.",
    "botyard.user.list KIND": "Only people of this kind: `employee`, `extranet` or `guest`.",
    "imbot.v2.Command.register title": 'What the command is called, a text by language: `{"en": "Help"}`.',
    "imbot.v2.Command.update title": "What the command is called, a text by language; null takes a language away.",
    "imbot.v2.Bot.list filter[type]": "Only bots of this type.",
    "imbot.v2.Bot.update fields[botToken]": "The new key; the old one ends at once.",
    "imbot.v2.Chat.add type": "`open` for a chat that every employee can find, or `chat`.",
    "imbot.v2.Chat.add message": "The first message of the chat.",
    "method.get name": "The name of a method.",
    "methods scope": "Only methods of this permission.",
}

# What methods of our own cannot do without; those of the documentation are in DOCUMENTED.
_OWN = {
    "botyard.app.add": ["TITLE"],
    "botyard.app.block": ["CLIENT_ID"],
    "botyard.app.delete": ["CLIENT_ID"],
    "botyard.app.install": ["CLIENT_ID"],
    "botyard.app.restrict": ["CLIENT_ID"],
    "botyard.app.secret.rotate": ["CLIENT_ID"],
    "botyard.app.unblock": ["CLIENT_ID"],
    "botyard.app.uninstall": ["CLIENT_ID"],
    "botyard.app.update": ["CLIENT_ID"],
    "botyard.placement.begin": ["CLIENT_ID"],
    "botyard.placement.open": ["CLIENT_ID"],
    "botyard.placement.renew": ["CLIENT_ID"],
    "botyard.chat.description.set": ["CHAT_ID"],
    "botyard.chat.command.list": ["DIALOG_ID"],
    "botyard.chat.file.list": ["DIALOG_ID"],
    "botyard.chat.invitation.add": ["CHAT_ID"],
    "botyard.chat.invitation.get": ["CODE"],
    "botyard.chat.invitation.join": ["CODE"],
    "botyard.chat.invitation.list": ["CHAT_ID"],
    "botyard.chat.invitation.revoke": ["CHAT_ID"],
    "botyard.chat.link.list": ["DIALOG_ID"],
    "botyard.chat.pin.add": ["MESSAGE_ID"],
    "botyard.chat.pin.delete": ["MESSAGE_ID"],
    "botyard.chat.pin.list": ["DIALOG_ID"],
    "botyard.chat.manager.add": ["CHAT_ID"],
    "botyard.chat.manager.delete": ["CHAT_ID"],
    "botyard.chat.member.list": ["DIALOG_ID"],
    "botyard.chat.permissions.set": ["CHAT_ID"],
    "botyard.delivery.explain": ["MESSAGE_ID", "BOT_ID"],
    "botyard.delivery.get": ["ID"],
    "botyard.message.context": ["MESSAGE_ID"],
    "botyard.message.file.send": ["DIALOG_ID", "TEMPLATE_ID"],
    "botyard.message.forward": ["DIALOG_ID", "FORWARD_IDS"],
    "botyard.message.react": ["MESSAGE_ID", "REACTION"],
    "botyard.message.reaction.list": ["MESSAGE_ID", "REACTION"],
    "botyard.message.readers": ["MESSAGE_ID"],
    "botyard.message.send": ["DIALOG_ID", "TEMPLATE_ID"],
    "botyard.option.set": ["OPTIONS"],
    "botyard.portal.switch": ["NAME"],
    "botyard.profile.password.set": ["PASSWORD", "NEW_PASSWORD"],
    "botyard.session.end": ["ID"],
    "botyard.user.activate": ["ID"],
    "botyard.user.add": ["LOGIN"],
    "botyard.user.deactivate": ["ID"],
    "botyard.user.delete": ["ID"],
    "botyard.user.password": ["ID"],
    "botyard.user.password.link": ["ID"],
    "botyard.user.second.factor.reset": ["ID"],
    "botyard.user.signout": ["ID"],
    "botyard.user.update": ["ID"],
    "botyard.webhook.revoke": ["ID"],
}

NOT_NEEDED = {
    "disk.storage.uploadFile fileContent",
    "access.name ACCESS",
    "batch cmd",
    "event.offline.clear process_id",
    "event.offline.error process_id",
    "event.unbind event",
    "event.unbind handler",
    "im.chat.user.add USERS",
    "im.chat.get ENTITY_ID",
    "im.chat.get ENTITY_TYPE",
    "imbot.chat.get ENTITY_ID",
    "imbot.chat.get ENTITY_TYPE",
    "imbot.command.register BOT_ID",
    "imbot.register PROPERTIES[LAST_NAME]",
    "imbot.v2.Bot.update fields",
    "imbot.v2.Chat.Message.update fields",
    "imbot.v2.Chat.User.add userIds",
    "imbot.v2.Chat.User.delete userId",
    "imbot.v2.Chat.update fields",
    "imbot.v2.Command.update fields",
    "user.access ACCESS",
}
"""What the official pages require and a call here may leave out: it then does nothing, or takes a default."""

FOR_WEBHOOKS = "required for webhooks"
CONDITIONS = {
    "im.chat.setOwner CHAT_ID": "required without `DIALOG_ID`",
    "disk.folder.uploadFile data[NAME]": "required with `fileContent`",
    "disk.storage.uploadFile data[NAME]": "required with `fileContent`",
    "im.disk.folder.get CHAT_ID": "required without `DIALOG_ID`",
    "im.disk.folder.get DIALOG_ID": "required without `CHAT_ID`",
    "im.disk.file.commit CHAT_ID": "required without `DIALOG_ID`",
    "im.disk.file.commit DIALOG_ID": "required without `CHAT_ID`",
    "im.disk.file.commit FILE_ID": "required without `UPLOAD_ID`",
    "im.disk.file.commit UPLOAD_ID": "required without `FILE_ID`",
    "im.disk.file.delete FILE_ID": "required without `DISK_ID`",
    "im.disk.file.save FILE_ID": "required without `DISK_ID`",
    "im.chat.updateAvatar CHAT_ID": "required without `DIALOG_ID`",
    "im.chat.updateColor CHAT_ID": "required without `DIALOG_ID`",
    "im.chat.updateTitle CHAT_ID": "required without `DIALOG_ID`",
    "imbot.command.answer COMMAND": "required without `COMMAND_ID`",
    "imbot.command.answer COMMAND_ID": "required without `COMMAND`",
    "imbot.command.register LANG": "required unless `HIDDEN`",
    "imbot.register EVENT_BOT_DELETE": "required without `EVENT_HANDLER`",
    "imbot.register EVENT_MESSAGE_ADD": "required without `EVENT_HANDLER`",
    "imbot.register EVENT_WELCOME_MESSAGE": "required without `EVENT_HANDLER`",
    "imbot.v2.Command.register fields[title]": "required unless `hidden`",
}
"""What is required in some calls only."""

_OPEN = {"color", "dialogid", "entityid", "entitytype", "fieldname"}
"""Names whose values are told in the sentence, or are examples only."""

_NAME = re.compile(r"(?!field_n$|value_n$)\w[\w<>*]*|\*")
"""A name that an object or a list may hold, as against a placeholder or an operator."""


def plain(path: str) -> str:
    """The name that a path ends with, without regard to case and underscores."""
    last = path.rstrip("[]").rpartition("[")[2].rstrip("]")
    return last.replace("_", "").lower()


def meaning(method: str, path: str) -> str:
    """What a parameter means to a method. Raises KeyError for one that nobody has described."""
    for name in (f"{method} {path}", f"{method} {path.rstrip('[]').rpartition('[')[2].rstrip(']')}"):
        if name in MEANINGS:
            return MEANINGS[name]
    if method in ("user.add", "user.update") and path in LABELS:
        return f"{LABELS[path]}."
    return MEANINGS[plain(path)]


def row(method: str, path: str, kind: str, default: str, described: str = "") -> tuple[str, str, str, str]:
    """A parameter's row of the reference: what is required is said in the place of the default.

    ``described`` is the meaning that the parameter brings along, where it does.
    """
    known = facts(method, path)
    needed = need(method, path)
    if needed:
        default = needed
    elif not default and known.default and (kind != "object" or known.default.startswith("{")):
        default = f"`{known.default}`"
    sentence = described or meaning(method, path)
    if needed:
        sentence = sentence.partition(" Left out,")[0]
    if f"{method} {path}" in NOT_NEEDED:
        sentence += " Required by the official page, not by this server."
    return f"`{path}`", kind, default, sentence + _values(path, kind, known.allowed, sentence)


def _values(path: str, kind: str, listed: Iterable[str], sentence: str) -> str:
    """The values that the official page lists, as a sentence that follows the meaning.

    Of an object or a list they are names that may be in it, of which the page need not show all; placeholders and
    operators are left out.
    """
    if "boolean" in kind or plain(path) in _OPEN:
        return ""
    whole = not any(word in kind for word in ("object", "array", "any"))
    values = [value for value in listed if whole or _NAME.fullmatch(value)]
    if path in values or all(f"`{value}`" in sentence for value in values):
        return ""
    return f" {'One of' if whole else 'The official page names'} {', '.join(f'`{value}`' for value in values)}."


def need(method: str, path: str) -> str:
    """When a parameter is required; ``""`` for never."""
    name = f"{method} {path}"
    if name in NOT_NEEDED:
        return ""
    if name in CONDITIONS:
        return CONDITIONS[name]
    if path in ("CLIENT_ID", "botToken") and method.startswith("imbot."):
        return FOR_WEBHOOKS
    return "required" if facts(method, path).required else ""


def facts(method: str, path: str) -> Param:
    """What the documentation says of a parameter; of one that it does not know, nothing."""
    if method in _OWN:
        return Param(path, (), required=path in _OWN[method])
    return DOCUMENTED.get(method, {}).get(path.replace("[]", "").lower(), Param(path, ()))


def _paths(params: Iterable[Param], inside: str = "") -> Iterator[tuple[str, Param]]:
    for param in params:
        path = f"{inside}[{param.name}]" if inside else param.name
        yield path.lower(), param
        yield from _paths(param.children, path)


DOCUMENTED: dict[str, dict[str, Param]] = {
    page.method: dict(_paths(page.params)) for name in (*FAMILIES, "disk") for page in family(name).methods
}
