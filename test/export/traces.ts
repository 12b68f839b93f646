/** Traces of all kinds to export: of the registry's scenarios that fail, and one with words that other formats must escape. */
import { exportedTrace, type ExportedTrace } from '../../checker/export/trace/exported-trace.ts';
import {
  defineModel,
  init,
  set,
  shared,
  step,
  thread,
  bool,
  values,
  always,
  ne,
  reachable,
} from '../../checker/language/index.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { model as collapse } from '../../models/gup-fast-vs-collapse.ts';
import { model as fork } from '../../models/gup-fast-vs-fork.ts';
import { model as madvFree } from '../../models/madv-free-vs-direct-io.ts';

/** Characters that mean something to XML, Mermaid, Graphviz, JSON or Markdown. */
export const awkward = `a<b> && "c" == 'd'; x -> y; # %% --> <br/> \\n & end: ]]> [0] {1} \`t\` ä\u{1F600}`;

const awkwardModel = defineModel({
  name: 'awkward',
  summary: 'words that other formats must escape',
  options: {},
  build: () => {
    const mem = shared({ x: init(values('a', awkward), 'a'), y: init(bool, false) });
    const one = thread('one & <two>', {}, () => [
      step(awkward, set(mem.x, awkward)),
      step('y', set(mem.y, true)),
    ]);
    const other = thread('other', {}, () => [step(`other ${awkward}`, set(mem.x, 'a'))]);
    return {
      shared: mem,
      threads: [one, other],
      properties: [always(awkward, ne(mem.x, awkward)), reachable('y', mem.y)],
    };
  },
});

function traceOf(
  definition: typeof collapse,
  options: Parameters<typeof collapse.build>[0] = {},
): ExportedTrace {
  const { system, outcome, trace } = check(withMemoryOption(definition).build(options));
  return exportedTrace(system, outcome, trace!);
}

export const traces: readonly (readonly [string, ExportedTrace])[] = [
  ['the email', traceOf(collapse)],
  ['three CPUs', traceOf(collapse, { cpus: 2 })],
  ['store buffers', traceOf(collapse, { memory: 'tso' })],
  ['fork', traceOf(fork, fork.scenarios.find(({ verdict }) => verdict === 'violated')!.options)],
  [
    'direct I/O',
    traceOf(madvFree, madvFree.scenarios.find(({ verdict }) => verdict === 'violated')!.options),
  ],
  ['awkward words', traceOf(awkwardModel)],
];
