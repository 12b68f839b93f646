/** What pins2lts-dist of LTSmin 3 prints, and whether it claims a whole search; the traces of ltsmin-printtrace. */
import { halvesOf } from '../../checker/export/c/pins.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { ForeignFound } from '../../checker/search/foreign-checker.ts';
import { EngineError } from '../../checker/search/level-engine.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import type { ForeignTrace } from '../../checker/trace/map-trace.ts';

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Explored = Omit<ForeignFound, 'method' | 'trace'> & { readonly violations: number };

/** Texts of errors, of processes that are gone, and of tables that are full. */
const complaint = /\*\* error \*\*|exited on signal|out of memory|\bfull\b|search incomplete|TIMED OUT/i;

const level =
  /^level (\d+) has \d+ states \d+ transitions, explored (\d+) states (\d+) transitions, unexplored (\d+) states$/;

/** Of a process: whether each transition fired, and whether each property was reached. */
type Bits = readonly [fired: string, reached: string];

/** Reads the lines of all processes as they are printed. */
export class LtsminOutput {
  readonly #processes: number;
  /** Before each line of the first process, which prints the counts of all. */
  readonly #label: string;
  readonly #onProgress: Limits['onProgress'];
  #levels = 0;
  #last = { states: 0, transitions: 0, unexplored: -1 };
  readonly #totals: string[] = [];
  readonly #violations: number[] = [];
  /** Of the processes that have ended. */
  readonly #ends: Bits[] = [];
  #complaint: string | null = null;
  /** The first lines that are not of LTSmin: of mpirun, where it could not start. */
  readonly #remarks: string[] = [];

  constructor(processes: number, onProgress: Limits['onProgress']) {
    this.#processes = processes;
    this.#label = `pins2lts-dist${processes === 1 ? '' : `( 0/${String(processes).padStart(2)})`}: `;
    this.#onProgress = onProgress;
  }

  read(line: string): void {
    if (this.#remarks.length < 3 && /^(?!pins2lts-dist|racewalk: ).*[a-z]/i.test(line))
      this.#remarks.push(line.trim());
    if (complaint.test(line)) this.#complaint ??= line;
    const end = /^racewalk: fired ([01]*), reached ([01]*)$/.exec(line);
    if (end !== null) this.#ends.push([end[1]!, end[2]!]);
    const violations = /^Invariant violations: (\d+)$/.exec(line);
    if (violations !== null) this.#violations.push(Number(violations[1]));
    if (!line.startsWith(this.#label)) return;
    const said = line.slice(this.#label.length);
    if (said.startsWith('state space has ')) this.#totals.push(said);
    const numbers = level.exec(said)?.slice(1).map(Number);
    if (numbers === undefined) return;
    const [depth, states, transitions, unexplored] = numbers as [number, number, number, number];
    if (depth !== this.#levels) this.#complaint ??= `level ${depth} follows level ${this.#levels - 1}`;
    this.#levels = depth + 1;
    this.#last = { states, transitions, unexplored };
    this.#onProgress({ states, frontier: unexplored, depth });
  }

  /**
   * What the search has found, without what racewalk's plug-in adds to the model.
   *
   * Throws  EngineError unless every process ended as it does after its last level, and the counts agree.
   */
  explored(system: TransitionSystem, { code, signal }: Ended): Explored {
    if (signal !== null) throw new EngineError(`LTSmin: ended by ${signal}`);
    if (code !== 0)
      throw new EngineError(`LTSmin: exit code ${code!}: ${this.#complaint ?? this.#remarks.join(' ')}`);
    if (this.#complaint !== null) throw new EngineError(`LTSmin: ${this.#complaint}`);
    const { states, transitions, unexplored } = this.#last;
    const [violations = -1] = this.#violations;
    const totals = `state space has ${this.#levels} levels ${states} states ${transitions} transitions`;
    const isBitsOf = ([fired, reached]: Bits) =>
      fired.length === system.transitions.length && reached.length === system.model.properties.length;
    const claims = [
      [this.#totals.length === 1 && this.#totals[0] === totals, 'the totals are not those of the levels'],
      [this.#violations.length === 1, 'it does not say once how many states are bad'],
      [violations > 0 || unexplored === 0, `${unexplored} states are not explored`],
      [
        this.#ends.length === this.#processes && this.#ends.every(isBitsOf),
        `${this.#ends.length} of ${this.#processes} processes printed what they reached`,
      ],
    ] as const;
    const missing = claims.find(([isMet]) => !isMet);
    if (missing !== undefined) throw new EngineError(`LTSmin: ${missing[1]}`);
    return {
      violations,
      // One state is before the initial ones.
      states: states - 1,
      transitions: transitions - initialStates(system).length,
      depth: this.#levels - 2,
      fired: system.transitions.map((_, id) => this.#ends.some(([bits]) => bits[id] === '1')),
      reached: new Set(
        [...system.model.properties.keys()].filter((at) => this.#ends.some(([, bits]) => bits[at] === '1')),
      ),
    };
  }
}

/** The kinds of states of the plug-in: before the initial ones, of the model, after a step that fails. */
const [before, ofModel, failed] = ['0', '1', '2'];

/**
 * The run that a file of ltsmin-printtrace shows, by its states.
 *
 * Shape:  `,half_0:half,..,kind:half,action:action`, then a row a state.
 * Throws  EngineError for other text.
 */
export function readTrace(csv: string, system: TransitionSystem): ForeignTrace {
  const halves = halvesOf(system);
  const texts = initialStates(system).map((state) => halves(state).join());
  const names = texts[0]!.split(',').map((_, at) => `half_${at}:half`);
  const [header, ...lines] = csv.trimEnd().split('\n');
  if (header !== ['', ...names, 'kind:half', 'action:action'].join())
    throw new EngineError(`LTSmin: the trace begins with '${header!}'`);
  const rows = lines.map((line) => line.split(',').slice(1, -1));
  const kinds = rows.map((row) => row.at(-1)!);
  const states = rows
    .slice(1, kinds.at(-1) === failed ? -1 : undefined)
    .map((row) => row.slice(0, -1).join());
  const isRun = kinds[0] === before && kinds.slice(1, 1 + states.length).every((kind) => kind === ofModel);
  if (!isRun || states.length === 0) throw new EngineError('LTSmin: its trace is no run');
  const [first, ...others] = states;
  return {
    initial: texts.indexOf(first!),
    steps: others.map((text) => ({ to: (state) => halves(state).join() === text })),
  };
}
