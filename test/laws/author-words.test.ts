/**
 * The law that a memory model leaves no name of its own behind: on random runs of random models, and of models of the
 * registry, every text in every rendering is the author's, or the arrival of a store.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { changelogText } from '../../checker/export/trace/changelog-text.ts';
import { toDot } from '../../checker/export/dot.ts';
import { unknownOrigin, type ExportedTrace } from '../../checker/export/trace/exported-trace.ts';
import { toItf } from '../../checker/export/trace/itf.ts';
import { toSvg } from '../../checker/export/trace/lanes-svg.ts';
import { toMermaid } from '../../checker/export/trace/mermaid.ts';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { Model } from '../../checker/language/model.ts';
import { printText } from '../../checker/language/print.ts';
import { statementsOf } from '../../checker/language/thread.ts';
import { parseLitmus } from '../../checker/litmus/parse.ts';
import { translate } from '../../checker/litmus/translate.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { edgesOutOf, type FiredEdge } from '../../checker/state-space/successors.ts';
import { graphOf } from '../../checker/state-space/state-graph.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import { textOf } from '../../checker/report/author-words.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { raceSentences } from '../../checker/report/race-sentences.ts';
import { shownSteps } from '../../checker/report/shown-steps.ts';
import { asymmetryReasons } from '../../checker/report/told-apart.ts';
import { allTraceLines } from '../../checker/report/trace-lines.ts';
import { unfiredLines, unfiredStatements } from '../../checker/report/verdict.ts';
import { checkJson } from '../../cli/report/check-json.ts';
import { describeModel } from '../../cli/show/text.ts';
import { registry } from '../../models/registry.ts';
import { programs, sourceOf } from '../memory/litmus-program.ts';
import { randomModel } from './random-model.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

/** A run that takes any step of those that are enabled. */
function walk(system: TransitionSystem, pick: (count: number) => number, most: number): Trace {
  const [initial] = initialStates(system);
  const steps: Trace['steps'][number][] = [];
  let state = initial!;
  while (steps.length < most) {
    const ways: readonly FiredEdge[] = edgesOutOf(system, state);
    if (ways.length === 0) break;
    const { edge, firing } = ways[pick(ways.length)]!;
    steps.push({
      edge,
      thread: system.threads[edge.thread]!.thread.name,
      replica: edge.replica,
      events: firing.events,
      after: firing.state,
    });
    if (firing.failed !== null || firing.error !== null)
      return { initial: initial!, steps, stopped: firing.failed ?? firing.error };
    ({ state } = firing);
  }
  return { initial: initial!, steps, stopped: null };
}

/** Names that the memory model has made: of variables, of locals and of labels. */
function madeNames(model: Model): readonly string[] {
  const { written } = model;
  if (written === undefined) return [];
  const locals = model.threads.flatMap((thread) => {
    const own = written.threads.find(({ name }) => name === thread.name)?.locals ?? {};
    return Object.keys(thread.locals).filter((name) => !(name in own));
  });
  const labels = model.threads.flatMap(({ name, body }) => {
    const own = written.threads.find((other) => other.name === name)?.body ?? [];
    const known = new Set([...statementsOf(own)].map((one) => (one.kind === 'label' ? one.name : '')));
    return [...statementsOf(body)].flatMap((one) =>
      one.kind === 'label' && !known.has(one.name) ? [one.name] : [],
    );
  });
  return [...Object.keys(model.shared).filter((name) => !(name in written.shared)), ...locals, ...labels];
}

const arrival = /^store buffer: (.+?)(?: = .+)? reaches memory$/;

/** Whether a text of a step is the author's, or the arrival of a store. */
function isKnownText(text: string, system: TransitionSystem): boolean {
  const { written = system.model } = system.model;
  const own = written.threads.flatMap(({ body }) => [...statementsOf(body)].map(printText));
  const gotos = own.filter((one) => one.startsWith('goto '));
  const known = new Set(own);
  if (known.has(text)) return true;
  if (gotos.some((jump) => text.endsWith(` ${jump}`) && known.has(text.slice(0, -jump.length - 1))))
    return true;
  if (own.some((one) => text.startsWith(`${one}: `))) return true;
  const [, cell] = arrival.exec(text) ?? [];
  return cell !== undefined && isCell(cell.replace(/^an element of /, ''), written);
}

const isCell = (cell: string, { shared }: Model) => cell.split('[', 1)[0]! in shared;

