/** What the gallery shows: the samples of the documentation, and texts that are hard to lay out. */
export interface Sample {
  text?: string
  own?: boolean
  attach?: unknown
  keyboard?: unknown
}

const FENCE = '-'.repeat(54)
const LONG = 'https://example.com/' + 'a-very-long-path-that-does-not-end/'.repeat(5)
const picture = 'https://example.com/picture.png'

export const SAMPLES: Sample[] = [
  { text: '[b]bold[/b] [u]underlined[/u] [i]italic[/i] [s]struck[/s] [b][i]both[/i][/b]' },
  { text: '[size=8]eight[/size] [size=20]twenty[/size] [size=30]thirty[/size] in a line' },
  { text: '[color=#ff0000]red[/color] [color=#ffff00]yellow[/color] [color=#fff]white[/color] [color=#000]black[/color] [color=#29619b]blue[/color] [color=#00ff00]green[/color]' },
  { own: true, text: '[color=#ff0000]red[/color] [color=#ffff00]yellow[/color] [color=#fff]white[/color] [color=#000]black[/color] [color=#29619b]blue[/color] https://example.com' },
  { text: 'Links: https://example.com/path?a=1, [url=https://example.com]with words[/url], [url=/company/]the portal[/url], mailto:ann@example.com. And [call=+19991234567]a call[/call].' },
  { own: true, text: LONG },
  { text: '[user=6]Ann Smith[/user], [user=5]John[/user] and [user=all]everybody[/user]: see [chat=4]Sales[/chat] and [context=chat4/8]this message[/context]; [user=7][/user] too.' },
  { text: 'Commands: [send=/help]Show help[/send] or [put=/search ]enter a search[/put]; [disk=123]' },
  { text: 'First line[br]Second line\n>>first line of quote\n>>second line of quote\nand an answer' },
  { text: `${FENCE}\nAnn Smith [28.11.2026 12:30] #chat7/42\nShall we meet at [b]noon[/b]?\nOr later?\n${FENCE}\nNoon is fine.` },
  { own: true, text: `${FENCE}\nAnn Smith [28.11.2026 12:30]\nShall we meet?\n${FENCE}\nYes.` },
  { text: 'See [code]console.log("hi")[/code] inline, and:\n[code]for item in items:\n    print(item, "a long line of code that does not fit into the width of a bubble at all, whatever the screen")\n\nreturn 0[/code]\nAfter the code.' },
  { own: true, text: '[code]make all[/code]' },
  { text: 'Icon [icon=https://example.com/i.png size=20 title=smile] in a line, [icon=https://example.com/i.png size=40 title=large] large, [icon=https://example.com/missing.png title=no_picture] missing' },
  { text: `[img size=small]${picture} [/img]` },
  { text: `A picture:\n[img size=medium]${picture} [/img]\nand one that is missing:\n[img size=medium]https://example.com/missing.png [/img]` },
  { text: '[timestamp=1645844720 format=SHORT_TIME_FORMAT], [timestamp=1645844720 format=LONG_DATE_FORMAT], [timestamp=1645844720 format=FULL_DATE_FORMAT], [timestamp=1645844720]' },
  { text: '😀' },
  { own: true, text: '👍🏽 🎉 👨‍👩‍👧' },
  { text: 'مرحبا بالعالم https://example.com\nand a line in English\nשלום [b]עולם[/b]' },
  { text: 'Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
  { text: '[b]unclosed and <script>alert(1)</script> [url=javascript:alert(1)]nowhere[/url]' },
  {
    text: 'You have a new notification',
    attach: [
      {
        ID: 1,
        COLOR_TOKEN: 'primary',
        BLOCKS: [
          { USER: { NAME: 'Mantis Notifications', AVATAR: picture, LINK: 'https://example.com' } },
          { LINK: { NAME: 'Open Mantis', LINK: 'https://example.com' } },
          { DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } },
          { GRID: [{ NAME: 'Project', VALUE: 'BUGS', DISPLAY: 'LINE', WIDTH: 100 }, { NAME: 'Category', VALUE: 'im', DISPLAY: 'LINE', WIDTH: 100 }, { NAME: 'Summary', VALUE: 'Structured entity enclosures are required in IM messages and notifications.', DISPLAY: 'BLOCK' }] },
          { DELIMITER: { SIZE: 200 } },
          { GRID: [{ NAME: 'New ticket', DISPLAY: 'ROW' }, { NAME: 'Assigned to', VALUE: '[user=6]Evgeniy[/user]', DISPLAY: 'ROW' }, { NAME: 'Deadline', VALUE: '04.11.2015 17:50:43', DISPLAY: 'ROW' }] },
        ],
      },
    ],
  },
  {
    text: 'Grids',
    attach: [
      { ID: 1, COLOR_TOKEN: 'base', BLOCKS: [{ GRID: [{ NAME: 'Priority', VALUE: 'High', COLOR: '#ff0000', DISPLAY: 'LINE', WIDTH: 250 }, { NAME: 'Category', VALUE: 'Requests', DISPLAY: 'LINE' }] }] },
      { ID: 2, COLOR_TOKEN: 'secondary', BLOCKS: [{ GRID: [{ NAME: 'Project', VALUE: 'BUGS', DISPLAY: 'TABLE' }, { NAME: 'Category', VALUE: 'im', DISPLAY: 'TABLE', COLOR_TOKEN: 'primary' }, { NAME: 'Deadline', VALUE: '24.06.2026 17:50:43', DISPLAY: 'TABLE', LINK: 'https://example.com' }] }] },
      { ID: 3, COLOR_TOKEN: 'alert', BLOCKS: [{ GRID: [{ NAME: 'Priority', VALUE: 'High', DISPLAY: 'ROW', WIDTH: 250, COLOR_TOKEN: 'alert' }, { NAME: 'A name that is a good deal longer than the others', VALUE: 'A value that needs several lines because it has so much to say', DISPLAY: 'ROW' }] }] },
      { ID: 4, COLOR: '#e92f9b', BLOCKS: [{ MESSAGE: 'The API will be available in the update [B]im 24.0.0[/B]' }] },
    ],
  },
  {
    own: true,
    text: 'Pictures, files, links',
    attach: [
      {
        ID: 1,
        BLOCKS: [
          { LINK: { NAME: 'Ticket #12345: New API', DESC: 'Must be implemented by the release!', LINK: 'https://example.com', PREVIEW: picture, WIDTH: 1000, HEIGHT: 638 } },
          { IMAGE: [{ NAME: 'one', LINK: picture, PREVIEW: picture, WIDTH: 400, HEIGHT: 300 }, { NAME: 'two', LINK: picture, PREVIEW: picture, WIDTH: 400, HEIGHT: 300 }] },
          { FILE: [{ LINK: 'https://example.com/mantis.jpg', NAME: 'mantis.jpg', SIZE: 1500000 }, { LINK: 'https://example.com/a/rather/long/address/of/a/file/without/a/name.tar.gz' }] },
          { USER: { NAME: 'A bot', AVATAR_TYPE: 'BOT', BOT_ID: 7 } },
          { USER: { NAME: 'A chat', AVATAR_TYPE: 'CHAT', CHAT_ID: 7 } },
          { USER: { NAME: 'Nobody in particular' } },
        ],
      },
    ],
  },
  {
    text: 'Hello! My name is EchoBot 🙂\nI am designed to answer your questions!',
    keyboard: [
      { TEXT: 'Bitrix24', LINK: 'https://example.com', BG_COLOR_TOKEN: 'primary', DISPLAY: 'LINE' },
      { TEXT: 'BitBucket', LINK: 'https://example.com', BG_COLOR_TOKEN: 'secondary', DISPLAY: 'LINE' },
      { TYPE: 'NEWLINE' },
      { TEXT: 'Echo', COMMAND: 'echo', COMMAND_PARAMS: 'hi', BOT_ID: 7, BLOCK: 'Y', BG_COLOR_TOKEN: 'alert', DISPLAY: 'LINE' },
      { TEXT: 'List', COMMAND: 'list', BOT_ID: 7, DISPLAY: 'LINE' },
      { TEXT: 'Help', ACTION: 'PUT', ACTION_VALUE: '/help', DISPLAY: 'LINE' },
    ],
  },
  {
    text: 'Blocks, own colours, disabled',
    keyboard: [
      { TEXT: 'A block', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'BLOCK' },
      { TEXT: 'Another block with a longer text', ACTION: 'COPY', ACTION_VALUE: 'x', BG_COLOR_TOKEN: 'primary' },
      { TEXT: 'Wide', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', WIDTH: 250, BG_COLOR: '#29619b', TEXT_COLOR: '#ffffff' },
      { TEXT: 'Yellow', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', BG_COLOR: '#ffe600' },
      { TEXT: 'Navy', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', BG_COLOR: '#002266' },
      { TYPE: 'NEWLINE' },
      { TEXT: 'Off', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', DISABLED: 'Y' },
      { TEXT: 'Off primary', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', DISABLED: 'Y', BG_COLOR_TOKEN: 'primary' },
      { TEXT: 'Off own', ACTION: 'SEND', ACTION_VALUE: 'x', DISPLAY: 'LINE', DISABLED: 'Y', OFF_BG_COLOR: '#cccccc', OFF_TEXT_COLOR: '#333333' },
    ],
  },
]
