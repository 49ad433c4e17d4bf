import fc from 'fast-check'

/** Property tests of one run share the printed seed. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? Date.now() % 2 ** 31) })
