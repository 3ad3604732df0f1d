/** What a frame has done for its page, apart from its own size and title: the same wherever it is shown. */
import { chatAt, router } from '@/router'
import { person } from '@/state/people'
import { followAppLink } from './appLink'
import type { Host, PickedUser } from './handlers'
import { openPanel } from './panels'
import { pick } from './picking'

export type SharedHost = Pick<Host, 'openChat' | 'openPath' | 'openLink' | 'openApplication' | 'pickUsers' | 'pickAccess'>

export const sharedHost: SharedHost = {
  openChat(dialogId, messageId) {
    void router.push(dialogId ? chatAt(dialogId, messageId) : '/')
  },
  openPath(path) {
    void router.push(path)
  },
  openLink: followAppLink,
  openApplication: openPanel,
  async pickUsers(several) {
    const picked = await pick(several)
    return picked === null ? null : picked.map(({ id, name }) => userOf(Number(id), name))
  },
  async pickAccess(blocked) {
    const picked = await pick(true, true, blocked)
    return picked === null ? null : picked.map(({ id, name }) => ({ id: /^\d+$/.test(id) ? `U${id}` : id, name }))
  },
}

function userOf(id: number, name: string): PickedUser {
  const known = person(id)
  return {
    id,
    name,
    photo: known?.avatar ?? '',
    position: known?.work_position ?? '',
    url: `/company/personal/user/${id}/`,
    sub: false,
    sup: false,
  }
}
