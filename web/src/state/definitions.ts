/** The models of the page: from an embedded report, the user's module, or the registry. */
import { batch } from '@preact/signals';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { registry } from '../../../models/registry.ts';
import { report, reportedDefinition } from './report.ts';
import { linkedOptions, readOptions } from './link.ts';
import { chosen, definition, definitions, errorInFile } from './session.ts';

/** The server of `racewalk explore` names its module, and the stream of its changes, in the page. */
const metaContent = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;

export async function loadDefinitions(): Promise<void> {
  if (report !== null) {
    definitions.value = [reportedDefinition(report)];
    return;
  }
  const all = registry.map(withMemoryOption);
  const own = metaContent('racewalk-model');
  definitions.value = own === null ? all : [await ownDefinition(own), ...all].filter((one) => one !== null);
  const changes = metaContent('racewalk-changes');
  if (own !== null && changes !== null) followChanges(own, changes);
}

/** The model that a module exports; errors are shown above the page. */
async function ownDefinition(address: string): Promise<AnyDefinition | null> {
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
  if (model === null) return;
  const [before, ...others] = definitions.value;
  definitions.value = [model, ...others];
  if (definition.value !== before) return;
  batch(() => {
    definition.value = model;
    // An option or a value may no longer exist.
    chosen.value = readOptions(model.options, linkedOptions(before.options, chosen.value)).chosen;
  });
}
