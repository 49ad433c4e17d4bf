import fc from 'fast-check'

/** The same worlds every time, so that a change that breaks nothing is green; new worlds are the soak's to find. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) })
