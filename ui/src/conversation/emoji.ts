/** Names of emoji that can be typed between colons. */
const NAMES: Record<string, string> = {
  smile: '😄', grin: '😁', joy: '😂', rofl: '🤣', blush: '😊', wink: '😉', heart_eyes: '😍', kiss: '😘', thinking: '🤔', neutral: '😐', smirk: '😏',
  sweat_smile: '😅', cool: '😎', cry: '😢', sob: '😭', angry: '😠', scream: '😱', sleepy: '😴', party: '🥳', upside_down: '🙃', shrug: '🤷',
  facepalm: '🤦', thumbsup: '👍', thumbsdown: '👎', ok_hand: '👌', clap: '👏', wave: '👋', pray: '🙏', muscle: '💪', point_up: '☝️', raised_hands: '🙌',
  handshake: '🤝', eyes: '👀', heart: '❤️', broken_heart: '💔', fire: '🔥', star: '⭐', sparkles: '✨', tada: '🎉', rocket: '🚀', check: '✅', cross: '❌',
  warning: '⚠️', question: '❓', exclamation: '❗', bulb: '💡', bug: '🐛', gift: '🎁', cake: '🎂', coffee: '☕', beer: '🍺', pizza: '🍕', sun: '☀️',
  rain: '🌧️', snow: '❄️', clock: '🕐', calendar: '📅', pin: '📌', link: '🔗', lock: '🔒', key: '🔑', phone: '📞', mail: '📧', hundred: '💯', poop: '💩',
  robot: '🤖', cat: '🐱', dog: '🐶', plus_one: '👍', zzz: '💤', trophy: '🏆', chart: '📈', hammer: '🔨', wrench: '🔧', package: '📦', memo: '📝',
}

export function emojiLike(phrase: string, limit = 8): { name: string; sign: string }[] {
  const wanted = phrase.toLowerCase()
  return Object.entries(NAMES)
    .filter(([name]) => name.includes(wanted))
    .sort(([one], [other]) => Number(!one.startsWith(wanted)) - Number(!other.startsWith(wanted)))
    .slice(0, limit)
    .map(([name, sign]) => ({ name, sign }))
}
