/**
 * The linear memory of a compiled model: areas of fixed size, then the hash table, then the states from a page of
 * their own. With a wide memory, that memory holds the states alone.
 */
import {
  get,
  getGlobal,
  i32,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type NumberType,
  type Wasm,
  type WasmLocal,
} from './wasm/code.ts';

/** A range of linear memory, in bytes. */
export interface Area {
  readonly at: number;
  readonly bytes: number;
}

/** The numbers that determine the sizes of the areas. */
export interface MemorySizes {
  /** Words of a state. */
  readonly words: number;
  /** How states are stored, in bytes each. */
  readonly stored: StoredStates;
  readonly transitions: number;
  readonly properties: number;
  /** The largest number of edges out of one state. */
  readonly edges: number;
  /** The deepest nesting of choices in one transition. */
  readonly choices: number;
  /** Whether edges have labels. */
  readonly labelled: boolean;
}

/**
 * How states are stored: as they are, folded one by one as they are generated, or compacted once a batch is gathered.
 * `numbersBytes` is the size of the tables of compact states.
 */
export type StoredStates =
  | { readonly kind: 'plain' }
  | { readonly kind: 'folded'; readonly bytes: number }
  | { readonly kind: 'compact'; readonly bytes: number; readonly numbersBytes: number };

export interface MemoryMap {
  /** Bytes from the areas of a worker to those of the next one; the areas below are those of the first worker. */
  readonly distance: number;
  /** Bytes of a stored state. */
  readonly stride: number;
  /** Bytes from a candidate to the next one. */
  readonly candidateStride: number;
  /** Whether stored states are not the words of states: their words are computed before they are read. */
  readonly areOpened: boolean;
  /** Successors at which a batch is full; the last state may exceed them. */
  readonly batch: number;
  /** By candidate, 32 bits: the label of the edge that leads to it; empty unless edges have labels. */
  readonly labels: Area;
  /** The most states of a batch: states without successors add no candidates. */
  readonly batchStates: number;
  /** The number of candidates that have room. */
  readonly room: number;
  /** By transition, 64 bits: the number of its firings. */
  readonly fired: Area;
  /** By property, 32 bits: whether a state is a witness. */
  readonly reached: Area;
  /** By state of the batch, 32 bits: the end of its successors in `candidates`. */
  readonly ends: Area;
  /** Steps that lead to no state, 16 bytes each: address of the next candidate, source, edge, choice. */
  readonly marks: Area;
  /** Findings in order, 12 bytes each: kind or edge, state, property or choice. */
  readonly findings: Area;
  /** By depth of choices: the state before the choice. */
  readonly saved: Area;
  /** The least state so far among the permutations of one. */
  readonly least: Area;
  /** The words of the stored state that was opened last. */
  readonly opened: Area;
  /** Where stored states are folded: the state that was opened last, and the successor that is folded next; else empty. */
  readonly folded: Area;
  readonly successor: Area;
  /** The successors of the batch, as they are stored. */
  readonly candidates: Area;
  /** By candidate: its hash, 64 bits. */
  readonly hashes: Area;
  /** By candidate: its slot of the table, later its number, 32 bits. */
  readonly slots: Area;
  /** By candidate: the number of a stored state that may equal it, 32 bits. */
  readonly likely: Area;
  /** The recent cache. By the upper bits of a hash: the last candidate with them. */
  readonly recent: Area;
  /**
   * The chunks of a round, and the bytes from the areas of one to the next; the areas below are those of the first.
   */
  readonly chunks: number;
  readonly chunkDistance: number;
  /** Claims at which a chunk stops, and the number that have room. */
  readonly claimsEnough: number;
  readonly claimsRoom: number;
  /** The claimed states, as they are stored, and the slot of each. */
  readonly claims: Area;
  readonly claimSlots: Area;
  /** As `marks`, with the number of the next claim for the address. */
  readonly claimMarks: Area;
  /** As `findings`, of the claimed states. */
  readonly claimFindings: Area;
  /** Numbers of 32 bits, at the positions of `outcomeAt`. */
  readonly outcome: Area;
  /** The tables of compact states, which workers share. */
  readonly numbers: Area;
  /** The address of the table. */
  readonly table: number;
}

export const markBytes = 16;
export const findingBytes = 12;

/** Findings that belong to no edge; edges have numbers from 0 on. */
export const deadlockFound = -1;
export const invariantFound = -2;
export const wrongPropertyFound = -3;

/** The value of a condition that is wrong in a state, beside 0 and 1. */
export const wrongCondition = 2;