function expectAuthorsWords(system: TransitionSystem, trace: Trace): void {
  const { model } = system;
  const exported: ExportedTrace = {
    system,
    trace,
    headline: model.name,
    end: null,
    property: model.properties[0]?.name ?? null,
    origin: unknownOrigin,
  };
  const cpus = cpusOf(system, trace);
  const lines = allTraceLines(system, trace, cpus);
  for (const { text } of lines) expect(isKnownText(text, system), text).toBe(true);
  for (const transition of system.transitions)
    expect(isKnownText(textOf(transition), system), textOf(transition)).toBe(true);
  const steps = shownSteps(system, trace);
  for (const { events } of steps)
    for (const { reads, writes, changes, waits } of events)
      for (const { cell } of [...reads, ...writes, ...changes, ...waits])
        expect(isCell(cell, model.written ?? model), cell).toBe(true);
  const unfired = unfiredStatements(system, system.transitions);
  const graph = finish(graphOf(system, 40));
  const renderings = {
    lines: lines.flatMap(({ text, beside }) => [text, ...beside.map((part) => part.text)]),
    svg: [toSvg(exported)],
    mermaid: [toMermaid(exported)],
    itf: [JSON.stringify(toItf(exported))],
    text: [changelogText(exported)],
    dot: graph === null ? [] : [toDot(system, graph, null)],
    races: raceSentences(system, trace, cpus),
    unfired: unfiredLines(unfired),
    apart: asymmetryReasons(system),
    stopped: trace.stopped === null ? [] : [trace.stopped],
    json: [JSON.stringify(jsonOf(system, trace))],
    show: [describeModel(definitionOf(model), model, { chosen: {}, width: 80 })],
  };
  const made = new Set(madeNames(model));
  for (const [rendering, texts] of Object.entries(renderings))
    for (const text of texts) {
      const words = text.match(/\w+/g) ?? [];
      expect(
        words.filter((word) => made.has(word)),
        rendering,
      ).toEqual([]);
    }
  expect(unfired.all).toBe(unfiredStatements(transitionSystem(model.written ?? model), []).all);
}

const definitionOf = (model: Model) => ({
  kind: 'definition' as const,
  name: model.name,
  summary: '',
  options: {},
  scenarios: [],
  survivors: [],
  build: () => model,
});

function jsonOf(system: TransitionSystem, trace: Trace) {
  const schedule = { initial: 0, edges: trace.steps.map(({ edge }) => edge) };
  const statistics = {
    states: 0,
    transitions: 0,
    depth: 0,
    bytes: 0,
    unfired: system.transitions,
    endless: null,
    method: '',
  };
  return checkJson({
    source: { definition: definitionOf(system.model), file: null, scenario: null, typed: '' },
    chosen: {},
    system,
    outcome: { verdict: 'deadlock', schedule, minimal: false, statistics },
    trace,
    seconds: 0,
    savedAs: null,
  });
}

const memories: readonly MemoryModelName[] = ['tso', 'pso'];

describe.each(memories)('%s', (memory) => {
  test('random models and litmus programs', () => {
    let own = 0;
    const law = fc.property(
      fc.oneof(
        randomModel({ errors: true, states: 20_000 }),
        programs().map((program) => translate(parseLitmus(sourceOf(program))).model),
      ),
      fc.infiniteStream(fc.nat(255)),
      (model, numbers) => {
        let system: TransitionSystem;
        try {
          system = transitionSystem(memoryModels[memory](model, defaultSettings));
        } catch (error) {
          // A model that no memory model takes: its message is the author's business.
          if (error instanceof ModelError) return;
          throw error;
        }
        const trace = walk(system, (count) => numbers.next().value! % count, 40);
        expectAuthorsWords(system, trace);
        const events = shownSteps(system, trace).flatMap((step) => step.events);
        own += events.filter(({ reads }) => reads.some(({ from }) => from === 'own store')).length;
      },
    );
    fc.assert(law, { numRuns: 60, seed: 2014, endOnFailure: true });
    expect(own).toBeGreaterThan(0);
  });

  test.each(['ksm-vs-pin', 'switch-mm-vs-flush', 'peterson', 'mcs'])('%s', (name) => {
    const definition = registry.find((one) => one.name === name)!;
    const system = transitionSystem(withMemoryOption(definition).build({ memory }));
    let random = 7;
    const pick = (count: number) => (random = (random * 1103515245 + 12345) % 2 ** 31) % count;
    for (let run = 0; run < 3; run++) expectAuthorsWords(system, walk(system, pick, 60));
  });
});
