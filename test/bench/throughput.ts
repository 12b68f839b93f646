/** Throughput: the engine against Spin's verifier and native C, all states of a model, without reductions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled } from './child.ts';
import { engine, nativeC, spin, unreducedSpin } from './contender.ts';
import { sideBySide, type Comparison, type Rounds } from './side-by-side.ts';
import { titleOf, type Subject } from './subject.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'racewalk-bench-'));
const remove = (folder: string) => rmSync(folder, { recursive: true });

/** What is `action` gets a folder of its own that is removed afterwards. */
export function inFolder<T>(action: (folder: string) => T): T {
  const folder = newFolder();
  try {
    return action(folder);
  } finally {
    remove(folder);
  }
}

/** The same for what takes its time. */
export async function inFolderFor<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder();
  try {
    return await action(folder);
  } finally {
    remove(folder);
  }
}

export interface Tools {
  readonly gcc: boolean;
  readonly spin: boolean;
}

export const findTools = (): Tools => {
  const gcc = isInstalled('gcc');
  return { gcc, spin: gcc && isInstalled('spin', '-V') };
};

/** Spin takes ten times as long as the others, and may take part in fewer rounds. */
interface ThroughputRounds extends Rounds {
  readonly ofSpin: number;
}

export function compareThroughput(subject: Subject, tools: Tools, rounds: ThroughputRounds): Comparison {
  return inFolder((folder) => {
    const own = engine(subject);
    // Tells Spin's hash table how large it must be, and warms up the caches of the disk.
    const { states } = own.run();
    const contenders = [
      own,
      ...(tools.gcc ? [nativeC(subject, folder)] : []),
      ...(tools.spin
        ? [{ ...spin(subject, unreducedSpin, { folder, states }), mostRounds: rounds.ofSpin }]
        : []),
    ];
    return sideBySide(titleOf(subject), contenders, rounds);
  });
}
