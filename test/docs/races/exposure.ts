/** The CPUs that are exposed to a race: the field of its header, and the verdict on each machine. */
import { memoryKey, memoryModelNames, type MemoryModelName } from '../../../checker/language/memory-name.ts';
import type { AnyDefinition, Scenario, Verdict } from '../../../checker/language/model.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import { valuesOf } from '../../../checker/language/option.ts';
import { check } from '../../../checker/search/check.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import type { Header } from './header.ts';

interface Exposure {
  readonly meaning: string;
  /** The strongest machine that shows the race, if the model knows of several. */
  readonly machine: Choices;
  /** The strongest memory model that shows it. */
  readonly memory: MemoryModelName;
}

/** From most CPUs to fewest. */
export const exposures = {
  'any CPU': {
    meaning: 'with any TLB flush and any memory model',
    machine: { flush: 'ipi' },
    memory: 'sc',
  },
  'broadcast flush': {
    meaning:
      'CPUs whose TLB flush waits for no other CPU: arm64, powerpc, parisc; x86 under a hypervisor and with INVLPGB; not other x86, whose flush is an IPI',
    machine: { flush: 'broadcast' },
    memory: 'sc',
  },
  'store buffers': {
    meaning:
      'CPUs that may perform a load before an earlier store to another address: x86, and all weaker ones',
    machine: {},
    memory: 'tso',
  },
  'reordered stores': {
    meaning: 'CPUs whose stores may reach memory in the other order: arm64, powerpc; not x86',
    machine: {},
    memory: 'pso',
  },
  'reordered loads': {
    meaning: 'CPUs that may perform loads in the other order: arm64, powerpc; not x86',
    machine: {},
    memory: 'arm64',
  },
} as const satisfies Readonly<Record<string, Exposure>>;

export type ExposureName = keyof typeof exposures;
export const exposureNames = Object.keys(exposures) as readonly ExposureName[];

/** The field `Exposed`, of which a remark in parentheses is for people only; null where the header has none. */
export function exposureOf({ title, fields }: Header): ExposureName | null {
  if (fields.Exposed === undefined) return null;
  const name = fields.Exposed.replace(/ \(.*\)$/, '');
  const known = exposureNames.find((other) => other === name);
  if (known === undefined)
    throw new Error(`${title}: the field Exposed names one of ${exposureNames.join(', ')}`);
  return known;
}

/** Whether a variant is violated on the machines that the exposure is about. */
export function isViolatedThere(
  { options, build }: AnyDefinition,
  { options: chosen }: Scenario,
  name: ExposureName,
): boolean {
  const { machine, memory } = exposures[name];
  const known = Object.entries(machine).filter(([key]) => options[key] !== undefined);
  return check(build({ ...chosen, ...Object.fromEntries(known), memory })).outcome.verdict === 'violated';
}

/** The verdict of a variant on one machine, under each memory model. */
export interface OnMachine {
  readonly scenario: Scenario;
  readonly machine: Choices;
  /** By memory model, of those that were asked for. */
  readonly verdicts: Readonly<Partial<Record<MemoryModelName, Verdict | 'error' | 'refused'>>>;
}

/** Variants on every machine that the model knows. */
export function onMachines(
  { options, build }: AnyDefinition,
  scenarios: readonly Scenario[],
  memories: readonly MemoryModelName[] = memoryModelNames,
): readonly OnMachine[] {
  const keys = Object.keys(options).filter((key) => key !== memoryKey && options[key]!.role === 'machine');
  const machines = keys.reduce<readonly Choices[]>(
    (some, key) => some.flatMap((one) => valuesOf(options[key]!).map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
  // arm64 takes neither allocation nor handlers of several accesses.
  const verdict = (chosen: Choices) => {
    try {
      return check(build(chosen)).outcome.verdict;
    } catch (error) {
      if (error instanceof ModelError) return 'refused';
      throw error;
    }
  };
  return scenarios.flatMap((scenario) =>
    machines.map((machine) => ({
      scenario,
      machine,
      verdicts: Object.fromEntries(
        memories.map((memory) => [memory, verdict({ ...scenario.options, ...machine, memory })]),
      ),
    })),
  );
}
