/** Serves the page for one model until Ctrl-C. */
import { basename } from 'node:path';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { linkedOptions, writeLink } from '../../web/src/state/link.ts';
import { displayPath } from '../terminal/display-path.ts';
import { exploreServer, type ExploreServer, type OwnFile } from './server.ts';
import { chosenOptions } from '../options/model-options.ts';
import { loadCFile } from '../model-files/c-file.ts';
import { findModel } from '../model-files/models.ts';
import { readText } from '../terminal/read-file.ts';
import { say } from '../terminal/help.ts';
import { print } from '../terminal/output.ts';
import type { OwnModule } from '../model-files/own-module.ts';
import { siteFiles } from '../report/page-files.ts';
import { watchFiles, type FileWatch } from '../model-files/watch-files.ts';

export async function exploreModel(name: string, words: readonly string[], port: number): Promise<void> {
  const source = await findModel(name);
  const chosen = chosenOptions(source, words);
  const { options } = source.definition;
  const files = await siteFiles();
  const isC = source.file?.endsWith('.c') === true;
  // The page reads C itself, and names a protocol after its file.
  const model = isC ? basename(source.file) : source.definition.name;
  const own =
    source.file === null ? null : isC ? ownProtocol(source.file) : await ownModel(source.file, chosen);
  const server = await exploreServer({ files, own }, port);
  const link = writeLink({
    model,
    options: linkedOptions(options, chosen),
    view: 'trace',
    beside: null,
    run: null,
    fingerprint: null,
    at: null,
    watch: null,
  });
  const watched = own?.watch(server);
  print(`${server.address}${link}\npress Ctrl-C to stop`);
  await interrupted();
  watched?.close();
  await server.close();
}

const interrupted = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

interface WatchedFile extends OwnFile {
  readonly watch: (server: ExploreServer) => FileWatch;
}

/** The user's C file, whose mistakes the page finds; they are printed here as well. */
function ownProtocol(file: string): WatchedFile {
  let text = readText(file);
  const reload = async (server: ExploreServer) => {
    try {
      text = readText(file);
      print(`${displayPath(file)} has changed: reloaded`);
      server.changed(null);
      await loadCFile(file);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  const watch = (server: ExploreServer) => {
    const watcher = watchFiles(() => void reload(server));
    watcher.follow([file]);
    return watcher;
  };
  return { path: `/own/${encodeURIComponent(basename(file))}`, content: () => text, watch };
}

/** The current user's module; its errors are printed here and shown in the page. */
async function ownModel(file: string, chosen: Choices): Promise<WatchedFile> {
  const { errorInBuild, ownModule } = await import('../model-files/own-module.ts');
  const tell = async (module: OwnModule) => {
    const error = module.error ?? (await errorInBuild(module, chosen));
    if (error !== null) say(`${displayPath(file)}: ${error}`);
  };
  let now = await ownModule(file);
  await tell(now);
  const watch = (server: ExploreServer) => {
    const watcher = watchFiles(() => void reload());
    const reload = async () => {
      now = await ownModule(file);
      watcher.follow(now.files);
      print(`${displayPath(file)} has changed: reloaded`);
      await tell(now);
      server.changed(now.error);
    };
    watcher.follow(now.files);
    return watcher;
  };
  return { path: '/model.js', content: () => now.code, watch };
}
