// Bodies of events as handlers in Express read them: by qs, as it comes and with the array limit of body-parser.
import { readFileSync } from 'node:fs'
import qs from 'qs'

const bodies = JSON.parse(readFileSync(process.env.BODIES, 'utf8'))
const read = options => bodies.map(body => qs.parse(body, options))
console.log(JSON.stringify({ plain: read({}), express: read({ allowPrototypes: true, arrayLimit: 100, depth: 32 }) }))
