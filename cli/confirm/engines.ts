/** Other model checkers: how each is built and run, and what its output claims. */
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import { toMurphi } from '../../checker/export/murphi/murphi.ts';
import { toPromela } from '../../checker/export/promela/promela.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { ForeignTrace } from '../../checker/trace/map-trace.ts';
import type { Needs } from '../engines/commands.ts';

/** What an engine has found. */
export type Found =
  /** It saw every state and nothing wrong. */
  | { readonly kind: 'safe'; readonly states: number; readonly transitions: number }
  | { readonly kind: 'violated'; readonly message: string; readonly trace: ForeignTrace }
  | { readonly kind: 'inconclusive'; readonly reason: string };

export interface Ended {
  /** Null: a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

export type CommandWords = readonly [command: string, ...words: string[]];

export interface Engine {
  readonly name: 'spin' | 'rumur';
  readonly needs: Needs;
  readonly version: CommandWords;
  /** The name of the model's file. */
  readonly file: string;
  /** Throws  ModelError for what the language of the engine cannot say. */
  readonly text: (system: TransitionSystem) => string;
  readonly build: readonly CommandWords[];
  /** `states` are those that racewalk has found. */
  readonly run: (states: number) => CommandWords;
  /** Prints the trace; null: it is part of the output. */
  readonly showTrace: CommandWords | null;
  /** What the end of the run and the printed trace mean. */
  readonly read: (run: Ended, trace: Ended, system: TransitionSystem) => Found;
}

const inconclusive = (reason: string): Found => ({ kind: 'inconclusive', reason });

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

/** Spin, depth first: breadth first it stores the inner states of steps. */
const spin: Engine = {
  name: 'spin',
  needs: { spin: 'spin', gcc: 'gcc libc6-dev' },
  version: ['spin', '-V'],
  file: 'model.pml',
  text: (system) => toPromela(system, { announces: true }),
  build: [
    ['spin', '-a', 'model.pml'],
    ...[
      [
        'gcc',
        '-w',
        '-O1',
        '-DSAFETY',
        '-DNOREDUCE',
        '-DNOFAIR',
        '-DVECTORSZ=8192',
        '-o',
        'pan',
        'pan.c',
      ] as const,
    ],
  ],
  run: (states) => ['./pan', '-n', `-m${Math.max(10_000, states + 1_000)}`, `-w${hashBits(states)}`],
  showTrace: ['./pan', '-r', '-n'],
  read: ({ code, output }, trace, system) => {
    const errors = numberIn(output, /errors: (\d+)/);
    if (Number.isNaN(errors)) return inconclusive(`it printed no result (${endOf({ code, output })})`);
    const saturated = /max search depth too small|out of memory|reached -DMEMLIM|hash table is full/.exec(
      output,
    );
    if (errors > 0) {
      const message = /^pan:\d+: (.*?) \(at depth/m.exec(output)?.[1] ?? 'an error';
      return { kind: 'violated', message, trace: announced(trace.output) };
    }
    if (saturated !== null) return inconclusive(saturated[0]);
    if (code !== 0) return inconclusive(endOf({ code, output }));
    if (/Search not completed/.test(output)) return inconclusive('Search not completed');
    // Spin counts its way into the first state, and where there are several the ways from it to each of them.
    const starts = initialStates(system).length;
    const ways = starts === 1 ? 1 : 1 + starts;
    return {
      kind: 'safe',
      states: numberIn(output, /(\S+) states, stored/),
      transitions: numberIn(output, /(\S+) transitions \(/) - ways,
    };
  },
};

const hashBits = (states: number): number => Math.max(16, Math.min(30, Math.ceil(Math.log2(states + 1)) + 1));

/** The steps that the exported Promela prints while pan replays its trail. */
function announced(output: string): ForeignTrace {
  const initial = /^\s*start (\d+)$/m.exec(output)?.[1] ?? '0';
  const steps = [...output.matchAll(/^\s*fired (\d+) (\d+)$/gm)];
  return {
    initial: Number(initial),
    steps: steps.map(([, replica, transition]) => ({
      replica: Number(replica),
      transition: Number(transition),
    })),
  };
}

const rumur: Engine = {
  name: 'rumur',
  needs: { rumur: 'rumur', gcc: 'gcc libc6-dev' },
  version: ['rumur', '--version'],
  file: 'model.m',
  text: toMurphi,
  build: [
    [
      ...(['rumur', '--deadlock-detection', 'off', '--value-type', 'int32_t', '--threads', '1'] as const),
      ...['--output-format', 'machine-readable', '--output', 'checker.c', 'model.m'],
    ],
    [
      ...(['gcc', '-w', '-O1'] as const),
      // Rumur compares two words at once.
      ...(process.arch === 'x64' ? ['-mcx16'] : []),
      ...['-o', 'checker', 'checker.c', '-lpthread'],
    ],
  ],
  run: () => ['./checker'],
  showTrace: null,
  read: ({ code, output }) => {
    const summary = /<summary states="(\d+)" rules_fired="(\d+)" errors="(\d+)"/.exec(output);
    if (summary === null) return inconclusive(`it printed no result (${endOf({ code, output })})`);
    const [states, transitions, errors] = summary.slice(1).map(Number) as [number, number, number];
    if (errors > 0) {
      const message = unescaped(/<message>(.*?)<\/message>/s.exec(output)?.[1] ?? 'an error');
      return { kind: 'violated', message, trace: traceInXml(output) };
    }
    return code === 0 && output.trimEnd().endsWith('</rumur_run>')
      ? { kind: 'safe', states, transitions }
      : inconclusive(endOf({ code, output }));
  },
};

function traceInXml(output: string): ForeignTrace {
  const fired = [...output.matchAll(/<transition>(.*?)<\/transition>/gs)].map(([, text]) => unescaped(text!));
  const initial = numberIn(fired[0] ?? '', /^Startstate "start (\d+)"/);
  return {
    initial,
    steps: fired.slice(1).map((text) => ({
      transition: numberIn(text, /^Rule "\d+ (\d+)"/),
      replica: numberIn(text, /<parameter name="c">(\d+)<\/parameter>/),
    })),
  };
}

const entities = { '&quot;': '"', '&gt;': '>', '&lt;': '<', '&amp;': '&' };

const unescaped = (text: string): string =>
  Object.entries(entities).reduce((rest, [entity, character]) => rest.replaceAll(entity, character), text);

const endOf = ({ code, output }: Ended): string =>
  code === null
    ? 'it was killed or ran out of time'
    : `it ended with ${code}: ${output.trim().split('\n').at(-1) ?? ''}`;

export const engines: Readonly<Record<Engine['name'], Engine>> = { spin, rumur };
