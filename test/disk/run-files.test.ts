/** Runs as files: what is cut short, damaged or foreign is no run, and a full disk is no verdict. */
import fc from 'fast-check';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StorageError } from '../../checker/disk/storage.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { diskSettings, type FileSystem } from '../../cli/disk/run-files.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'racewalk-disk-'));
const block = (at: number) => Buffer.from(`block ${at} `.repeat(at));

/** A folder with the run `level-0` of three blocks, and its path. */
function folderWithRun(search = 'a search') {
  const folder = newFolder();
  const storage = diskSettings(folder, { resume: true }).open(search);
  const writer = storage.create('level-0');
  for (const at of [1, 2, 3]) writer.write(block(at), at);
  writer.close();
  const path = join(folder, readdirSync(folder)[0]!, 'level-0.run');
  return { storage, path };
}

function blocksOf(storage: ReturnType<typeof folderWithRun>['storage'], run: string): readonly string[] {
  const reader = storage.open(run);
  const blocks: string[] = [];
  for (let next = reader.next(); next !== null; next = reader.next())
    blocks.push(Buffer.from(next).toString());
  reader.close();
  return blocks;
}

describe('a run', () => {
  const all = [1, 2, 3].map((at) => block(at).toString());

  test('is read as it was written', () => {
    expect(blocksOf(folderWithRun().storage, 'level-0')).toEqual(all);
  });

  test('that is cut short anywhere is none', () => {
    const { storage, path } = folderWithRun();
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      expect(() => blocksOf(storage, 'level-0')).toThrow(StorageError);
    }
  });

  test('with another byte anywhere is none', () => {
    const { storage, path } = folderWithRun();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at]! ^= 0x10;
      writeFileSync(path, damaged);
      expect(() => blocksOf(storage, 'level-0')).toThrow(StorageError);
    }
  });

  test('of another search, or of another name, is none', () => {
    const { storage, path } = folderWithRun();
    copyFileSync(path, path.replace('level-0', 'level-1'));
    expect(() => blocksOf(storage, 'level-1')).toThrow('is no run of this search');
    copyFileSync(folderWithRun('another search').path, path);
    expect(() => blocksOf(storage, 'level-0')).toThrow('is no run of this search');
  });
});

const model = gupFast.build({ syncIpi: true, cpus: 2 });

/** A check on disk, of few states in memory; it may fail at the n-th byte-writing call. */
function checkIn(folder: string, resume: boolean, files: FileSystem = fullAt(Infinity)) {
  const settings = diskSettings(folder, { resume, files });
  const disk = { ...settings, room: 300, blockBytes: 300, fewestUnsaved: 100 };
  return check(model, noLimits, { ...defaultSettings, symmetry: false, disk }).outcome;
}

/** Writes fail from the n-th on, as on a full disk: half of the bytes are still written. */
function fullAt(calls: number): FileSystem {
  let left = calls;
  return {
    fsyncSync: () => undefined,
    writeSync: ((file: number, bytes: Uint8Array, at: number) => {
      if (left-- > 0) return writeSync(file, bytes, at);
      writeSync(file, bytes.subarray(at, at + Math.floor((bytes.length - at) / 2)));
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    }) as FileSystem['writeSync'],
  };
}

const holds = { verdict: 'holds', statistics: { states: 2_319, transitions: 5_269, depth: 34 } };

test('a full disk makes a check inconclusive, and it goes on once there is room', law, () => {
  const resumes = fc.property(fc.integer({ min: 0, max: 600 }), (calls) => {
    const folder = newFolder();
    const outcome = checkIn(folder, false, fullAt(calls));
    if (outcome.verdict === 'inconclusive') expect(outcome.reason).toMatch(/^cannot write .*: no space left/);
    expect(checkIn(folder, true)).toMatchObject(holds);
    expect(readdirSync(folder)).toEqual([]);
  });
  fc.assert(resumes, { numRuns: runs(20, 5), seed: 2026 });
});

test('a search that has begun is not begun anew by mistake', () => {
  const folder = newFolder();
  expect(checkIn(folder, false, fullAt(300))).toMatchObject({ verdict: 'inconclusive' });
  expect(() => checkIn(folder, false)).toThrow('--resume continues it');
});

test('a search that another racewalk began is not begun anew by --resume', () => {
  const folder = newFolder();
  checkIn(folder, false, fullAt(300));
  const own = join(folder, readdirSync(folder)[0]!);
  const checkpoint = join(own, 'checkpoint.json');
  const text = readFileSync(checkpoint, 'utf8');
  writeFileSync(checkpoint, text.replace(/"racewalk":"[^"]*"/, '"racewalk":"0.0.9+1"'));
  renameSync(own, join(folder, 'older'));
  expect(() => checkIn(folder, true)).toThrow('older has this search, begun by racewalk 0.0.9+1');
  writeFileSync(join(folder, 'older', 'checkpoint.json'), text.replace(/"search":"./, '"search":"x'));
  expect(checkIn(folder, true)).toMatchObject(holds);
});

test('a damaged file of a search is no verdict', law, () => {
  const noVerdict = fc.property(
    fc.nat(),
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    (which, where, change) => {
      const folder = newFolder();
      checkIn(folder, false, fullAt(300));
      const own = join(folder, readdirSync(folder)[0]!);
      const names = readdirSync(own);
      const path = join(own, names[which % names.length]!);
      const bytes = Uint8Array.from(readFileSync(path));
      bytes[where % bytes.length]! ^= change;
      writeFileSync(path, bytes);
      // A run that no checkpoint names is written again.
      const outcome = checkIn(folder, true);
      if (outcome.verdict === 'inconclusive')
        expect(outcome.reason).toMatch(/damaged|is no (?:run|checkpoint)/);
      else expect(outcome).toMatchObject(holds);
    },
  );
  fc.assert(noVerdict, { numRuns: runs(30, 5), seed: 2026 });
});
