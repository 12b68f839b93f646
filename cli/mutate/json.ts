/** Mutants as JSON. */
import { printText } from '../../checker/language/print.ts';
import type { Mutant, Mutated } from '../../checker/study/mutate/mutate.ts';
import type { ModelSource } from '../model-files/models.ts';
import type { MutateResult } from './schema.ts';

export const mutateJson = (
  { definition, file }: ModelSource,
  { scenarios, mutants, stale }: Mutated,
  seconds: number,
): MutateResult => ({
  kind: 'mutate',
  model: definition.name,
  file,
  scenarios: [...scenarios],
  mutants: mutants.map(mutantJson),
  stale: [...stale],
  seconds,
});

const mutantJson = ({ mutation, scenario, fate }: Mutant): MutateResult['mutants'][number] => ({
  name: mutation.name,
  thread: mutation.thread,
  scenario,
  line: mutation.statement.line,
  source: mutation.statement.source ?? null,
  text: printText(mutation.statement),
  change: mutation.change,
  fate,
});
