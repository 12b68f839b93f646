/** Each run samples the same models: RACEWALK_SEED names another seed, to sample others. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['RACEWALK_SEED'] ?? 2014) });
