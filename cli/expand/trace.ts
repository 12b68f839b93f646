/** `racewalk expand --trace`: a path of states to a finding as a trace, replayed by the interpreter. */
import type { CompiledSpace } from '../../checker/engine/compiled-space.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { answerOfPath } from '../../checker/search/found.ts';
import { confirms, replay } from '../../checker/trace/replay.ts';
import type { ModelSource } from '../model-files/models.ts';
import { traceSections, verdictLine } from '../report/check-text.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { outputWidth } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { readFinding } from './protocol.ts';
import type { Write } from './output.ts';
import { StateText } from './state-text.ts';

interface Traced {
  readonly source: ModelSource;
  readonly system: TransitionSystem;
  readonly space: CompiledSpace;
  readonly identity: string;
}

/**
 * Prints the trace of a path: lines of its states, from an initial one on, and the line of the finding in the last.
 * Returns the exit code.
 *
 * Throws  UsageError for lines that are no path to the finding.
 */
export async function tracedPath(
  { source, system, space, identity }: Traced,
  lines: AsyncIterable<string>,
  write: Write,
): Promise<number> {
  const text = new StateText(space.compiled.model.map.stride, identity);
  const stateOf = (word: string, line: number): Uint8Array => {
    const state = text.read(word);
    if (typeof state === 'string') throw new UsageError(`line ${line} is no state of this search: ${state}`);
    return state.slice();
  };
  const path: Uint8Array[] = [];
  for await (const line of lines) {
    const [kind, word = '', json = ''] = line.split('\t');
    if (kind !== 'finding') {
      path.push(stateOf(line, path.length + 1));
      continue;
    }
    const { finding, state } = readFinding(json, stateOf(word, path.length + 1), system);
    if (path.length === 0 || Buffer.compare(path.at(-1)!, state) !== 0)
      throw new UsageError('the path does not end in the state of the finding');
    const answer = answerOfPath(system, space, path, { finding, minimal: false });
    const trace = 'schedule' in answer ? replay(system, answer.schedule) : null;
    if (trace === null || !confirms(system, answer, trace))
      throw new UsageError('the interpreter does not confirm the finding');
    const sections = traceSections({ system, outcome: answer, trace }, outputWidth());
    await write(`${[verdictLine({ source, outcome: answer }), ...sections].join('\n\n')}\n`);
    return exitCodeOf(answer.verdict);
  }
  throw new UsageError('the input ended early: it has no line of a finding');
}
