/** People and bots are kept by live commands: docs/explanation/live-commands.md. */
import type { Person } from '@/api/shapes'
import { chats } from './chats'
import { on } from './connection'
import { changeStatus, leave, meet, type StatusChange } from './people'

for (const command of ['userAdd', 'userUpdate', 'botAdd', 'botUpdate']) {
  on<{ user: Person }>(command, ({ user }) => {
    meet([user])
    const row = chats.rows.get(String(user.id))
    if (row) Object.assign(row, { title: user.name, avatar: user.avatar, color: user.color })
  })
}
on<{ botId: number }>('botDelete', ({ botId }) => leave(botId))
on<{ users: Record<string, StatusChange> }>('userStatus', ({ users }) => changeStatus(Object.values(users)))
