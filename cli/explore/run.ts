/** Serves the page for one model until Ctrl-C. */
import type { Choices } from '../../checker/study/compare/compare.ts';
import { linkedOptions, writeLink } from '../../web/src/state/link.ts';
import { displayPath } from '../terminal/display-path.ts';
import { exploreServer, type ExploreServer } from './server.ts';
import { chosenOptions } from '../options/model-options.ts';
import { findModel } from '../model-files/models.ts';
import { say } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { print } from '../terminal/output.ts';
import type { OwnModule } from '../model-files/own-module.ts';
import { siteFiles } from '../report/page-files.ts';
import type { FileWatch } from '../model-files/watch-files.ts';

export async function exploreModel(name: string, words: readonly string[], port: number): Promise<void> {
  const source = await findModel(name);
  if (source.file?.endsWith('.c') === true)
    throw new UsageError(
      'the page does not read C yet: racewalk check FILE.c --html race.html writes the page of one race',
    );
  const chosen = chosenOptions(source, words);
  const { name: model, options } = source.definition;
  const files = await siteFiles();
  const own = source.file === null ? null : await ownFile(source.file, chosen);
  const server = await exploreServer({ files, module: own === null ? null : own.code }, port);
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

interface OwnFile {
  readonly code: () => string;
  readonly watch: (server: ExploreServer) => FileWatch;
}

/** The current user's file; its errors are printed here and shown in the page. */
async function ownFile(file: string, chosen: Choices): Promise<OwnFile> {
  const { errorInBuild, ownModule } = await import('../model-files/own-module.ts');
  const { watchFiles } = await import('../model-files/watch-files.ts');
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
  return { code: () => now.code, watch };
}
