/** The export to Mermaid: a trace as a sequence diagram of CPUs and memory, for pages and mails that draw it. */
import { cpusOf, type TraceCpu } from '../../report/cpus.ts';
import { racesInWords } from '../../report/race-sentences.ts';
import type { TraceLine } from '../../report/trace-line.ts';
import { traceLines } from '../../report/trace-lines.ts';
import type { ExportedTrace } from './exported-trace.ts';

/**
 * A step that writes memory is an arrow to it, one that only reads an arrow from it, any other step a note. A race is
 * a note over both CPUs, after its second access.
 */
export function toMermaid({ system, trace, headline, end }: ExportedTrace): string {
  const cpus = cpusOf(system, trace);
  const lines = traceLines(system, trace, cpus);
  const races = racesInWords(system, trace, cpus).map(({ race, sentence }) => ({
    after: lines.findLastIndex(({ of }) => of <= race.second.step + 1),
    sentence,
  }));
  const all = over(cpus);
  return [
    '---',
    `title: ${JSON.stringify(headline)}`,
    '---',
    'sequenceDiagram',
    ...participants(cpus),
    ...lines.flatMap((line, at) => [
      told(line, cpus[line.cpu]!),
      ...races
        .filter(({ after }) => after === at)
        .map(({ sentence }) => `Note over ${all}: ${escaped(sentence)}`),
    ]),
    ...(end === null ? [] : [`Note over ${all}: ${escaped(`=> ${end}`)}`]),
    '',
  ].join('\n');
}

const nameOf = ({ number }: TraceCpu) => `cpu${number}`;

/** Memory stands between the CPUs. */
function participants(cpus: readonly TraceCpu[]): readonly string[] {
  const own = cpus.map(
    (cpu) => `participant ${nameOf(cpu)} as ${escaped(`CPU ${cpu.number}: ${cpu.thread}`)}`,
  );
  return own.toSpliced(Math.ceil(own.length / 2), 0, 'participant memory');
}

/** All participants; without steps, only memory. */
const over = (cpus: readonly TraceCpu[]) =>
  cpus.length === 0 ? 'memory' : [...new Set([nameOf(cpus[0]!), nameOf(cpus.at(-1)!)])].join(',');

function told({ step, text, beside }: TraceLine, cpu: TraceCpu): string {
  const numbered = step === null ? text : `${step}. ${text}`;
  const words = [numbered, ...beside.map((part) => part.text)].map(escaped).join('<br/>');
  if (beside.some(({ kind }) => kind === 'change' || kind === 'kept'))
    return `${nameOf(cpu)}->>memory: ${words}`;
  if (beside.some(({ kind }) => kind === 'read')) return `memory-->>${nameOf(cpu)}: ${words}`;
  return `Note over ${nameOf(cpu)}: ${words}`;
}

/** Escapes all characters that are special in Mermaid, Markdown or HTML. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\w .,()=!?/|'-]/gu, (character) => `#${character.codePointAt(0)!};`);
