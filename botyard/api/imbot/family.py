"""The family `imbot.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

IMBOT = Family(
    Dialect.V1,
    {
        Reason.ON_MESSAGE_ADD_MISSING: error(
            'EVENT_MESSAGE_ADD_ERROR: Handler for "Message add" event isn\'t specified'
        ),
        Reason.ON_MESSAGE_ADD_WRONG: error("EVENT_MESSAGE_ADD_ERROR: Wrong handler URL"),
        Reason.ON_MESSAGE_UPDATE_WRONG: error("EVENT_MESSAGE_UPDATE_ERROR: Wrong handler URL"),
        Reason.ON_MESSAGE_DELETE_WRONG: error("EVENT_MESSAGE_DELETE_ERROR: Wrong handler URL"),
        Reason.ON_WELCOME_MISSING: error(
            'EVENT_WELCOME_MESSAGE_ERROR: Handler for "Welcome message" event isn\'t specified'
        ),
        Reason.ON_WELCOME_WRONG: error("EVENT_WELCOME_MESSAGE_ERROR: Wrong handler URL"),
        Reason.ON_BOT_DELETE_MISSING: error('EVENT_BOT_DELETE_ERROR: Handler for "Bot delete" event isn\'t specified'),
        Reason.ON_BOT_DELETE_WRONG: error("EVENT_BOT_DELETE_ERROR: Wrong handler URL"),
        Reason.ON_COMMAND_MISSING: error('EVENT_COMMAND_ADD_ERROR: Handler for "Command add" event isn\'t specified'),
        Reason.ON_COMMAND_WRONG: error("EVENT_COMMAND_ADD_ERROR: Wrong handler URL"),
        Reason.CLIENT_UNNAMED: error("ACCESS_DENIED: Access denied! Client ID not specified", 403),
        Reason.BOT_NOT_FOUND: error("BOT_ID_ERROR: Bot not found"),
        Reason.BOT_NOT_YOURS: error("APP_ID_ERROR: Bot was installed by another REST application"),
        Reason.BOT_CODE: error("CODE_ERROR: Bot code isn't specified"),
        Reason.BOT_NAME: error("NAME_ERROR: Bot name isn't specified"),
        Reason.BOT_COUNT: error("MAX_COUNT_ERROR: Has reached the maximum number of bots for application (max: {max})"),
        Reason.BOT_NOT_CREATED: error("WRONG_REQUEST: Bot can't be created"),
        Reason.BOT_NOT_UPDATED: error("WRONG_REQUEST: Bot can't be updated"),
        Reason.BOT_NOT_DELETED: error("WRONG_REQUEST: Bot can't be deleted"),
        Reason.CODE_TAKEN: error("WRONG_REQUEST: Bot can't be created"),
        Reason.FIELDS_EMPTY: error("WRONG_REQUEST: Update fields can't be empty"),
        Reason.COMMAND_NOT_FOUND: error("COMMAND_ID_ERROR: Command not found"),
        Reason.COMMAND_NOT_YOURS: error("APP_ID_ERROR: Command was installed by another REST application"),
        Reason.COMMAND_EMPTY: error("COMMAND_ERROR: Command isn't specified"),
        Reason.COMMAND_WORD: error("WRONG_REQUEST: Command can't be updated"),
        Reason.COMMAND_TAKEN: error("WRONG_REQUEST: Command can't be updated"),
        Reason.COMMAND_NOT_CREATED: error("WRONG_REQUEST: Command can't be created"),
        Reason.COMMAND_NOT_UPDATED: error("WRONG_REQUEST: Command can't be updated"),
        Reason.LANG_EMPTY: error("LANG_ERROR: Lang set can't be empty"),
        Reason.CHAT_APP_NOT_FOUND: error("CHAT_APP_ID_ERROR: Application not found"),
        Reason.CHAT_APP_NOT_YOURS: error("APP_ID_ERROR: Application was installed by another REST application"),
        Reason.CHAT_APP_HTTPS: error("IFRAME_HTTPS: Iframe link must use HTTPS"),
        Reason.CHAT_APP_HASH: error("HASH_ERROR: Hash isn't specified"),
        Reason.CHAT_APP_PARAMS: error("PARAMS_ERROR: Incorrect JS command or iframe parameters"),
        Reason.CHAT_APP_WRONG: error("WRONG_REQUEST: Application can't be created"),
        Reason.DIALOG_EMPTY: error("DIALOG_ID_EMPTY: Dialog ID can't be empty"),
        Reason.DIALOG_CLOSED: error("ACCESS_ERROR: You do not have access to the specified dialog", 403),
        Reason.CHAT_CLOSED: error("ACCESS_ERROR: You don't have access to this chat", 403),
        Reason.CHAT_EMPTY: error("CHAT_ID_EMPTY: Chat ID can't be empty"),
        Reason.CHAT_KIND: error("ACCESS_ERROR: Action unavailable"),
        Reason.CHAT_NOT_CREATED: error("WRONG_REQUEST: Chat can't be created"),
        Reason.USER_EMPTY: error("USER_ID_EMPTY: User ID can't be empty"),
        Reason.USERS_FORMAT: error("INVALID_FORMAT: Parameter USERS has wrong type"),
        Reason.MEMBER_EXISTS: error("WRONG_REQUEST: You don't have access or user already member in chat"),
        Reason.MEMBER_MISSING: error("WRONG_REQUEST: You don't have access or user isn't a member in chat"),
        Reason.EXTEND_FORBIDDEN: error("ACCESS_ERROR: It is forbidden to add users to this chat"),
        Reason.KICK_FORBIDDEN: error("ACCESS_ERROR: It is forbidden to delete users of this chat"),
        Reason.OWNER_MAY_NOT_LEAVE: error("ACCESS_ERROR: LEAVE_OWNER_FORBIDDEN"),
        Reason.RENAME_FORBIDDEN: error("ACCESS_ERROR: This chat cannot be renamed"),
        Reason.TITLE_EMPTY: error("TITLE_EMPTY: Title can't be empty"),
        Reason.COLOR_UNKNOWN: error("WRONG_COLOR: This color currently unavailable"),
        Reason.COLOR_SAME: error("WRONG_REQUEST: This color currently set or chat doesn't exist"),
        Reason.AVATAR_FORBIDDEN: error("ACCESS_ERROR: The avatar of this chat cannot be changed"),
        Reason.AVATAR_DENIED: error("ACCESS_DENIED: Access denied", 403),
        Reason.AVATAR_TYPE: error("AVATAR_ERROR: Avatar incorrect type"),
        Reason.AVATAR_SIZE: error("AVATAR_ERROR: Avatar incorrect size (max 5000x5000)"),
        Reason.MANAGER_DENIED: error("WRONG_REQUEST: Change manager can only owner and user must be member in chat"),
        Reason.OWNER_DENIED: error("WRONG_REQUEST: Change owner can only owner and user must be member in chat"),
        Reason.MESSAGE_EMPTY: error("MESSAGE_EMPTY: Message can't be empty"),
        Reason.MESSAGE_ID_WRONG: error("MESSAGE_ID_ERROR: Message ID can't be empty"),
        Reason.MESSAGE_NOT_ADDED: error("WRONG_REQUEST: Message isn't added"),
        Reason.MESSAGE_LOCKED: error(
            "CANT_EDIT_MESSAGE: Time has expired for modification or you don't have access", 403
        ),
        Reason.ATTACH_WRONG: error("ATTACH_ERROR: Incorrect attach params"),
        Reason.ATTACH_TOO_BIG: error("ATTACH_OVERSIZE: You have exceeded the maximum allowable size of attach"),
        Reason.KEYBOARD_WRONG: error("KEYBOARD_ERROR: Incorrect keyboard params"),
        Reason.KEYBOARD_TOO_BIG: error("KEYBOARD_OVERSIZE: You have exceeded the maximum allowable size of keyboard"),
        Reason.MENU_WRONG: error("MENU_ERROR: Incorrect menu params"),
        Reason.MENU_TOO_BIG: error("MENU_OVERSIZE: You have exceeded the maximum allowable size of menu"),
        Reason.NO_CHANGES: error("WITHOUT_CHANGES: Action completed without changes"),
    },
)
method = IMBOT.method
