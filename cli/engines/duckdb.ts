/**
 * DuckDB as the visited set of a search: one table of states with their depth, duplicates dropped by a join. It spills
 * to disk where its memory is full.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance, DuckDBVector } from '@duckdb/node-api';
import type { Expander, Expansion } from '../../checker/engine/expander.ts';
import type { PackedFinding } from '../../checker/engine/compiled-space.ts';
import { compareBytes } from '../../checker/search/found.ts';
import {
  EngineError,
  type EngineSettings,
  type LevelEngine,
  type LevelStep,
} from '../../checker/search/level-engine.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { newFolder } from './new-folder.ts';

type DuckDB = typeof import('@duckdb/node-api');

export interface DuckDBOptions {
  /** The directory of its files; default: a new one in that of temporary files. */
  readonly directory: string | undefined;
  /** In bytes. */
  readonly memory: number;
  readonly threads: number;
}

/** Throws  UsageError if DuckDB is not installed. */
async function duckDB(): Promise<DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('--engine duckdb needs DuckDB: npm install @duckdb/node-api', { cause: error });
  }
}

export const duckDBSettings = ({ directory, memory, threads }: DuckDBOptions): EngineSettings => ({
  place: 'in DuckDB',
  open: async ({ expander }) => {
    const library = await duckDB();
    const folder = newFolder('duckdb', { within: directory });
    try {
      const instance = await library.DuckDBInstance.create(join(folder, 'states.db'), {
        memory_limit: `${Math.floor(memory / 2 ** 20)}MiB`,
        threads: String(threads),
        temp_directory: join(folder, 'spilled'),
        preserve_insertion_order: 'false',
      });
      const [reader, writer] = [await instance.connect(), await instance.connect()];
      const states = new StatesInDuckDB({ library, instance, reader, writer, folder }, expander);
      await states.create();
      return states;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw engineError(error);
    }
  },
});

const engineError = (error: unknown): Error =>
  error instanceof Error && error.name === 'Error'
    ? new EngineError(`DuckDB: ${error.message.split('\n', 1)[0]!}`)
    : (error as Error);

interface Opened {
  readonly library: DuckDB;
  readonly instance: DuckDBInstance;
  /** Reads a level while the other one writes its successors. */
  readonly reader: DuckDBConnection;
  readonly writer: DuckDBConnection;
  readonly folder: string;
}

class StatesInDuckDB implements LevelEngine {
  readonly #opened: Opened;
  readonly #expander: Expander;
  /** The names of the words of a state. */
  readonly #words: readonly string[];
  #depth = -1;

  constructor(opened: Opened, expander: Expander) {
    this.#opened = opened;
    this.#expander = expander;
    this.#words = Array.from({ length: expander.stateBytes / 8 }, (_, at) => `w${at}`);
  }