/** Bytes behind a stored state that code on it may read. */
export const rowMargin = 8;

/** Slots of a cache line, which a search compares together. */
export const lineSlots = 16;

/** The outcome of a chunk, in words of 32 bits. */
export const outcomeAt = {
  /** The first state left out. */
  stopped: 0,
  /** Claims, and states stored at once. */
  claimed: 1,
  /** The end of the marks of the claims. */
  marks: 2,
  /** Claims lost to chunks before this one. */
  lost: 3,
  /** The number of the first state that the chunk stores. */
  first: 4,
  /** The end of the findings. */
  findings: 5,
  /** 0 until all states of the chunk are claimed, 1 until they are stored, 2 then. */
  progress: 6,
} as const;
const outcomeBytes = 28;

/**
 * The addresses of numbers of 32 bits: the chunks that workers have taken, the segments in the dictionary, and whether a
 * worker numbers values.
 */
export const takenAt = 0;
export const segmentsAt = 8;
export const lockAt = 16;

/** Chunks of a round for each worker: a barrier ends the round, and a slower worker takes fewer of them. */
const chunksEach = { least: 2, most: 16 };
/**
 * Bytes of the areas of all chunks: many workers have fewer chunks each, down to the least, then fewer claims a
 * chunk.
 */
const chunksBytes = 2 ** 27;

/**
 * The most states that a chunk claims, and the bytes of them. Large chunks make barriers rare, and a worker that
 * expands many states in a row has met more of their successors.
 */
const mostClaims = 65_536;
const claimBytes = 2 ** 20;

/** The most bytes of the recent cache: a part of the inner caches. */
const recentBytes = 2 ** 19;

/** The number of bits of a hash that select an entry of the recent cache, of so many bytes. */
export const recentBits = (stride: number): number =>
  Math.max(1, Math.floor(Math.log2(recentBytes / stride)));

/** The workers, the successors of a batch, the claims at which a chunk stops, and the chunks for each worker. */
export interface Share {
  readonly workers: number;
  readonly batch: number;
  readonly claims?: number;
  readonly chunks?: number;
}

export const alone: Share = { workers: 1, batch: 1024 };

/**
 * The areas of all workers, then those of all chunks, then the numbers and the table, which workers share like the
 * states. The areas before the numbers lie at the same places for plain and compact states of a model.
 */
export function memoryMap(sizes: MemorySizes, share: Share): MemoryMap {
  const { workers } = share;
  const own = workerAreas(firstBase, sizes, share);
  const distance = own.end - firstBase;
  const firstChunk = firstBase + workers * distance;
  const chunk = chunkAreas(firstChunk, sizes, share);
  const chunkDistance = chunk.end - firstChunk;
  const fitting = Math.floor(chunksBytes / (workers * chunkDistance));
  const { chunks: each = Math.min(chunksEach.most, Math.max(chunksEach.least, fitting)) } = share;
  const chunks = workers === 1 ? 0 : workers * each;
  const numbers = {
    at: firstChunk + chunks * chunkDistance,
    bytes: sizes.stored.kind === 'compact' ? sizes.stored.numbersBytes : 0,
  };
  const table = Math.ceil((numbers.at + numbers.bytes) / 64) * 64;
  return { ...own.areas, ...chunk.areas, distance, chunks, chunkDistance, numbers, table };
}

/** The address of the areas of the first worker. */
const firstBase = 64;

/** Allocates areas one behind the other. */
function areasFrom(base: number) {
  let end = base;
  const area = (bytes: number): Area => {
    const at = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return { at, bytes };
  };
  return { area, end: () => end };
}

const roomsOf = ({ edges }: MemorySizes, { batch }: Share) => {
  const batchStates = 2 * batch;
  const room = batch + edges + 1;
  return { batch, batchStates, room, marksMost: batchStates + room };
};

/** Compact states are candidates as their words at first. */
const candidateBytes = ({ words, stored }: MemorySizes): number =>
  stored.kind === 'folded' ? stored.bytes : words * 8;

