/** What a press in a message asks for. Whoever shows the message does it. */
export type Act =
  | { kind: 'user'; id: number }
  | { kind: 'chat'; dialog: string }
  | { kind: 'message'; dialog: string; message: number }
  /** A link that the browser follows by itself unless the event is prevented. */
  | { kind: 'link'; url: string; event: MouseEvent }
  | { kind: 'picture'; url: string; name: string }
  /** A file of the Drive. */
  | { kind: 'file'; id: number }
  | { kind: 'send'; text: string }
  | { kind: 'put'; text: string }
  | { kind: 'copy'; text: string }
  | { kind: 'call'; number: string }
  | { kind: 'command'; botId: number; command: string; params: string }
  | { kind: 'app'; id: number; params: string }
