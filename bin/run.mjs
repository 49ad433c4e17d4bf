// `node bin/run.mjs FILE [ARG…]`: any script of the project under the pinned Node, installed first.
import { launch } from './launch.mjs'

await launch(process.argv[2], process.argv.slice(3))
