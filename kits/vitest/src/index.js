// Test chat bots with Vitest: people write to the bot, and the test says what it must reply. See ../README.md.
export { CallFailed } from './calls.js'
export { expectBot } from './expecting.js'
export { Bot, Chat, Person } from './people.js'
export { Portal } from './portal.js'
export { startPortal, usePortal } from './fixture.js'
