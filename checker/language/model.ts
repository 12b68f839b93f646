/** A model: shared memory, threads and properties; and its definition, which builds one from options. */
import type { Cost } from './cost.ts';
import type { Liveness } from './liveness.ts';
import type { Bounds, AcquireName, MachineName, MemoryModelName } from './memory-name.ts';
import type { Options, OptionValue } from './option.ts';
import type { Property } from './property.ts';
import type { AnyThread } from './thread.ts';
import type { AnyShared, Declarations } from './variable.ts';

/** A function of the kernel whose meaning is racewalk's, and the file of the kernel that it follows. */
export interface Stub {
  readonly name: string;
  readonly source: string;
}

export interface Model {
  readonly name: string;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  /** What must happen in every fair run; absent: nothing. */
  readonly liveness?: readonly Liveness[];
  readonly costs: readonly Cost[];
  /** What a verdict rests on beside the author's text; absent: nothing. */
  readonly stubs?: readonly Stub[];
  /** Changed bounds of the memory model. */
  readonly bounds?: Bounds;
  /** Races of plain reads, and reads of what nobody has written, are not looked for: what watches for them is left out. */
  readonly isUnwatched?: true;
  /** The machine that must run it, if its memory model has one. */
  readonly machine?: MachineName;
  /** The instruction of `smp_load_acquire()` on that machine; absent where it is the default. */
  readonly acquire?: AcquireName;
  /** The memory model under which it is not decided what must happen in the end; absent: it is decided. */
  readonly undecidedRuns?: MemoryModelName;
  /** The original model, if a memory model has rewritten it to this one. */
  readonly written?: Model;
  /** The memory model that has rewritten it. */
  readonly memory?: MemoryModelName;
}

/** The result of `build`. */
export interface Parts {
  readonly shared: AnyShared;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly (Property | Liveness)[];
  readonly costs?: readonly Cost[];
  readonly stubs?: readonly Stub[];
}

export type Verdict = 'holds' | 'violated' | 'deadlock' | 'livelock' | 'unreached' | 'inconclusive';

/** Named options with the expected verdict. */
export interface Scenario {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** The memory model of the verdict; default: sequential consistency. */
  readonly memory?: MemoryModelName;
  readonly verdict: Exclude<Verdict, 'inconclusive'>;
  /** Exact counts of the unreduced search: they change with the meaning of the model. */
  readonly states?: number;
  readonly transitions?: number;
  /** Steps of the shortest trace. */
  readonly steps?: number;
  /** The reason for the verdict, if it is not obvious. */
  readonly why?: string;
  /** Options for which `racewalk prove` proves it for any number; the numbers in `options` are one case. */
  readonly proves?: readonly string[];
}

/** Mutants that no scenario detects, by their names in `racewalk mutate`, and the reason why that is correct. */
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
  /** What its author should know and no verdict depends on; absent: nothing. */
  readonly notes?: readonly string[];
  /** Throws  ModelError for invalid options and models; options in `beyond` may exceed their maximum. */
  readonly build: (given?: Readonly<Record<string, OptionValue>>, beyond?: readonly string[]) => Model;
}
