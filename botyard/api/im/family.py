"""The family `im.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

_NOT_ADDED = error("SAVE_ERROR: Error during saving file to chat")

IM = Family(
    Dialect.V1,
    {
        Reason.BOT_ID_EMPTY: error("BOT_ID_ERROR: Bot ID can't be empty"),
        Reason.COMMAND_EMPTY: error("COMMAND_ERROR: Command can't be empty"),
        Reason.DIALOG_EMPTY: error("DIALOG_ID_EMPTY: Dialog ID can't be empty"),
        Reason.DIALOG_CLOSED: error("ACCESS_ERROR: You do not have access to the specified dialog", 403),
        Reason.CHAT_EMPTY: error("CHAT_ID_EMPTY: Chat ID can't be empty"),
        Reason.CHAT_KIND: error("ACCESS_ERROR: Action unavailable"),
        Reason.CHAT_CLOSED: error("ACCESS_ERROR: Action unavailable"),
        Reason.USER_EMPTY: error("USER_ID_EMPTY: User ID can't be empty"),
        Reason.KICK_FORBIDDEN: error("ACCESS_ERROR: It is forbidden to delete users of this chat"),
        Reason.RENAME_FORBIDDEN: error("ACCESS_ERROR: This chat cannot be renamed"),
        Reason.TITLE_EMPTY: error("TITLE_EMPTY: Title can't be empty"),
        Reason.COLOR_UNKNOWN: error("WRONG_COLOR: This color currently unavailable"),
        Reason.COLOR_SAME: error("WRONG_REQUEST: This color currently set or chat doesn't exist"),
        Reason.AVATAR_FORBIDDEN: error("ACCESS_ERROR: The avatar of this chat cannot be changed"),
        Reason.AVATAR_DENIED: error("ACCESS_DENIED: Access denied"),
        Reason.AVATAR_TYPE: error("AVATAR_ERROR: Avatar incorrect type"),
        Reason.AVATAR_SIZE: error("AVATAR_ERROR: Avatar incorrect size (max 5000x5000)"),
        Reason.OWNER_DENIED: error("WRONG_REQUEST: Change owner can only owner and user must be member in chat"),
        Reason.STATUS_UNKNOWN: error("STATUS_ERROR: Status is not available"),
        Reason.USER_MISSING: error("USER_NOT_FOUND: User not found"),
        Reason.EXTEND_FORBIDDEN: error("ACCESS_ERROR: It is forbidden to add users to this chat"),
        Reason.MEMBER_EXISTS: error(
            "ACCESS_DENIED_EXTEND: Insufficient permissions to add participants to the chat", 403
        ),
        Reason.DEPARTMENTS_FORMAT: error("ID_EMPTY: Department ID can't be empty"),
        Reason.MESSAGE_EMPTY: error("MESSAGE_EMPTY: Message can't be empty"),
        Reason.MESSAGE_MISSING: error("MESSAGE_ID_ERROR: Message ID can't be empty"),
        Reason.MESSAGE_LOCKED: error("CANT_EDIT_MESSAGE: Time has expired for modification or you don't have access"),
        Reason.MESSAGE_ID_WRONG: error("MESSAGE_ID_ERROR: Message ID can't be empty"),
        Reason.KEYBOARD_TOO_BIG: error("KEYBOARD_OVERSIZE: You have exceeded the maximum allowable size of keyboard"),
        Reason.MENU_TOO_BIG: error("MENU_OVERSIZE: You have exceeded the maximum allowable size of menu"),
        Reason.NO_CHANGES: error("WITHOUT_CHANGES: Action completed without changes"),
        Reason.POST_DENIED: error("ACCESS_ERROR: Action unavailable"),
        Reason.ATTACH_WRONG: error("ATTACH_ERROR: Incorrect attach params"),
        Reason.ATTACH_TOO_BIG: error("ATTACH_OVERSIZE: You have exceeded the maximum allowable size of attach"),
        Reason.KEYBOARD_WRONG: error("KEYBOARD_ERROR: Incorrect keyboard params"),
        Reason.MENU_WRONG: error("MENU_ERROR: Incorrect menu params"),
        Reason.PARAMS_WRONG: error("PARAMS_ERROR: Incorrect params"),
        Reason.SHARE_WRONG: error("PARAMS_ERROR: Incorrect params"),
        Reason.CHAT_NOT_CREATED: error("PARAMS_ERROR: Incorrect params"),
        Reason.REPLY_DENIED: error("REPLY_ACCESS_ERROR: Action unavailable"),
        Reason.REPLY_ELSEWHERE: error(
            "REPLY_FROM_OTHER_CHAT_ERROR: You can only reply to a message within the same chat"
        ),
        Reason.FIRST_ID_STRING: error("FIRST_ID_STRING: First ID can't be string"),
        Reason.CLIENT_UNNAMED: error("ACCESS_DENIED: Access denied! Client ID not specified", 403),
        Reason.NOTIFICATION_EMPTY: error("ID_ERROR: Notification ID can't be empty"),
        Reason.NOTIFICATION_UNNAMED: error("PARAMS_ERROR: Incorrect params"),
        Reason.NOTIFICATION_IDS: error("PARAMS_ERROR: No IDS param or it is not an array"),
        Reason.ANSWER_EMPTY: error("ANSWER_TEXT_ERROR: ANSWER_TEXT can't be empty"),
        Reason.BUTTON_EMPTY: error("NOTIFY_VALUE_ERROR: Notification Value can't be empty"),
        Reason.PHRASE_TOO_SHORT: error("FIND_SHORT: Too short a search phrase."),
        Reason.SEARCH_TOO_SHORT: error("SEARCH_TEXT_ERROR: SEARCH_TEXT can't be less than 3 symbols"),
        Reason.CURSOR_INCOMPLETE: error(
            "LAST_ID_AND_LAST_TYPE: Parameters LAST_ID and LAST_TYPE should be used together"
        ),
        Reason.FILE_UNNAMED: error("FILE_ID_EMPTY: File ID can't be empty"),
        Reason.FILES_UNNAMED: error("FILES_ERROR: List of files is not specified"),
        Reason.FILES_MISSING: _NOT_ADDED,
        Reason.FILE_REFUSED: _NOT_ADDED,
        Reason.FILE_NOT_SAVED: error("FILE_SAVE_ERROR: File ID can't be saved"),
        Reason.LAST_ID_STRING: error("LAST_ID_STRING: Last ID can't be string"),
    },
)
method = IM.method
