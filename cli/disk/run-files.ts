/**
 * The runs of a search as files of one directory.
 *
 * A file begins with a line of text and the hash of its search, then its name; blocks follow, each a header of 16 bytes
 * (states, bytes, bytes deflated, CRC-32 of all that; little endian) and the block, deflated. A header without states
 * ends it, with the number of all states in 8 bytes.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  StorageError,
  type DiskSettings,
  type RunReader,
  type RunStorage,
  type RunWriter,
} from '../../checker/disk/storage.ts';
import { programIdentity, searchIdentity } from '../sweep/identity.ts';
import { lockDirectory } from './directory-lock.ts';
import { causeOf } from '../terminal/write-file.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { makeFolder } from '../terminal/make-folder.ts';

const format = 'racewalk run 1\n';
const headerBytes = 16;
/** Where a header has its checksum. */
const sumAt = 12;

const checkpointName = 'checkpoint.json';

/** The last line of a checkpoint: who made it, and a hash of the search that does not depend on that. */
interface Origin {
  readonly racewalk: string;
  readonly search: string;
}

const originLine = /^\{"racewalk":"([^"]+)","search":"([0-9a-f]{64})"\}$/;

const originOf = (search: string): Origin => ({
  racewalk: programIdentity(),
  search: createHash('sha256').update(search).digest('hex'),
});

/** What a search on disk calls of the file system: a test replaces it. */
export type FileSystem = Pick<typeof import('node:fs'), 'writeSync' | 'fsyncSync'>;

/**
 * The settings of a search below a directory: each search has a subdirectory, named by a hash of this program, the
 * model and the method.
 *
 * Throws  UsageError where another process has the search; where it has begun already, unless it is to be resumed; and
 *         where it is to be resumed, but another racewalk began it.
 */
export const diskSettings = (
  directory: string,
  { resume, files = { writeSync, fsyncSync } }: { readonly resume: boolean; readonly files?: FileSystem },
): DiskSettings => {
  const opened = new Set<string>();
  return {
    open: (search) => {
      const identity = searchIdentity(search);
      const path = join(directory, identity.slice(0, 16));
      const origin = originOf(search);
      const storage = new RunFiles(path, { identity, origin }, files);
      try {
        const hasBegun = !opened.has(path) && storage.readCheckpoint() !== null;
        if (hasBegun && !resume)
          throw new UsageError(`${path} has a search of this model: --resume continues it`);
        if (resume && !hasBegun) refuseForeign(directory, origin);
      } catch (error) {
        storage.close();
        throw error;
      }
      opened.add(path);
      return storage;
    },
  };
};

/** Throws  UsageError where another racewalk has begun the search. */
function refuseForeign(directory: string, { racewalk, search }: Origin): void {
  for (const own of readdirSync(directory)) {
    const path = join(directory, own);
    const line = readCheckpointIn(path)?.split('\n')[2] ?? '';
    const [, begunBy = racewalk, found] = originLine.exec(line) ?? [];
    if (found === search && begunBy !== racewalk)
      throw new UsageError(
        `${path} has this search, begun by racewalk ${begunBy}, which alone can continue it: ` +
          'remove it to begin anew',
      );
  }
}

/** The text of the checkpoint in a directory, or null. */
function readCheckpointIn(directory: string): string | null {
  const path = join(directory, checkpointName);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new StorageError(`cannot read ${path}: ${causeOf(error)}`, { cause: error });
  }
}

class RunFiles implements RunStorage {
  readonly #directory: string;
  readonly #identity: string;
  readonly #origin: string;
  readonly #files: FileSystem;
  /** Runs that may be in the cache of the system only. */
  readonly #unsynced = new Set<string>();

  readonly #unlock: () => void;