function workerAreas(base: number, sizes: MemorySizes, share: Share) {
  const { words, stored, transitions, properties, choices, labelled } = sizes;
  const { batch, batchStates, room, marksMost } = roomsOf(sizes, share);
  const { area, end } = areasFrom(base);
  const packed = words * 8;
  const stride = stored.kind === 'plain' ? packed : stored.bytes;
  const candidateStride = candidateBytes(sizes);
  const areas = {
    stride,
    candidateStride,
    areOpened: stored.kind !== 'plain',
    batch,
    batchStates,
    room,
    fired: area(transitions * 8),
    reached: area(properties * 4),
    ends: area(batchStates * 4),
    marks: area(marksMost * markBytes),
    findings: area((marksMost + room * properties) * findingBytes),
    saved: area((choices + 1) * packed),
    least: area(packed),
    opened: area(packed),
    folded: area(stored.kind === 'folded' ? stride : 0),
    successor: area(stored.kind === 'folded' ? packed : 0),
    candidates: area(room * candidateStride),
    hashes: area(room * 8),
    slots: area(room * 4),
    likely: area(room * 4),
    labels: area(labelled ? room * 4 : 0),
    recent: area(Math.max(recentBytes, 2 * candidateStride)),
  };
  return { areas, end: end() };
}

/** The claims at which a chunk stops, such that the fewest chunks have room for them. */
function claimsOf(sizes: MemorySizes, workers: number): number {
  const bytesOfClaim = candidateBytes(sizes) + 4 + sizes.properties * findingBytes;
  const fitting = Math.floor(chunksBytes / (workers * chunksEach.least * bytesOfClaim));
  return Math.min(mostClaims, Math.ceil(claimBytes / candidateBytes(sizes)), fitting);
}

function chunkAreas(base: number, sizes: MemorySizes, share: Share) {
  const { properties } = sizes;
  const { room, marksMost } = roomsOf(sizes, share);
  const { workers, claims = claimsOf(sizes, workers) } = share;
  const { area, end } = areasFrom(base);
  const claimsRoom = claims + room;
  const areas = {
    claimsEnough: claims,
    claimsRoom,
    claims: area(claimsRoom * candidateBytes(sizes)),
    claimSlots: area(claimsRoom * 4),
    claimMarks: area(2 * marksMost * markBytes),
    claimFindings: area((2 * marksMost + claimsRoom * properties) * findingBytes),
    outcome: area(outcomeBytes),
  };
  return { areas, end: end() };
}

/** Global: the distance of a worker's own areas from those of the first worker. */
export const areasGlobal = 'areas';

/**
 * Emits code on linear memory. All workers run one module: the address of an own area is that of the first worker's
 * area plus the global `areas`.
 */
export class MemoryEmitter {
  readonly map: MemoryMap;
  /** The type of the address of a stored state. */
  readonly addressType: NumberType;
  /** The type of the address of a state whose cells are read: an opened one, where stored states are opened. */
  readonly sourceType: NumberType;
  /** Whether other workers run the same code in the same memory. */
  readonly isShared: boolean;
  readonly #areas = local('i32', 'areas');

  constructor(map: MemoryMap, addressType: NumberType, isShared: boolean) {
    this.map = map;
    this.addressType = addressType;
    this.sourceType = map.areOpened ? 'i32' : addressType;
    this.isShared = isShared;
  }

  /**
   * Code that begins a function that uses `offset`, `load` or `store`: a loop would read the global in every round.
   */
  open(): Wasm {
    return this.isShared ? set(this.#areas, getGlobal(areasGlobal)) : sequence();
  }

  /** Code of the distance of an own entry of `bytes` bytes from the beginning of the first worker's area. */
  offset(index: Wasm, bytes: number): Wasm {
    const place = operation('i32.mul', index, i32(bytes));
    return this.isShared ? operation('i32.add', place, get(this.#areas)) : place;
  }

  /** Code that loads an entry of an own area that holds numbers of this type. */
  load(type: NumberType, area: Area, index: WasmLocal): Wasm {
    return load(type, this.offset(get(index), bytesOf[type]), area.at);
  }

  store(value: Wasm, type: NumberType, area: Area, index: WasmLocal): Wasm {
    return store(value, type, this.offset(get(index), bytesOf[type]), area.at);
  }

  /** Code of the address of an entry of `bytes` bytes in an own area. */
  entry(area: Area, index: WasmLocal, bytes: number): Wasm {
    return operation('i32.add', this.offset(get(index), bytes), i32(area.at));
  }

  /** Code of an address in an own area, given as that of the first worker. */
  address(at: number): Wasm {
    return this.isShared ? operation('i32.add', getGlobal(areasGlobal), i32(at)) : i32(at);
  }

  /** Code of the number of the candidate at an address. */
  candidateNumber(address: Wasm): Wasm {
    const first = this.address(this.map.candidates.at);
    return operation('i32.div_u', operation('i32.sub', address, first), i32(this.map.candidateStride));
  }
}

const bytesOf = { i32: 4, i64: 8 } as const;
