/** Synchronizes the address with the page. */
import { batch, effect } from '@preact/signals';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { encodeRun } from '../walk/run-code.ts';
import { shownRun } from '../walk/runs.ts';
import { besideChoice } from './beside.ts';
import { watched } from '../watch/watch.ts';
import { protocolNames } from '../c/protocols.ts';
import { awaitRun } from './checks.ts';
import { loadedDefinition } from './definitions.ts';
import { linkedOptions, readLink, readOptions, writeLink, type Link } from './link.ts';
import { built, check, chosen, definition, definitions, notice, runs, trace, view } from './session.ts';

/** The last written address, whose event is ignored. */
let written = '';

/** Opens the address, else the first model; then keeps both synchronized. */
export function followAddress(): void {
  open(location.hash);
  addEventListener('hashchange', () => {
    if (location.hash !== written) open(location.hash);
  });
  effect(() => {
    const hash = currentLink();
    if (hash === null || hash === written) return;
    written = hash;
    history.replaceState(null, '', hash);
  });
}

export function open(hash: string): void {
  const link = readLink(hash);
  const isKnown = definitions.value.some(({ name }) => name === link?.model);
  if (link === null || isKnown || !protocolNames.includes(link.model)) return openLoaded(link);
  void loadedDefinition(link.model).then(() => openLoaded(link));
}

function openLoaded(link: Link | null): void {
  const [first] = definitions.value;
  const named = definitions.value.find(({ name }) => name === link?.model);
  const found: AnyDefinition | undefined = named ?? first;
  if (found === undefined) return;
  const { chosen: options, unknown } = readOptions(found.options, link?.options ?? {});
  batch(() => {
    notice.value = noticeOf(link, named, unknown);
    const run = link?.run ?? null;
    awaitRun(
      run === null ? null : { code: run, fingerprint: link?.fingerprint ?? null, at: link?.at ?? null },
      link?.at ?? null,
    );
    definition.value = found;
    chosen.value = options;
    view.value = link?.view ?? 'trace';
    besideChoice.value = link?.beside ?? null;
    watched.value = link?.watch ?? '';
  });
}

function noticeOf(
  link: Link | null,
  named: AnyDefinition | undefined,
  unknown: readonly string[],
): string | null {
  if (link === null) return null;
  if (named === undefined) return `Unknown model '${link.model}' in the link: another model is shown.`;
  if (unknown.length > 0)
    return `The link has options that the model does not have: ${unknown.join(', ')}. They are ignored.`;
  return null;
}

/** The link to the current view; null: none. */
export function currentLink(): string | null {
  if (definition.value === null) return null;
  const { name, options } = definition.value;
  return writeLink({
    model: name,
    options: linkedOptions(options, chosen.value),
    view: view.value,
    beside: besideChoice.value,
    watch: watched.value.trim() === '' ? null : watched.value,
    ...place(),
  });
}

/** The found run is omitted, because every check finds the same one. */
function place(): Pick<Link, 'run' | 'fingerprint' | 'at'> {
  const run = shownRun(runs.value);
  const { length } = run.schedule.edges;
  const at = runs.value.at === 0 ? null : runs.value.at;
  const none = { run: null, fingerprint: null };
  if (built.value === null || trace.value === null) return { ...none, at: null };
  const isFound = run.origin === 'found' && check.value.kind === 'done' && check.value.seconds < soon;
  if (isFound) return { ...none, at };
  if (length === 0 && run.schedule.initial === 0) return { ...none, at: null };
  const code = encodeRun(built.value.system, run.schedule, trace.value);
  return { run: code, fingerprint: built.value.fingerprint, at };
}

/** In seconds: a run that took longer to find is part of the link. */
const soon = 1;
