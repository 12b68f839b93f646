/** The linear memory of a compiled model: a few fixed areas, then the table of numbers, then the states from a page of their own. */

/** A piece of linear memory, in bytes. */
export interface Area {
  readonly at: number;
  readonly bytes: number;
}

/** What the sizes of the areas follow from. */
export interface Sizes {
  readonly words: number;
  readonly transitions: number;
  readonly properties: number;
  /** The largest number of edges out of one state. */
  readonly edges: number;
  /** The deepest nesting of choices in one transition. */
  readonly choices: number;
}

export interface MemoryMap {
  /** Bytes of a packed state. */
  readonly stride: number;
  /** Successors gathered before they are inserted; more when a single state has more. */
  readonly batch: number;
  /** By transition, 64 bits: how often it fired. */
  readonly fired: Area;
  /** By property, 32 bits: whether a witness has been reached. */
  readonly reached: Area;
  /** By state of the batch, 32 bits: the end of its successors in `candidates`. */
  readonly ends: Area;
  /** What does not lead to a state, 16 bytes each: position among the candidates, source, edge, choice. */
  readonly marks: Area;
  /** Findings in order, 12 bytes each: what, state, property or choice. */
  readonly findings: Area;
  /** The states at which choices began. */
  readonly saved: Area;
  /** The successors of the batch, packed. */
  readonly candidates: Area;
  /** By candidate: its hash, 64 bits. */
  readonly hashes: Area;
  /** By candidate: its slot of the table and later its number, 32 bits. */
  readonly slots: Area;
  /** Where the table begins: the first slot. */
  readonly table: number;
}

/** States of a batch at most: those without successors fill no candidates. */
export const batchStates = 1_024;
const batchEdges = 512;
export const markBytes = 16;
export const findingBytes = 12;

export function memoryMap({ words, transitions, properties, edges, choices }: Sizes): MemoryMap {
  let end = 64;
  const area = (bytes: number): Area => {
    const at = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return { at, bytes };
  };
  const stride = words * 8;
  const most = batchEdges + edges + 1;
  const marksMost = batchStates + most;
  const map = {
    stride,
    batch: batchEdges,
    fired: area(transitions * 8),
    reached: area(properties * 4),
    ends: area(batchStates * 4),
    marks: area(marksMost * markBytes),
    findings: area((marksMost + most * properties) * findingBytes),
    saved: area((choices + 1) * stride),
    candidates: area(most * stride),
    hashes: area(most * 8),
    slots: area(most * 4),
  };
  return { ...map, table: end };
}
