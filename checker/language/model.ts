/** A model: shared memory, threads and properties; and its definition, which builds one from options. */
import type { Cost } from './cost.ts';
import type { Bounds, AcquireName, MachineName, MemoryModelName } from './memory-name.ts';
import type { Options, OptionValue } from './option.ts';
import type { Property } from './property.ts';
import type { AnyThread } from './thread.ts';
import type { AnyShared, Declarations } from './variable.ts';

export interface Model {
  readonly name: string;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  readonly costs: readonly Cost[];
  /** What raises the bounds of a memory model; left out where nothing does. */
  readonly bounds?: Bounds;
  /** The machine that runs it; left out where memory is as the text says. */
  readonly machine?: MachineName;
  /** The instruction of `smp_load_acquire()` on that machine; left out where it is the usual one. */
  readonly acquire?: AcquireName;
  /** The model as its author wrote it, where a memory model has made this one of it. */
  readonly written?: Model;
  /** What a memory model leaves out although hardware may do it: while there is any, no search proves anything. */
  readonly ledger?: readonly Untried[];
}

/** Two accesses of a thread that hardware may perform in the other order, which its memory model has not tried. */
export interface Untried {
  readonly thread: string;
  readonly earlier: SourceLine;
  readonly later: SourceLine;
  readonly reason: string;
}

interface SourceLine {
  readonly line: number;
  readonly text: string;
}

/** What a definition's build returns. */
export interface Parts {
  readonly shared: AnyShared;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  readonly costs?: readonly Cost[];
}

export type Verdict = 'holds' | 'violated' | 'deadlock' | 'unreached' | 'inconclusive';

/** A named choice of options with the verdict it must get. */
export interface Scenario {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** The memory model that the verdict is for; sequential consistency where none is named. */
  readonly memory?: MemoryModelName;
  readonly verdict: Exclude<Verdict, 'inconclusive'>;
  /** Exact counts of the unreduced search: a changed count is a changed meaning. */
  readonly states?: number;
  readonly transitions?: number;
  /** Steps of the shortest trace. */
  readonly steps?: number;
  /** Why the verdict is what it is, where that is not plain. */
  readonly why?: string;
  /** The options for any number of which `racewalk prove` proves it; what the scenario says of their numbers is one case. */
  readonly proves?: readonly string[];
}

/** Mutants of a model that no scenario notices, and why that is right: `racewalk mutate` names them. */
export interface Survivors {
  readonly mutants: readonly string[];
  readonly why: string;
}

export interface AnyDefinition {
  readonly kind: 'definition';
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  readonly scenarios: readonly Scenario[];
  readonly survivors: readonly Survivors[];
  /** Throws ModelError for wrong options and for a model that means nothing; options in `beyond` may be larger than they say. */
  readonly build: (given?: Readonly<Record<string, OptionValue>>, beyond?: readonly string[]) => Model;
}
