/** Runs of a search in memory; the n-th write may fail, or end the process. */
import { StorageError, type RunStorage } from '../../checker/disk/storage.ts';

/** What ends a process at once. */
export class Killed extends Error {}

interface Run {
  readonly blocks: Uint8Array[];
  isComplete: boolean;
}

export class MemoryStorage implements RunStorage {
  readonly runs = new Map<string, Run>();
  checkpoint: string | null = null;
  writes = 0;
  /** The write that fails, and how. */
  fault: { readonly at: number; readonly error: Error } | null = null;

  get bytes(): number {
    const all = [...this.runs.values()].flatMap(({ blocks }) => blocks);
    return all.reduce((sum, { length }) => sum + length, 0);
  }

  #write(): void {
    if (++this.writes === this.fault?.at) throw this.fault.error;
  }

  create(name: string) {
    this.#write();
    const run: Run = { blocks: [], isComplete: false };
    this.runs.set(name, run);
    return {
      write: (block: Uint8Array) => {
        this.#write();
        run.blocks.push(block.slice());
      },
      close: () => {
        this.#write();
        run.isComplete = true;
      },
      abandon: () => undefined,
    };
  }

  open(name: string) {
    const run = this.runs.get(name);
    if (run?.isComplete !== true) throw new StorageError(`${name} is missing or cut short`);
    const blocks = run.blocks.values();
    return { next: () => blocks.next().value ?? null, close: () => undefined };
  }

  remove(name: string): void {
    if (!this.runs.delete(name)) throw new StorageError(`${name} is missing`);
  }

  retain(names: readonly string[]): void {
    for (const name of this.runs.keys()) if (!names.includes(name)) this.runs.delete(name);
  }

  readCheckpoint(): string | null {
    return this.checkpoint;
  }

  writeCheckpoint(text: string): void {
    this.#write();
    this.checkpoint = text;
  }

  clear(): void {
    this.runs.clear();
    this.checkpoint = null;
  }

  close(): void {
    // Memory belongs to one process.
  }
}
