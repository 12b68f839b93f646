/** A Dask cluster as the visited set of a search: its workers run `racewalk expand`, and `dask-driver.py` drops duplicates. */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  EngineError,
  type EngineSearch,
  type LevelEngine,
  type LevelStep,
} from '../../checker/search/level-engine.ts';
import { linesIn } from '../expand/lines.ts';
import { endJson, readFinding } from '../expand/protocol.ts';
import { StateText } from '../expand/state-text.ts';
import { searchIdentity } from '../sweep/identity.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface DaskOptions {
  /** The address of the scheduler, such as tcp://host:8786. */
  readonly scheduler: string;
  /** The model and its options, as `racewalk expand` takes them. */
  readonly asked: readonly string[];
  /** Levels of fewer states are expanded by one process, whose start takes longer. */
  readonly small?: number;
}

const driver = fileURLToPath(new URL('dask-driver.py', import.meta.url));
const launcher = fileURLToPath(new URL('../racewalk.js', import.meta.url));

/** A Python that has Dask: that of the path, or that of the system. */
export const pythonWithDask = (): string | null =>
  ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import distributed, numpy']).status === 0,
  ) ?? null;

/** Throws  UsageError where Dask is not installed. */
export function openOnDask(
  { scheduler, asked, small = 10_000 }: DaskOptions,
  search: EngineSearch,
): LevelEngine {
  const python = pythonWithDask();
  if (python === null)
    throw new UsageError(
      '--engine dask needs Dask: on Debian, apt-get install python3-distributed python3-numpy',
    );
  const expand = [process.execPath, launcher, 'expand', ...asked];
  const child = spawn(python, [driver, scheduler, String(small), ...expand], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return new StatesOnDask(child, search);
}

const answerJson = z.union([
  z.strictObject({ error: z.string() }),
  z.strictObject({ state: z.string().nullable() }),
  z.strictObject({
    states: z.int(),
    ends: z.array(endJson),
    findings: z.array(z.tuple([z.string(), z.string()])),
  }),
]);

type Answer = z.infer<typeof answerJson>;

class StatesOnDask implements LevelEngine {
  /** Where the states lie, the scheduler knows. */
  readonly bytes = 0;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncGenerator<string>;
  readonly #search: EngineSearch;
  readonly #identity: string;
  readonly #text: StateText;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>, search: EngineSearch) {
    this.#child = child;
    this.#answers = linesIn(child.stdout as AsyncIterable<Uint8Array>);
    this.#search = search;
    this.#identity = searchIdentity(search.search);
    this.#text = new StateText(search.expander.stateBytes, this.#identity);
    // A driver that is gone is noticed where its answer is missing.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
  }

  start(): Promise<LevelStep> {
    return this.#step('start');
  }

  expand(): Promise<LevelStep> {
    return this.#step('expand');
  }

  async predecessor(target: Uint8Array, depth: number): Promise<Uint8Array | null> {
    const answer = await this.#ask(['predecessor', this.#text.write(target), depth]);
    if (!('state' in answer)) throw new EngineError('Dask: an answer to another question');
    return answer.state === null ? null : this.#packed(answer.state);
  }

  interrupt(): void {
    this.#child.kill();
  }

  close(): Promise<void> {
    // The driver ends with its input, and its states with it.
    this.#child.stdin.end();
    this.#child.unref();
    return Promise.resolve();
  }

  async #step(name: 'start' | 'expand'): Promise<LevelStep> {
    const answer = await this.#ask([name]);
    if (!('ends' in answer)) throw new EngineError('Dask: an answer to another question');
    const { states, ends, findings } = answer;
    if (ends.some(({ search }) => search !== this.#identity))
      throw new EngineError('Dask: the workers have another model or another version of racewalk');
    const counted = ends.reduce((sum, end) => sum + end.findings, 0);
    if (counted !== findings.length)
      throw new EngineError(`Dask: ${counted} findings, ${findings.length} lines`);
    const { system } = this.#search;
    return {
      expanded: ends.reduce((sum, { read }) => sum + read, 0),
      states,
      findings: findings.map(([state, json]) => readFinding(json, this.#packed(state), system)),
      fired: system.transitions.map((_, id) => ends.reduce((sum, { fired }) => sum + fired[id]!, 0)),
      reached: [...new Set(ends.flatMap(({ reached }) => reached))],
    };
  }

  #packed(text: string): Uint8Array {
    const state = this.#text.read(text);
    if (typeof state === 'string') throw new EngineError(`Dask: '${text}' is no state: ${state}`);
    return state.slice();
  }

  async #ask(question: readonly unknown[]): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.#answers.next();
    if (line.done === true) throw new EngineError('Dask: the driver ended');
    const answer = answerJson.parse(JSON.parse(line.value));
    if ('error' in answer) throw new EngineError(`Dask: ${answer.error.split('\n', 1)[0]!}`);
    return answer;
  }
}
