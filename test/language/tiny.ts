/** A tiny model around the statements or properties of a test. */
import type { AnyThread } from '../../checker/language/thread.ts';
import {
  array,
  bool,
  defineModel,
  ended,
  index,
  init,
  range,
  reachable,
  shared,
  thread,
  values,
  type AnyDefinition,
  type Expr,
  type Parts,
  type Text,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import type { References } from '../../checker/language/variable.ts';

export const Pmd = values('none', 'table', 'huge');
export const Pte = values('none', 'present');

export const mem = shared({
  pmd: init(Pmd, 'table'),
  pte: array(2, Pte, 'present'),
  count: init(range(0, 2), 1),
  counts: array(2, range(0, 2), 1),
  flag: init(bool, false),
});

export const locals = {
  pmd: init(Pmd, 'none'),
  pte: init(Pte, 'none'),
  n: init(range(0, 2), 0),
  i: init(index(2), 0),
  got: init(bool, false),
  seen: array(2, bool, false),
};

export type Locals = References<typeof locals>;

/** A definition of a model without options. */
export const definition = (build: () => Parts): AnyDefinition =>
  defineModel({ name: 'tiny', summary: 'a test', options: {}, build });

/** The model of these parts. */
export const modelOf = (build: () => Parts): Model => definition(build).build();

/** A model of one thread 't', which must be able to end. */
export const inThread = (body: (l: Locals, cpu: Expr<number>) => Text): Model =>
  modelOf(() => {
    const t = thread('t', { locals }, body);
    return { shared: mem, threads: [t], properties: [mayEnd(t)] };
  });

export const mayEnd = (t: AnyThread) => reachable('it ends', ended(t));
