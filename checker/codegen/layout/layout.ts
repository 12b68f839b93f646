/** The packed layout of a state: the place of each variable in its bits. */
import type { BitRun } from './compact-format.ts';
import { cellAt, placeBlocks, type Field, type Fields, type FieldBlock, type BitRange } from './placement.ts';
import { numberingOf, type Numbering } from '../../program/numbering.ts';
import type { SymmetricGroup, Symmetry } from '../../program/symmetry.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import { index, sizeOf, type AnyDomain } from '../../language/domain.ts';
import type { Declarations } from '../../language/variable.ts';
import { deadBitPatches, type WordPatch } from './dead-bits.ts';

export interface CopyLayout {
  readonly location: Field;
  readonly locals: Fields;
  /** By location: the patches that reset its dead locals; none where the layout keeps them. */
  readonly deadPatches: readonly (readonly WordPatch[])[];
}

/** The records of interchangeable copies, all of one shape: cell `r` holds all cells of replica `r`. */
export interface Records extends FieldBlock, BitRange {
  /** The threads with a copy in each record. */
  readonly threads: readonly string[];
  /** Arrays with a cell for each record that stand in the records of a group: they move with the copies that have them. */
  readonly columns: readonly Column[];
}

/** A local array with a cell for each record of a group. */
export interface Column {
  readonly field: Field;
  /** The thread that has it, and which of its copies. */
  readonly thread: string;
  readonly replica: number;
}

export interface Layout {
  /** 64-bit words of a state. */
  readonly words: number;
  readonly shared: Fields;
  /** By thread name, then by copy. */
  readonly threads: Readonly<Record<string, readonly CopyLayout[]>>;
  /** By group of interchangeable copies; none for copies without bits. */
  readonly records: readonly Records[];
  /** The bits that belong together: those of each record, of each other copy, of each other variable. */
  readonly blocks: readonly (readonly BitRun[])[];
}

/** A variable without a place. */
interface UnplacedVariable extends FieldBlock {
  readonly domain: AnyDomain;
  readonly length: number | null;
}

type UnplacedFields = Readonly<Record<string, UnplacedVariable>>;

interface UnplacedCopy {
  readonly location: UnplacedVariable;
  readonly locals: UnplacedFields;
}

export interface LayoutOptions {
  /** The interchangeable copies, which get a record each. */
  readonly symmetry?: Symmetry | null;
  /** Without `symmetry`: copies whose cells lie in records, too, though they stay in their order. */
  readonly together?: Symmetry | null;
  /** Whether steps reset dead locals. */
  readonly forget?: boolean;
}

export function layoutOf(system: TransitionSystem, options: LayoutOptions = {}): Layout {
  const { symmetry = null, together = null, forget = false } = options;
  const numbering = numberingOf(system);
  const shared = unplacedOf(system.model.shared);
  const copies = numbering.copies.map(({ table: { thread, locations } }) => ({
    location: unplaced(index(Math.max(1, locations.length)), null),
    locals: unplacedOf(thread.locals),
  }));
  const groups = ((symmetry ?? together)?.groups ?? []).map((group) =>
    unplacedRecords(group, numbering, shared, copies),
  );
  const inRecords = new Set(groups.flatMap(({ members, owned }) => [...members.flat(), ...owned.keys()]));
  const others = [...copies.flatMap(variablesOf), ...Object.values(shared)].filter(
    (variable) => !inRecords.has(variable),
  );
  const { places, used } = placeBlocks<FieldBlock>([...groups.map(({ block }) => block), ...others]);
  const inside = groups.flatMap((group) => [...placesInside(group, places.get(group.block)!)]);
  const all = new Map([...places, ...inside]);
  const copyAt = ({ location, locals }: UnplacedCopy, copy: number): CopyLayout => {
    const fields = placedFields(locals, all);
    const { thread } = numbering.copies[copy]!;
    return {
      location: placed(location, all),
      locals: fields,
      deadPatches: forget ? deadBitPatches(numbering, thread, fields) : [],
    };
  };
  const placedCopies = copies.map(copyAt);
  const ofThread = (at: number) => placedCopies.filter((_, copy) => numbering.copies[copy]!.thread === at);
  return {
    words: Math.max(1, used.length),
    shared: placedFields(shared, all),
    threads: Object.fromEntries(system.threads.map(({ thread: { name } }, at) => [name, ofThread(at)])),
    blocks: blocksOf({ groups, copies, shared, inRecords }, all),
    records: (symmetry === null ? [] : groups)
      .map(({ block, threads, moving }) => {
        const columns = moving.map(({ copy, name }): Column => {
          const { table, replica } = numbering.copies[copy]!;
          return { field: placedCopies[copy]!.locals[name]!, thread: table.thread.name, replica };
        });
        const filled = columns.filter(({ field }) => field.bits > 0);
        return { ...block, ...places.get(block)!, threads, columns: filled };
      })
      .filter(({ bits, columns }) => bits > 0 || columns.length > 0),
  };
}

