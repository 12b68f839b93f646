/** Variables whose stores bypass the store buffer, because no other CPU accesses them. */
import { conditionsOf } from '../language/liveness.ts';
import type { Model } from '../language/model.ts';
import { walk } from '../language/expression.ts';
import { accessesOf, accessStatements, shapeOf } from '../memory/common/accesses.ts';
import { cpusOf } from '../memory/common/cpu.ts';
import { commonVariables } from '../memory/store-buffer/buffered-cells.ts';

/** The stored variables of this kind; none without a memory model. */
export function storedAtOnce({ written }: Model): ReadonlySet<string> {
  if (written === undefined) return new Set();
  const common = commonVariables(written, cpusOf(written));
  const stores = written.threads
    .flatMap(({ body }) => accessStatements(body))
    .filter((statement) => shapeOf(statement) === 'store');
  const names = stores.flatMap((statement) => accessesOf(statement).writes.map(({ name }) => name));
  return new Set(names.filter((name) => !common.has(name)));
}

/** A sentence about those that properties read; null: none. */
export function atOnceSentence(model: Model): string | null {
  const names = atOnceInProperties(model);
  if (names.length === 0) return null;
  const them = names.length === 1 ? 'it' : 'them';
  return `stores to ${listed(names)} reach memory at once: no other CPU accesses ${them}`;
}

/** Those that properties read, in the order of declaration. */
export function atOnceInProperties(model: Model): readonly string[] {
  const atOnce = storedAtOnce(model);
  const parts = conditionsOf(model).flatMap((condition) => [...walk(condition)]);
  const read = new Set(parts.flatMap((part) => (part.kind === 'shared' ? [part.name] : [])));
  return Object.keys(model.shared).filter((name) => atOnce.has(name) && read.has(name));
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
