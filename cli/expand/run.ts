/** Runs `racewalk expand`: states in, successors and findings out. */
import { inFull } from '../../checker/memory/memory-models.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { externalRefusal, externalSpace } from '../../checker/search/external-space.ts';
import { buildModel, findModel } from '../model-files/models.ts';
import { chosenOptions } from '../options/model-options.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { searchIdentity } from '../sweep/identity.ts';
import { inconclusive } from '../terminal/exit-code.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { ExpandedStates } from './expanded-states.ts';
import { linesIn } from './lines.ts';
import type { Write } from './output.ts';

export interface ExpandOptions extends Pick<SearchOptions, 'symmetry' | 'maxMemory'> {
  readonly init?: true;
  readonly leadsTo?: string;
  readonly trace?: true;
}

export interface Ran {
  readonly exitCode: number;
  /** Why the lines are not complete. */
  readonly message?: string;
}

/** Throws  UsageError for lines that are none of this search. */
export async function expandStates(
  name: string,
  words: readonly string[],
  options: ExpandOptions,
  { input, write }: { readonly input: AsyncIterable<Uint8Array>; readonly write: Write },
): Promise<Ran> {
  const source = await findModel(name);
  const system = transitionSystem(inFull(buildModel(source, chosenOptions(source, words))));
  const refused = externalRefusal(system, 'by other engines');
  if (refused !== null) throw new UsageError(refused);
  const { space, search } = externalSpace(
    system,
    { ...settingsOf({ ...options, workers: 1 }), parallel: null },
    'by other engines',
  );
  const identity = searchIdentity(search);
  if (options.trace === true) {
    const { tracedPath } = await import('./trace.ts');
    return { exitCode: await tracedPath({ source, system, space, identity }, linesIn(input), write) };
  }
  const states = new ExpandedStates(system, space, identity);
  if (options.init === true) {
    await write(states.initial());
    return { exitCode: 0 };
  }
  const target = options.leadsTo === undefined ? null : states.target(options.leadsTo);
  return await expandAll(states, target, input, write);
}

async function expandAll(
  states: ExpandedStates,
  target: Uint8Array | null,
  input: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<Ran> {
  let line = 0;
  let isEnded = false;
  for await (const text of linesIn(input)) {
    line++;
    const end = /^end\t(\d+)$/.exec(text);
    isEnded = end !== null;
    if (end === null) {
      states.add(text, line);
      if (states.isFull) await write(states.flush(target));
    } else await write(states.flush(target) + states.end(Number(end[1]), line));
  }
  if (isEnded) return { exitCode: 0 };
  const message = `the input ended early: line ${line + 1} was to be a state, or "end" and the number of states`;
  return { exitCode: inconclusive, message };
}
