/** A message in one line without its codes: for lists, quotes and notifications. */
export { oneLine as plainText } from '@/chats/rowText'
