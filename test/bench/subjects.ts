/** The fixed models and sizes of the benchmark. */
import type { AnyDefinition } from '../../checker/language/model.ts';
import { model as gupFastVsCollapse } from '../../models/gup-fast-vs-collapse.ts';
import { model as alurTaubenfeld } from '../../models/mutual-exclusion/alur-taubenfeld.ts';
import { model as anderson } from '../../models/mutual-exclusion/anderson.ts';
import { model as lamport } from '../../models/mutual-exclusion/lamport.ts';
import { model as peterson } from '../../models/mutual-exclusion/peterson.ts';
import { subject, type Subject } from './subject.ts';

const definitions = [gupFastVsCollapse, alurTaubenfeld, anderson, lamport, peterson];

export function definitionOf(name: string): AnyDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found === undefined) throw new Error(`the benchmark has no model '${name}'`);
  return found;
}

/** The main model, repaired as in 2022: it holds, so that everybody has to see every state. */
export const repaired = (cpus: number, ptes: number): Subject =>
  subject(gupFastVsCollapse, { cpus, ptes, syncIpi: true });

/** 8.5 million states in two words. */
export const quickSubject = repaired(4, 4);

/** States in one word, for the bytes that they take. */
export const oneWordSubject = subject(peterson, { n: 4 });

/** From 0.7 to 8.5 million states; the mutual exclusion models have the sizes of the published counts. */
export const throughputSubjects: readonly Subject[] = [
  repaired(4, 3),
  quickSubject,
  subject(gupFastVsCollapse, { cpus: 4, ptes: 2, secondPinCheck: 'all-pages' }),
  oneWordSubject,
  subject(anderson, { n: 5 }),
];

/** An instance of BEEM (R. Pelanek, 2007), and the number of states that BEEM publishes for it. */
export interface Published {
  readonly instance: string;
  readonly subject: Subject;
  readonly states: number;
}

export const published: readonly Published[] = [
  { instance: 'at.5', subject: subject(alurTaubenfeld, { n: 5, countAll: true }), states: 31_999_440 },
  { instance: 'lamport.7', subject: subject(lamport, { n: 5, countAll: true }), states: 38_717_846 },
  {
    instance: 'peterson.6',
    subject: subject(peterson, { n: 4, wrongArray: true, countAll: true }),
    states: 174_495_861,
  },
];

/** The sizes of the table of growth: CPUs at 2 ptes, then ptes at one CPU. */
export const growth: readonly (readonly [cpus: number, ptes: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((cpus) => [cpus, 2] as const),
  ...[16, 32, 64, 128, 256, 512].map((ptes) => [1, ptes] as const),
];
