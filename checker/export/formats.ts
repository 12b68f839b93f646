/** The export formats of the command and the page: to add one, add a row. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Graph } from '../state-space/state-graph.ts';
import type { Trace } from '../trace/trace.ts';
import type { Picture } from '../litmus/lkmm/picture.ts';
import type { ExportedTrace } from './trace/exported-trace.ts';

/** The writers of a format, each loaded on demand. */
interface Format {
  /** The file extension. */
  readonly ending: string;
  readonly description: string;
  readonly ofVariant?: (system: TransitionSystem) => Promise<string>;
  readonly ofGraph?: (system: TransitionSystem, graph: Graph, trace: Trace | null) => Promise<string>;
  readonly ofTrace?: (trace: ExportedTrace) => Promise<string>;
  readonly ofExecution?: (picture: Picture, title: string) => Promise<string>;
}

export const formats = {
  promela: {
    ending: 'pml',
    description: 'Spin model; -DSAFETY -DNOREDUCE gives the same counts',
    ofVariant: async (system) => (await import('./promela/promela.ts')).toPromela(system),
  },
  murphi: {
    ending: 'm',
    description: 'Murphi model for Rumur; the same counts',
    ofVariant: async (system) => (await import('./murphi/murphi.ts')).toMurphi(system),
  },
  tla: {
    ending: 'tla',
    description: 'TLA+ module and configuration for TLC; the same states',
    ofVariant: async (system) => (await import('./tla/tla.ts')).toTla(system),
  },
  c: {
    ending: 'c',
    description: 'C program that explores all states',
    ofVariant: async (system) => (await import('./c/c.ts')).toCProgram(system),
  },
  pins: {
    ending: 'c',
    description: 'C plug-in for LTSmin (pins2lts-mc, -dist; check --engine ltsmin runs it)',
    ofVariant: async (system) => (await import('./c/pins.ts')).toPins(system),
  },
  dot: {
    ending: 'dot',
    description: 'Graphviz state graph',
    ofGraph: async (...graph) => (await import('./dot.ts')).toDot(...graph),
    ofExecution: async (...picture) => (await import('./litmus/execution-dot.ts')).executionDot(...picture),
  },
  svg: {
    ending: 'svg',
    description: 'SVG picture',
    ofTrace: async (trace) => (await import('./trace/lanes-svg.ts')).toSvg(trace),
    ofExecution: async (...picture) => (await import('./litmus/execution-svg.ts')).executionSvg(...picture),
  },
  text: {
    ending: 'txt',
    description: 'plain text in 72 columns',
    ofTrace: async (trace) => (await import('./trace/changelog-text.ts')).changelogText(trace),
  },
  mermaid: {
    ending: 'mmd',
    description: 'Mermaid sequence diagram',
    ofTrace: async (trace) => (await import('./trace/mermaid.ts')).toMermaid(trace),
  },
  itf: {
    ending: 'itf.json',
    description: 'ITF JSON of Apalache',
    ofTrace: async (trace) => JSON.stringify((await import('./trace/itf.ts')).toItf(trace), null, 2),
  },
} as const satisfies Readonly<Record<string, Format>>;

export type ExportFormat = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly ExportFormat[];

/** The format of a name; each writer is optional. */
export const formatOf = (name: ExportFormat): Format => formats[name];

/** The names of the formats that have this writer. */
export const formatsWith = (writer: keyof Format): readonly ExportFormat[] =>
  formatNames.filter((name) => writer in formats[name]);
