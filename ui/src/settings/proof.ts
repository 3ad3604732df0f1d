import { ApiError } from '@/api/portal'
import { t } from '@/language'

/** What is wrong with how a person has proven who they are, and in which field; undefined for other faults. */
export function proofError(fault: unknown): { field: 'password' | 'code'; text: string } | undefined {
  if (!(fault instanceof ApiError)) return undefined
  switch (fault.code) {
    case 'PASSWORD_WRONG':
      return { field: 'password', text: t('settings.passwordWrong') }
    case 'CODE_WRONG':
      return { field: 'code', text: t('settings.codeWrong') }
    case 'TOO_MANY_ATTEMPTS':
      return { field: 'password', text: t('settings.tooMany') }
    default:
      return undefined
  }
}
