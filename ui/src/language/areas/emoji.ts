import { texts } from './texts'

/** The picker of emoji. */
export const emoji = texts({
  'emoji.search': ['Search emoji', 'Emoji suchen', 'Поиск эмодзи'],
  'emoji.tone': ['Skin tone', 'Hautton', 'Тон кожи'],
  'emoji.groups': ['Groups', 'Gruppen', 'Группы'],
  'emoji.results': ['Found emoji', 'Gefundene Emoji', 'Найденные эмодзи'],
  'emoji.none': ['No emoji of that name', 'Kein Emoji mit diesem Namen', 'Нет эмодзи с таким названием'],
  'emoji.noRecent': ['What you use is kept here', 'Was Sie verwenden, wird hier gemerkt', 'Здесь будут эмодзи, которые вы используете'],
  'emoji.count': ['{n} emoji|{n} emoji', '{n} Emoji|{n} Emoji', '{n} эмодзи|{n} эмодзи|{n} эмодзи'],
  'emoji.recent': ['Recent', 'Zuletzt verwendet', 'Недавние'],
  'emoji.smileys': ['Smileys', 'Smileys', 'Смайлики'],
  'emoji.people': ['People', 'Menschen', 'Люди'],
  'emoji.animals': ['Animals and nature', 'Tiere und Natur', 'Животные и природа'],
  'emoji.food': ['Food and drink', 'Essen und Trinken', 'Еда и напитки'],
  'emoji.travel': ['Travel and places', 'Reisen und Orte', 'Путешествия и места'],
  'emoji.activities': ['Activities', 'Aktivitäten', 'Занятия'],
  'emoji.objects': ['Objects', 'Gegenstände', 'Предметы'],
  'emoji.symbols': ['Symbols', 'Symbole', 'Символы'],
  'emoji.flags': ['Flags', 'Flaggen', 'Флаги'],
})
