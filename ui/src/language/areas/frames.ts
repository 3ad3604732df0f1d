import { texts } from './texts'

/** Applications and their pages. */
export const frames = texts({
  'frames.application': ['Application', 'Anwendung', 'Приложение'],
  'frames.none': ['No applications yet', 'Noch keine Anwendungen', 'Приложений пока нет'],
  'frames.noneHint': ['What the administrator installs is here.', 'Was die Administration installiert, steht hier.', 'Здесь появится то, что установит администратор.'],
  'frames.noneAdmin': ['Register one under Administration, with the address of its page.', 'Registriere eine unter „Administration“, mit der Adresse ihrer Seite.', 'Зарегистрируйте приложение в разделе «Администрирование», указав адрес его страницы.'],
  'frames.register': ['Register an application', 'Anwendung registrieren', 'Зарегистрировать приложение'],
  'frames.toInstall': ['Not installed yet: open it to finish', 'Noch nicht installiert: zum Abschließen öffnen', 'Ещё не установлено: откройте, чтобы завершить'],
  'frames.notInstalled': ['The application is not fully installed yet. Please contact your administrator.', 'Die Anwendung ist noch nicht fertig installiert. Bitte wende dich an die Administration.', 'Приложение ещё не установлено полностью. Обратитесь к администратору.'],
  'frames.missing': ['This application is not there, or not open to you.', 'Diese Anwendung gibt es nicht, oder sie ist für dich nicht offen.', 'Такого приложения нет, или оно вам недоступно.'],
  'frames.ownOrigin': ['The page has the same address as the portal, and cannot be shown in a frame.', 'Die Seite hat dieselbe Adresse wie das Portal und kann nicht in einem Rahmen gezeigt werden.', 'Адрес страницы совпадает с адресом портала, её нельзя показать во фрейме.'],
  'frames.consent': ['You have not let this application act in your name. It can be opened when you do.', 'Du lässt diese Anwendung nicht in deinem Namen handeln. Wenn du es erlaubst, kann sie geöffnet werden.', 'Вы не разрешили этому приложению действовать от вашего имени. Разрешите, и оно откроется.'],
  'frames.allow': ['Allow and open', 'Erlauben und öffnen', 'Разрешить и открыть'],
  'frames.reload': ['This application has a new address. The page has to be loaded again before it can be shown.', 'Diese Anwendung hat eine neue Adresse. Die Seite muss neu geladen werden, bevor sie gezeigt werden kann.', 'У приложения новый адрес. Чтобы показать его, нужно обновить страницу.'],
  'frames.reloadNow': ['Load again', 'Neu laden', 'Обновить'],
  'frames.pickOne': ['Choose a person', 'Person wählen', 'Выберите человека'],
  'frames.pickMany': ['Choose people', 'Personen wählen', 'Выберите людей'],
  'frames.pickAccess': ['Choose who has access', 'Wer hat Zugriff?', 'Выберите, у кого есть доступ'],
  'frames.everybody': ['Everybody with an account', 'Alle mit einem Konto', 'Все, у кого есть учётная запись'],
  'frames.find': ['Find people', 'Personen finden', 'Найти людей'],
  'frames.choose': ['Choose', 'Wählen', 'Выбрать'],
})
