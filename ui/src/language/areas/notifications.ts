import { texts } from './texts'

export const notifications = texts({
  'notifications.title': ['Notifications', 'Mitteilungen', 'Уведомления'],
  'notifications.readAll': ['Mark all as read', 'Alle als gelesen markieren', 'Прочитать все'],
  'notifications.search': ['Search notifications', 'Mitteilungen durchsuchen', 'Поиск уведомлений'],
  'notifications.short': ['Write at least three characters', 'Schreibe mindestens drei Zeichen', 'Введите не менее трёх символов'],
  'notifications.empty': ['You are up to date', 'Nichts Neues', 'Новых уведомлений нет'],
  'notifications.emptyText': [
    'Here is what bots, applications and the portal have to tell you, such as questions with buttons.',
    'Hier steht, was Bots, Anwendungen und das Portal dir mitteilen, etwa Fragen mit Knöpfen.',
    'Здесь появляется то, что сообщают боты, приложения и портал, например вопросы с кнопками.',
  ],
  'notifications.system': ['Portal', 'Portal', 'Портал'],
  'notifications.unread': ['unread', 'ungelesen', 'не прочитано'],
  'notifications.delete': ['Delete notification', 'Mitteilung löschen', 'Удалить уведомление'],
  'notifications.answer': ['Reply', 'Antworten', 'Ответить'],
  'notifications.answerText': ['Your reply', 'Deine Antwort', 'Ваш ответ'],
})