  get bytes(): number {
    return statSync(join(this.#opened.folder, 'states.db')).size;
  }

  async create(): Promise<void> {
    const columns = this.#words.map((word) => `${word} UBIGINT NOT NULL`).join(', ');
    await this.#run(`CREATE TABLE states (depth UINTEGER NOT NULL, ${columns})`);
  }

  start(): Promise<LevelStep> {
    return this.#level((take) => {
      take(this.#expander.initial());
      return Promise.resolve(0);
    });
  }

  expand(): Promise<LevelStep> {
    return this.#level((take) =>
      this.#eachBlock(this.#depth, (states) => {
        take(this.#expander.expand(states));
      }),
    );
  }

  async predecessor(target: Uint8Array, depth: number): Promise<Uint8Array | null> {
    let least: Uint8Array | null = null;
    const { stateBytes } = this.#expander;
    await this.#eachBlock(depth, (states) => {
      for (const [at, mark] of this.#expander.leadingTo(target, states).entries()) {
        const state = states.subarray(at * stateBytes, (at + 1) * stateBytes);
        if (mark === 1 && (least === null || compareBytes(state, least) < 0)) least = state.slice();
      }
    });
    return least;
  }

  interrupt(): void {
    this.#opened.reader.interrupt();
    this.#opened.writer.interrupt();
  }

  close(): Promise<void> {
    const { reader, writer, instance, folder } = this.#opened;
    for (const one of [reader, writer, instance]) one.closeSync();
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  }

  /** Makes the next level of what `expand` hands over; it returns the number of states that it expanded. */
  async #level(expand: (take: (expansion: Expansion) => void) => Promise<number>): Promise<LevelStep> {
    const before = this.#expander.fired;
    const words = this.#words.join(', ');
    const findings: PackedFinding[] = [];
    try {
      const columns = this.#words.map((word) => `${word} UBIGINT NOT NULL`).join(', ');
      await this.#run(`CREATE OR REPLACE TABLE successors (${columns})`);
      const appender = await this.#opened.writer.createAppender('successors');
      const expanded = await expand((expansion) => {
        findings.push(...expansion.findings);
        this.#append(appender, expansion.successors);
      });
      appender.closeSync();
      this.#depth++;
      await this.#run(
        `INSERT INTO states SELECT DISTINCT ${this.#depth}, ${words} FROM successors ANTI JOIN states USING (${words})`,
      );
      await this.#run('DROP TABLE successors');
      const states = await this.#count(`SELECT count(*) FROM states WHERE depth = ${this.#depth}`);
      const { fired, reached } = this.#expander;
      return {
        ...{ expanded, states, findings, reached },
        fired: fired.map((times, id) => times - before[id]!),
      };
    } catch (error) {
      throw engineError(error);
    }
  }

  /** Calls `work` with the packed states of a level, a block at a time; returns how many there are. */
  async #eachBlock(depth: number, work: (states: Uint8Array) => void): Promise<number> {
    const { portion } = this.#expander;
    const width = this.#words.length;
    const block = new BigUint64Array(portion * width);
    let total = 0;
    let filled = 0;
    const flush = () => {
      work(new Uint8Array(block.buffer, 0, filled * 8));
      filled = 0;
    };
    try {
      const sql = `SELECT ${this.#words.join(', ')} FROM states WHERE depth = ${depth}`;
      for await (const chunk of await this.#opened.reader.stream(sql)) {
        const { rowCount } = chunk;
        const columns = this.#words.map((_, at) => chunk.getColumnVector(at) as DuckDBVector<bigint>);
        for (let row = 0; row < rowCount; row++) {
          for (const column of columns) block[filled++] = column.getItem(row)!;
          if (filled === block.length) flush();
        }
        total += rowCount;
      }
      if (filled > 0) flush();
      return total;
    } catch (error) {
      throw engineError(error);
    }
  }

  #append(appender: DuckDBAppender, states: Uint8Array): void {
    const { library } = this.#opened;
    const width = this.#words.length;
    const words = new BigUint64Array(states.buffer, states.byteOffset, states.length / 8);
    const rows = words.length / width;
    const types = this.#words.map(() => library.UBIGINT);
    for (let from = 0; from < rows; from += chunkRows) {
      const count = Math.min(chunkRows, rows - from);
      const chunk = library.DuckDBDataChunk.create(types, count);
      for (let word = 0; word < width; word++) {
        const column = chunk.getColumnVector(word) as DuckDBVector<bigint>;
        for (let row = 0; row < count; row++) column.setItem(row, words[(from + row) * width + word]!);
        column.flush();
      }
      appender.appendDataChunk(chunk);
    }
  }

  async #run(sql: string): Promise<void> {
    await this.#opened.writer.run(sql);
  }

  async #count(sql: string): Promise<number> {
    const rows = await (await this.#opened.writer.run(sql)).getRows();
    return Number(rows[0]![0]);
  }
}

/** The rows of a chunk of DuckDB. */
const chunkRows = 2_048;