interface Grouped {
  readonly groups: readonly UnplacedRecords[];
  readonly copies: readonly UnplacedCopy[];
  readonly shared: UnplacedFields;
  readonly inRecords: ReadonlySet<UnplacedVariable>;
}

function blocksOf({ groups, copies, shared, inRecords }: Grouped, places: BlockPlaces): Layout['blocks'] {
  const runOf = (variable: UnplacedVariable, cell: number): BitRun => ({
    ...cellAt(places.get(variable)!, cell),
    bits: variable.bits,
  });
  const runsOf = (variable: UnplacedVariable) =>
    Array.from({ length: variable.cells }, (_, cell) => runOf(variable, cell));
  const alone = (variable: UnplacedVariable) => !inRecords.has(variable);
  const records = groups.flatMap(({ members, owned }) =>
    members.map((variables, replica) => [
      ...variables.filter((variable) => !owned.has(variable)).flatMap(runsOf),
      ...[...owned.keys()].map((variable) => runOf(variable, replica)),
    ]),
  );
  const others = copies.map((copy) => variablesOf(copy).filter(alone).flatMap(runsOf));
  const variables = Object.values(shared).filter(alone).map(runsOf);
  return [...records, ...others, ...variables].filter((runs) => runs.some(({ bits }) => bits > 0));
}

type BlockPlaces = ReadonlyMap<FieldBlock, BitRange>;

function placed(variable: UnplacedVariable, places: BlockPlaces): Field {
  const { domain, length, bits } = variable;
  return { domain, length, bits, ...places.get(variable)! };
}

const placedFields = (fields: UnplacedFields, places: BlockPlaces): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, variable]) => [name, placed(variable, places)]));

const unplacedOf = (declarations: Declarations): UnplacedFields =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { domain, length }]) => [name, unplaced(domain, length)]),
  );

const unplaced = (domain: AnyDomain, length: number | null): UnplacedVariable => ({
  domain,
  length,
  bits: Math.ceil(Math.log2(sizeOf(domain))),
  cells: length ?? 1,
  words: 1,
});

const variablesOf = ({ location, locals }: UnplacedCopy): readonly UnplacedVariable[] => [
  location,
  ...Object.values(locals),
];

/** Records that have an arrangement inside but no place. */
interface UnplacedRecords {
  readonly block: FieldBlock;
  readonly threads: readonly string[];
  /** By replica: the variables of its copies, in the same order for each. */
  readonly members: readonly (readonly UnplacedVariable[])[];
  /** The arrays with a cell for each replica that stay where they are, each with its cell of a record. */
  readonly owned: ReadonlyMap<UnplacedVariable, FieldBlock>;
  /** The places in a record, of the members of replica 0 and of the cells. */
  readonly within: ReadonlyMap<FieldBlock, BitRange>;
  readonly moving: SymmetricGroup['movingColumns'];
}

function unplacedRecords(
  { members, cells, columns, movingColumns }: SymmetricGroup,
  { copies, shared: ranges }: Numbering,
  shared: UnplacedFields,
  unplacedCopies: readonly UnplacedCopy[],
): UnplacedRecords {
  const own = members.map((numbers) => numbers.flatMap((copy) => variablesOf(unplacedCopies[copy]!)));
  const names = [...ranges.keys()].filter((name) => cells[0]!.includes(ranges.get(name)!.first));
  const arrays = [
    ...names.map((name) => shared[name]!),
    ...columns.map(({ copy, name }) => unplacedCopies[copy]!.locals[name]!),
  ];
  const owned = new Map(arrays.map((variable) => [variable, { ...variable, cells: 1 }]));
  const { places, used } = placeBlocks<FieldBlock>([...own[0]!, ...owned.values()]);
  const isChunk = used.length <= 1;
  return {
    block: { cells: members.length, bits: isChunk ? (used[0] ?? 0) : 64, words: Math.max(1, used.length) },
    threads: members[0]!.map((copy) => copies[copy]!.table.thread.name),
    members: own,
    owned,
    within: places,
    moving: movingColumns,
  };
}

/** The places of all variables in records that have a place. */
function* placesInside(
  { members, owned, within }: UnplacedRecords,
  records: BitRange,
): Generator<readonly [FieldBlock, BitRange]> {
  for (const [replica, variables] of members.entries())
    for (const [at, variable] of variables.entries())
      yield [variable, behind(cellAt(records, replica), within.get(members[0]![at]!)!)];
  for (const [array, cell] of owned) {
    const { word, shift } = behind(records, within.get(cell)!);
    yield [array, { ...records, word, shift }];
  }
}

const behind = (start: Pick<BitRange, 'word' | 'shift'>, place: BitRange): BitRange => ({
  ...place,
  word: start.word + place.word,
  shift: start.shift + place.shift,
});
