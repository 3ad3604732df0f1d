import { texts } from './texts'

export const welcome = texts({
  'welcome.title': ['Welcome to Botyard', 'Willkommen bei Botyard', 'Добро пожаловать в Botyard'],
  'welcome.pick': ['Choose a chat', 'Wähle einen Chat', 'Выберите чат'],
  'welcome.text': ['Talk with people and bots.', 'Sprich mit Menschen und Bots.', 'Общайтесь с людьми и ботами.'],
  'welcome.chat': ['Start a chat', 'Chat beginnen', 'Начать чат'],
  'welcome.bot': ['Make your first bot', 'Deinen ersten Bot bauen', 'Создать первого бота'],
  'welcome.one': ['1. A webhook', '1. Ein Webhook', '1. Вебхук'],
  'welcome.oneText': [
    'It is an address with a secret, by which a script calls in your name.',
    'Das ist eine Adresse mit einem Geheimnis, über die ein Skript in deinem Namen aufruft.',
    'Это адрес с секретом, по которому скрипт обращается от вашего имени.',
  ],
  'welcome.make': ['Make a webhook', 'Webhook erstellen', 'Создать вебхук'],
  'welcome.prove': [
    'To make one, you prove once more who you are.',
    'Um einen zu erstellen, weist du dich noch einmal aus.',
    'Чтобы создать его, ещё раз подтвердите, кто вы.',
  ],
  'welcome.ask': [
    'Administrators make webhooks. Ask one for yours, with the permissions im and imbot, and paste its address here:',
    'Webhooks erstellen Administratoren. Bitte um einen mit den Rechten im und imbot, und füge seine Adresse hier ein:',
    'Вебхуки создают администраторы. Попросите создать вам вебхук с правами im и imbot и вставьте его адрес сюда:',
  ],
  'welcome.paste': ['Address of your webhook', 'Adresse deines Webhooks', 'Адрес вашего вебхука'],
  'welcome.madeOne': ['Your webhook', 'Dein Webhook', 'Ваш вебхук'],
  'welcome.two': ['2. A few lines', '2. Ein paar Zeilen', '2. Несколько строк'],
  'welcome.twoText': ['Put them into a file and run it: {run}', 'Speichere sie in einer Datei und starte sie: {run}', 'Сохраните их в файл и запустите: {run}'],
  'welcome.three': ['3. It writes to you', '3. Er schreibt dir', '3. Он напишет вам'],
  'welcome.threeText': [
    'A chat with the bot appears in your list. From then on it can receive what you write: see the examples of bots that reply.',
    'In deiner Liste erscheint ein Chat mit dem Bot. Von da an kann er empfangen, was du schreibst.',
    'В списке появится чат с ботом. С этого момента он может получать то, что вы пишете.',
  ],
  'welcome.open': ['Open the chat with {name}', 'Chat mit {name} öffnen', 'Открыть чат: {name}'],
  'welcome.webhookTitle': ['First bot', 'Erster Bot', 'Первый бот'],
})
