/**
 * The linear memory of a compiled model: a few fixed areas, then the table of numbers, then the states from a page of
 * their own; where memory may be wide, the states have one to themselves.
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

/** A chunk of linear memory, in bytes. */
export interface Area {
  readonly at: number;
  readonly bytes: number;
}

/** What the sizes of the areas follow from. */
export interface MemorySizes {
  readonly words: number;
  readonly transitions: number;
  readonly properties: number;
  /** The largest number of edges out of one state. */
  readonly edges: number;
  /** The deepest nesting of choices in one transition. */
  readonly choices: number;
}

export interface MemoryMap {
  /** How far the areas of a worker are from those of the next one; the areas below are of the first. */
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
  /** By candidate: the number of a stored state that it may be, 32 bits. */
  readonly likely: Area;
  /** By the upper bits of a hash: the candidate that had them last. */
  readonly recent: Area;
  /** The chunks of a round, and how far the areas of one are from those of the next; the areas below are of the first. */
  readonly chunks: number;
  readonly chunkDistance: number;
  /** Claims of a chunk that are enough; those that there is room for. */
  readonly claimsEnough: number;
  readonly claimsRoom: number;
  /** States claimed, packed, and the slot of each. */
  readonly claims: Area;
  readonly claimSlots: Area;
  /** As `marks`, but positions are numbers of claims. */
  readonly claimMarks: Area;
  /** As `findings`, of the states that were claimed. */
  readonly claimFindings: Area;
  /** 32 bits each, named by `outcomeAt`. */
  readonly outcome: Area;
  /** Where the table begins: the first slot. */
  readonly table: number;
}

export const markBytes = 16;
export const findingBytes = 12;

/** Findings that belong to no edge; edges have numbers from 0 on. */
export const deadlockFound = -1;
export const invariantFound = -2;
export const wrongPropertyFound = -3;

/** Slots of a cache line, which are searched together. */
export const lineSlots = 16;

/** What is known of a chunk, in words of 32 bits. */
export const outcomeAt = {
  /** The first state that was left out. */
  stopped: 0,
  /** With the states that were stored at once. */
  claimed: 1,
  /** Where the marks of the claims end. */
  marks: 2,
  /** Claims lost to chunks before this one. */
  lost: 3,
  /** The number of the first state that is stored. */
  first: 4,
  /** Where the findings end. */
  findings: 5,
  /** How far the chunk is: 0 until all its states are claimed, 1 then, 2 when they are stored. */
  progress: 6,
} as const;
const outcomeBytes = 28;

/** 32 bits at the beginning of memory: the chunks of work that have been taken. */
export const takenAt = 0;

/** Chunks of a round for each worker: there is a barrier after all of them, and who is slower does fewer. */
const chunksEach = { least: 2, most: 16 };
/** Bytes for the areas of chunks: with many workers there are fewer chunks for each, down to the least, and then fewer claims in each. */
const chunksBytes = 2 ** 27;

/**
 * States that are claimed in a chunk, and bytes of them: barriers are to be rare, and who expands many states in a row
 * has met more of what follows.
 */
const mostClaims = 65_536;
const claimBytes = 2 ** 20;

/** Bytes of recent candidates at most: a part of what the inner caches hold. */
const recentBytes = 2 ** 19;

/** The bits of a hash that say where among the recent candidates one is kept. */
export const recentBits = (words: number): number =>
  Math.max(1, Math.floor(Math.log2(recentBytes / (words * 8))));

/** Workers, how many successors each gathers, the claims that are enough for a chunk, and the chunks for each worker. */
export interface Share {
  readonly workers: number;
  readonly batch: number;
  readonly claims?: number;
  readonly chunks?: number;
}

export const alone: Share = { workers: 1, batch: 1024 };

/** Every worker has areas of its own, one after another, and so has every chunk; the table and the states are shared. */
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
  const table = firstChunk + chunks * chunkDistance;
  return { ...own.areas, ...chunk.areas, distance, chunks, chunkDistance, table };
}

/** Where the areas of the first worker begin. */
const firstBase = 64;

/** What gives out chunks of memory, one behind the other. */
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

function workerAreas(base: number, sizes: MemorySizes, share: Share) {
  const { words, transitions, properties, choices } = sizes;
  const { batch, batchStates, room, marksMost } = roomsOf(sizes, share);
  const { area, end } = areasFrom(base);
  const stride = words * 8;
  const areas = {
    stride,
    batch,
    batchStates,
    room,
    fired: area(transitions * 8),
    reached: area(properties * 4),
    ends: area(batchStates * 4),
    marks: area(marksMost * markBytes),
    findings: area((marksMost + room * properties) * findingBytes),
    saved: area((choices + 1) * stride),
    candidates: area(room * stride),
    hashes: area(room * 8),
    slots: area(room * 4),
    likely: area(room * 4),
    recent: area(2 ** recentBits(words) * stride),
  };
  return { areas, end: end() };
}

/** The claims that are enough for a chunk, so that the least number of chunks has room for them. */
function claimsOf({ words, properties }: MemorySizes, workers: number): number {
  const bytesOfClaim = words * 8 + 4 + properties * findingBytes;
  const fitting = Math.floor(chunksBytes / (workers * chunksEach.least * bytesOfClaim));
  return Math.min(mostClaims, Math.ceil(claimBytes / (words * 8)), fitting);
}

function chunkAreas(base: number, sizes: MemorySizes, share: Share) {
  const { words, properties } = sizes;
  const { room, marksMost } = roomsOf(sizes, share);
  const { workers, claims = claimsOf(sizes, workers) } = share;
  const { area, end } = areasFrom(base);
  const claimsRoom = claims + room;
  const areas = {
    claimsEnough: claims,
    claimsRoom,
    claims: area(claimsRoom * words * 8),
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
 * Emits code on linear memory. All workers run one module: the address of an own area is that of the first worker's area
 * plus the global `areas`.
 */
export class MemoryEmitter {
  readonly map: MemoryMap;
  /** The type of the address of a stored state. */
  readonly addressType: NumberType;
  /** Whether other workers run the same code in the same memory. */
  readonly isShared: boolean;
  readonly #areas = local('i32', 'areas');

  constructor(map: MemoryMap, addressType: NumberType, isShared: boolean) {
    this.map = map;
    this.addressType = addressType;
    this.isShared = isShared;
  }

  /** Code that begins a function that uses `offset`, `load` or `store`: the engine would read the global in every round. */
  open(): Wasm {
    return this.isShared ? set(this.#areas, getGlobal(areasGlobal)) : sequence();
  }

  /** Code of the distance of an entry of so many bytes from the beginning of the first worker's area. */
  offset(index: Wasm, bytes: number): Wasm {
    const place = operation('i32.mul', index, i32(bytes));
    return this.isShared ? operation('i32.add', place, get(this.#areas)) : place;
  }

  /** Code that loads an entry of an own area, an array of numbers of this type. */
  load(type: NumberType, area: Area, index: WasmLocal): Wasm {
    return load(type, this.offset(get(index), bytesOf[type]), area.at);
  }

  store(value: Wasm, type: NumberType, area: Area, index: WasmLocal): Wasm {
    return store(value, type, this.offset(get(index), bytesOf[type]), area.at);
  }

  /** Code of the address of an entry of so many bytes in an own area. */
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
    return operation('i32.div_u', operation('i32.sub', address, first), i32(this.map.stride));
  }
}

const bytesOf = { i32: 4, i64: 8 } as const;