  constructor(
    directory: string,
    { identity, origin }: { readonly identity: string; readonly origin: Origin },
    files: FileSystem,
  ) {
    this.#directory = directory;
    this.#identity = identity;
    this.#origin = JSON.stringify(origin);
    this.#files = files;
    this.#unlock = attempt(directory, 'write', () => {
      makeFolder(directory);
      return lockDirectory(directory);
    });
  }

  get bytes(): number {
    return this.#runs().reduce((sum, name) => sum + statSync(join(this.#directory, name)).size, 0);
  }

  #runs(): readonly string[] {
    return readdirSync(this.#directory).filter((name) => name.endsWith('.run'));
  }

  #path(run: string): string {
    return join(this.#directory, `${run}.run`);
  }

  #preamble(run: string): Buffer {
    return Buffer.from(`${format}${this.#identity}\n${run}\n`, 'latin1');
  }

  create(run: string): RunWriter {
    const path = this.#path(run);
    const file = attempt(path, 'write', () => openSync(path, 'w'));
    const write = (bytes: Buffer) => attempt(path, 'write', () => writeAll(this.#files, file, bytes));
    let total = 0;
    write(this.#preamble(run));
    return {
      write: (block, states) => {
        const deflated = deflateRawSync(block, { level: 1 });
        write(framed([states, block.length, deflated.length], deflated));
        total += states;
      },
      close: () => {
        const end = Buffer.alloc(8);
        end.writeBigUInt64LE(BigInt(total));
        write(framed([0, 0, end.length], end));
        closeSync(file);
        this.#unsynced.add(path);
      },
      abandon: () => closeSync(file),
    };
  }

  open(run: string): RunReader {
    const path = this.#path(run);
    const file = attempt(path, 'read', () => openSync(path, 'r'));
    const read = (bytes: number): Buffer => attempt(path, 'read', () => readAll(file, bytes));
    const damaged = (why: string) => new StorageError(`${path} is damaged: ${why}`);
    const expected = this.#preamble(run);
    if (!read(expected.length).equals(expected)) {
      closeSync(file);
      throw new StorageError(`${path} is no run of this search, or one of another version of racewalk`);
    }
    let total = 0n;
    return {
      next: () => {
        const head = read(headerBytes);
        if (head.length < headerBytes) throw damaged('it is cut short');
        const [states, bytes, length, sum] = [0, 4, 8, sumAt].map((at) => head.readUInt32LE(at));
        const body = read(length!);
        if (body.length < length!) throw damaged('it is cut short');
        if (checksum(head, body) !== sum) throw damaged('a block has another checksum');
        if (states === 0) {
          if (body.readBigUInt64LE() !== total) throw damaged('it has another number of states');
          return null;
        }
        total += BigInt(states!);
        const block = inflateRawSync(body, { chunkSize: Math.max(64, bytes! + 1) });
        if (block.length !== bytes) throw damaged('a block has another length');
        return block;
      },
      close: () => closeSync(file),
    };
  }

  remove(run: string): void {
    this.#delete(this.#path(run));
  }

  #delete(path: string): void {
    attempt(path, 'write', () => rmSync(path));
    this.#unsynced.delete(path);
  }

  retain(runs: readonly string[]): void {
    const kept = new Set(runs.map((run) => `${run}.run`));
    for (const name of this.#runs()) if (!kept.has(name)) this.#delete(join(this.#directory, name));
  }

  readCheckpoint(): string | null {
    const path = join(this.#directory, checkpointName);
    const text = readCheckpointIn(this.#directory);
    if (text === null) return null;
    const [head = '', body = ''] = text.split('\n', 2);
    if (head !== this.#sealOf(body))
      throw new StorageError(`${path} is no checkpoint of this search, or it is damaged`);
    return body;
  }

  #sealOf(text: string): string {
    return createHash('sha256').update(`${this.#identity}\n${text}`).digest('hex');
  }

  writeCheckpoint(text: string): void {
    for (const run of this.#unsynced) attempt(run, 'write', () => sync(this.#files, run));
    this.#unsynced.clear();
    const path = join(this.#directory, checkpointName);
    attempt(path, 'write', () => {
      const aside = `${path}.tmp`;
      const file = openSync(aside, 'w');
      try {
        writeAll(this.#files, file, Buffer.from(`${this.#sealOf(text)}\n${text}\n${this.#origin}\n`));
        this.#files.fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(aside, path);
      sync(this.#files, this.#directory);
    });
  }

  clear(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  close(): void {
    this.#unlock();
  }
}

/** Runs `work` on a file; a system error becomes a StorageError. */
function attempt<T>(path: string, what: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new StorageError(`cannot ${what} ${path}: ${causeOf(error)}`, { cause: error });
  }
}

/** A block behind its header. */
function framed(
  numbers: readonly [states: number, bytes: number, deflated: number],
  body: Uint8Array,
): Buffer {
  const head = Buffer.alloc(headerBytes);
  for (const [at, number] of numbers.entries()) head.writeUInt32LE(number, at * 4);
  head.writeUInt32LE(checksum(head, body), sumAt);
  return Buffer.concat([head, body]);
}

/** The checksum of a block and of the numbers before it. */
const checksum = (head: Buffer, body: Uint8Array): number => crc32(body, crc32(head.subarray(0, sumAt)));

function writeAll(files: FileSystem, file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += files.writeSync(file, bytes, at);
}

/** So many bytes, or those that are left. */
function readAll(file: number, bytes: number): Buffer {
  // A damaged header may ask for more than there is.
  const buffer = Buffer.allocUnsafe(Math.min(bytes, fstatSync(file).size));
  let at = 0;
  while (at < buffer.length) {
    const got = readSync(file, buffer, at, buffer.length - at, null);
    if (got === 0) break;
    at += got;
  }
  return buffer.subarray(0, at);
}

/** Makes a file durable, or the names in a directory, where the system has such a call. */
function sync(files: FileSystem, path: string): void {
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const file = openSync(path, 'r');
  try {
    files.fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
