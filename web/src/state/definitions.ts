/** The models of the page: from an embedded report, the user's file, or the registry. */
import { batch } from '@preact/signals';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { registry } from '../../../models/registry.ts';
import { protocolOf, shippedProtocol } from '../c/protocols.ts';
import { report, reportedDefinition } from './report.ts';
import { linkedOptions, readOptions } from './link.ts';
import { chosen, definition, definitions, errorInFile } from './session.ts';

/** The server of `racewalk explore` names its file, and the stream of its changes, in the page. */
const metaContent = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;

export async function loadDefinitions(): Promise<void> {
  if (report !== null) {
    definitions.value = [reportedDefinition(report)];
    return;
  }
  const all = registry.map(withMemoryOption);
  const own = metaContent('racewalk-model');
  ownModel = own === null ? null : await ownDefinition(own);
  definitions.value = ownModel === null ? all : [ownModel, ...all];
  const changes = metaContent('racewalk-changes');
  if (own !== null && changes !== null) followChanges(own, changes);
}

/** The user's model, which stands first; null: there is none, or it is wrong. */
let ownModel: AnyDefinition | null = null;

/** The model of a C file, or the one that a module exports; errors are shown above the page. */
async function ownDefinition(address: string): Promise<AnyDefinition | null> {
  const [path = ''] = address.split('?', 1);
  if (path.endsWith('.c'))
    return readProtocol(async () =>
      protocolOf(decodeURIComponent(path.replace(/^.*\//, '')), await (await fetch(address)).text()),
    );
  try {
    const loaded = (await import(/* @vite-ignore */ address)) as Record<string, unknown>;
    const model = loaded['default'] ?? loaded['model'];
    if ((model as AnyDefinition | undefined)?.kind === 'definition')
      return withMemoryOption(model as AnyDefinition);
    errorInFile.value = "Missing export 'model': write export const model = defineModel({ ... })";
  } catch (error) {
    errorInFile.value = `Invalid model file: ${error instanceof Error ? error.message : String(error)}`;
  }
  return null;
}

/** Each event reports a saved file; its data is the error, or empty. */
function followChanges(own: string, changes: string): void {
  new EventSource(changes).addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (data === '') void reload(`${own}?${Date.now()}`);
    else errorInFile.value = data;
  });
}

async function reload(address: string): Promise<void> {
  errorInFile.value = null;
  const model = await ownDefinition(address);
  if (model !== null) showOwn(model, definition.value === ownModel);
}

/** Puts the user's model first, in place of the one before. */
function showOwn(model: AnyDefinition, isShown: boolean): void {
  const { value: before } = definition;
  batch(() => {
    definitions.value = [model, ...definitions.value.filter((one) => one !== ownModel)];
    ownModel = model;
    if (!isShown) return;
    definition.value = model;
    // An option or a value may no longer exist.
    chosen.value =
      before?.name === model.name
        ? readOptions(model.options, linkedOptions(before.options, chosen.value)).chosen
        : {};
  });
}

/** The protocol; its mistakes are shown above the page. */
async function readProtocol<T extends AnyDefinition | null>(read: () => Promise<T>): Promise<T | null> {
  errorInFile.value = null;
  try {
    return await read();
  } catch (error) {
    errorInFile.value = error instanceof Error ? error.message : String(error);
    return null;
  }
}

/** Shows the protocol of a C text as the user's model. */
export async function openProtocol(name: string, text: string): Promise<void> {
  const model = await readProtocol(() => protocolOf(name, text));
  if (model !== null) showOwn(model, true);
}

/** The model of this name, which may have to be loaded; null: there is none. */
export async function loadedDefinition(name: string): Promise<AnyDefinition | null> {
  const known = definitions.value.find((other) => other.name === name);
  if (known !== undefined) return known;
  const model = await readProtocol(() => shippedProtocol(name));
  if (model !== null) definitions.value = [...definitions.value, model];
  return model;
}
