/**
 * The linear memory of a compiled model: a few fixed areas, then the table of numbers, then the states from a page of
 * their own; where memory may be wide, the states have one to themselves.
 */

export const pageBytes = 65_536;
/** Pages that addresses of 32 bits reach. */
export const mostPages = 65_536;
/** Pages of a wide memory at most: what V8 allows, 16 GiB. */
export const mostStatesPages = 262_144;

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
  /** Where the areas of this worker begin, and how far they are from those of the next one. */
  readonly base: number;
  readonly distance: number;
  /** Bytes of a packed state. */
  readonly stride: number;
  /** Successors gathered before they are inserted; more when a single state has more. */
  readonly batch: number;
  /** States of a batch at most: those without successors fill no candidates. */
  readonly batchStates: number;
  /** Candidates that there is room for. */
  readonly room: number;
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
  /** By the upper bits of a hash: the candidate that had them last. */
  readonly recent: Area;
  /** The number of this worker; claims of a round that are enough; those that there is room for. */
  readonly worker: number;
  readonly claimsEnough: number;
  readonly claimsRoom: number;
  /** States claimed in a round, packed; the hash and the slot of each, as those of candidates. */
  readonly claims: Area;
  readonly claimHashes: Area;
  readonly claimSlots: Area;
  /** As `marks`, but positions are numbers of claims. */
  readonly claimMarks: Area;
  /** 32 bits: how many of the claims were lost to workers before this one. */
  readonly lost: Area;
  /** Where the table begins: the first slot. */
  readonly table: number;
}

export const markBytes = 16;
export const findingBytes = 12;

/** States that a worker claims in a round, and bytes of them: barriers are to be rare, and claims to stay in a cache. */
const mostClaims = 16_384;
const claimBytes = 2 ** 20;

/** Bytes of recent candidates at most: a part of what the inner caches hold. */
const recentBytes = 2 ** 19;

/** The bits of a hash that say where among the recent candidates one is kept. */
export const recentBits = (words: number): number =>
  Math.max(1, Math.floor(Math.log2(recentBytes / (words * 8))));

/** Workers, which one this is, how many successors it gathers, and the claims that are enough for a round. */
export interface Share {
  readonly workers: number;
  readonly worker: number;
  readonly batch: number;
  readonly claims?: number;
}

export const alone: Share = { workers: 1, worker: 0, batch: 1024 };

/** Every worker has areas of its own, one after another; the table and the states are shared. */
export function memoryMap(sizes: Sizes, share: Share): MemoryMap {
  const { workers, worker } = share;
  const distance = areasFrom(firstBase, sizes, share).end - firstBase;
  const base = firstBase + worker * distance;
  const { areas } = areasFrom(base, sizes, share);
  return { ...areas, worker, base, distance, table: firstBase + workers * distance };
}

/** Where the areas of the first worker begin. */
export const firstBase = 64;

function areasFrom(
  base: number,
  { words, transitions, properties, edges, choices }: Sizes,
  { workers, batch, claims = Math.min(mostClaims, Math.ceil(claimBytes / (words * 8))) }: Share,
) {
  let end = base;
  const area = (bytes: number): Area => {
    const at = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return { at, bytes };
  };
  const stride = words * 8;
  const batchStates = 2 * batch;
  const room = batch + edges + 1;
  const marksMost = batchStates + room;
  const claimsRoom = workers === 1 ? 0 : claims + room;
  const claimMarksMost = workers === 1 ? 0 : 2 * marksMost;
  const findingsMost = marksMost + claimMarksMost + (room + claimsRoom) * properties;
  const areas = {
    stride,
    batch,
    batchStates,
    room,
    fired: area(transitions * 8),
    reached: area(properties * 4),
    ends: area(batchStates * 4),
    marks: area(marksMost * markBytes),
    findings: area(findingsMost * findingBytes),
    saved: area((choices + 1) * stride),
    candidates: area(room * stride),
    hashes: area(room * 8),
    slots: area(room * 4),
    claimsEnough: claims,
    claimsRoom,
    claims: area(claimsRoom * stride),
    claimHashes: area(claimsRoom * 8),
    claimSlots: area(claimsRoom * 4),
    claimMarks: area(claimMarksMost * markBytes),
    lost: area(4),
    recent: area(2 ** recentBits(words) * stride),
  };
  return { areas, end };
}
