/** A directory for the files of another program. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../checker/search/level-engine.ts';
import { makeFolder } from '../terminal/make-folder.ts';
import { causeOf } from '../terminal/write-file.ts';

export interface NewFolder {
  /** The directory that it is made in, and which is made as well; default: that of temporary files. */
  readonly within?: string | undefined;
  /** By name: the text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Throws  EngineError if it cannot be written; nothing of it is left. */
export function newFolder(program: string, { within = tmpdir(), files = {} }: NewFolder): string {
  let folder: string | null = null;
  try {
    makeFolder(within);
    folder = mkdtempSync(join(within, `racewalk-${program}-`));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  } catch (error) {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    throw new EngineError(`cannot write ${within}: ${causeOf(error)}`, { cause: error });
  }
}
