/** Watches files through their directories, because editors replace files. */
import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Events within so many milliseconds are one save. */
const together = 100;

export interface FileWatch {
  /** Watches these files, too. */
  readonly follow: (files: readonly string[]) => void;
  readonly close: () => void;
}

export function watchFiles(onChange: () => void): FileWatch {
  const folders = new Map<string, FSWatcher>();
  const names = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const follow = (files: readonly string[]) => {
    for (const file of files) names.add(file);
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (folders.has(folder)) continue;
      const watcher = watch(folder, (_, name) => {
        if (![...names].some((file) => dirname(file) === folder && basename(file) === name)) return;
        clearTimeout(timer);
        timer = setTimeout(onChange, together);
      });
      folders.set(folder, watcher);
    }
  };
  const close = () => {
    clearTimeout(timer);
    for (const watcher of folders.values()) watcher.close();
  };
  return { follow, close };
}
