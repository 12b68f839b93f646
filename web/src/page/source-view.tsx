/** The model as its author wrote it: kernel code and its meaning, with the place of each CPU. */
import { useEffect, useRef } from 'preact/hooks';
import { printDomain } from '../../../checker/language/domain.ts';
import { printExpr, printLiveness } from '../../../checker/language/print.ts';
import type { AnyThread } from '../../../checker/language/thread.ts';
import type { ThreadTable } from '../../../checker/program/transition-system.ts';
import { listingOf, type ListingRow } from '../../../checker/report/listing.ts';
import { writtenModel } from '../../../checker/report/author-words.ts';
import { built, state } from '../state/session.ts';
import { copyName, cpuOf } from './cpu-style.ts';
import { NextSteps } from './next-steps.tsx';
import { StatePanel } from './state-panel.tsx';
import { Transport } from './transport.tsx';
import { WatchPanel } from './watch-panel.tsx';

export function SourceView() {
  const { system } = built.value!;
  if (state.value === null) return null;
  return (
    <div class="trace-view">
      <div class="source">
        {system.threads
          .filter(({ thread }) => thread.ofMachine !== true)
          .map((thread) => (
            <ThreadSource key={thread.thread.name} table={thread} />
          ))}
      </div>
      <div class="under">
        <NextSteps />
        <StatePanel />
        <WatchPanel />
      </div>
      <Memory />
      <Claims />
      <Transport />
    </div>
  );
}

/** The text as its author wrote it. */
const writtenBody = ({ name, body }: AnyThread) =>
  writtenModel(built.value!.model).threads.find((other) => other.name === name)?.body ?? body;

/** The location of a thread copy: the lines of its next statements; none at its end. */
function placesOf({ thread, locations }: ThreadTable): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  for (const [replica, { location }] of state.value!.threads[thread.name]!.entries())
    for (const line of new Set(locations[location]!.map(({ statement }) => statement.line)))
      places.set(line, [...(places.get(line) ?? []), replica]);
  return places;
}

function ThreadSource({ table: own }: { readonly table: ThreadTable }) {
  const { system } = built.value!;
  const { thread, end } = own;
  const places = placesOf(own);
  const ended = state.value!.threads[thread.name]!.flatMap(({ location }, replica) =>
    location === end ? [copyName(system, thread.name, replica)] : [],
  );
  return (
    <section class={`thread-source cpu-${cpuOf(system, thread.name, 0).number % 6}`}>
      <h3>
        {thread.name} <small>{remarksOn(thread)}</small>
      </h3>
      <div class="code-pane" tabIndex={0} role="region" aria-label={`text of ${thread.name}`}>
        <table class="listing">
          <thead class="visually-hidden">
            <tr>
              <th>here</th>
              <th>kernel code</th>
              <th>meaning in the model</th>
            </tr>
          </thead>
          <tbody>
            {listingOf(writtenBody(thread)).map((row, number) => (
              <CodeRow key={number} row={row} thread={thread} here={places.get(row.line ?? 0) ?? []} />
            ))}
          </tbody>
        </table>
      </div>
      {ended.length > 0 && <p class="hint">{ended.join(', ')}: ended</p>}
    </section>
  );
}

interface CodeRowProps {
  readonly row: ListingRow;
  readonly thread: AnyThread;
  /** The copies at this line. */
  readonly here: readonly number[];
}

function CodeRow({ row: { depth, text, meaning }, thread, here }: CodeRowProps) {
  const isHere = here.length > 0;
  const place = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isHere) scrollWithin(place.current!);
  }, [isHere]);
  return (
    <tr ref={place} class={isHere ? 'here' : ''} aria-current={isHere ? 'step' : undefined}>
      <td class="marks">
        {here.map((replica) => (
          <Mark key={replica} thread={thread} replica={replica} />
        ))}
      </td>
      <td style={{ paddingLeft: `${depth * 1.2}rem` }}>
        <code>{text}</code>
      </td>
      <td class="meaning">
        <code>{meaning}</code>
      </td>
    </tr>
  );
}

/** Scrolls a row into view within its listing, without scrolling the page. */
function scrollWithin(row: HTMLElement): void {
  const listing = row.closest<HTMLElement>('.code-pane')!;
  const top = row.offsetTop;
  const isSeen =
    top >= listing.scrollTop && top + row.offsetHeight <= listing.scrollTop + listing.clientHeight;
  if (!isSeen) listing.scrollTop = top - listing.clientHeight / 3;
}

function Mark({ thread, replica }: { readonly thread: AnyThread; readonly replica: number }) {
  const { number } = cpuOf(built.value!.system, thread.name, replica);
  return (
    <span
      class={`mark cpu-${number % 6}`}
      role="img"
      aria-label={`CPU ${number} is here`}
      title={`CPU ${number} is here`}
    >
      {number}
    </span>
  );
}

function remarksOn({ cpus, on, mayBlockForever }: AnyThread): string {
  return [
    ...(cpus > 1 ? [`${cpus} copies`] : []),
    ...(on === null ? [] : [`on the CPUs of ${on}`]),
    ...(mayBlockForever ? ['may block forever'] : []),
  ].join(', ');
}

function Memory() {
  return (
    <section>
      <h3>Shared memory</h3>
      <div class="scroll">
        <table class="listing">
          <tbody>
            {Object.entries(writtenModel(built.value!.model).shared).map(
              ([name, { domain, initial, length, meaning }]) => (
                <tr key={name}>
                  <td>
                    <code>{length === null ? name : `${name}[${length}]`}</code>
                  </td>
                  <td>
                    <code>
                      {printDomain(domain)}, initially {[...new Set(initial)].join(', ')}
                    </code>
                  </td>
                  <td class="meaning">{meaning}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Claims() {
  const { properties, liveness = [] } = built.value!.model;
  return (
    <section>
      <h3>Properties</h3>
      <dl class="claims">
        {[
          ...properties.map(({ kind, name, condition }) => ({ kind, name, text: printExpr(condition) })),
          ...liveness.map((one) => ({ kind: one.kind, name: one.name, text: printLiveness(one) })),
        ].map(({ kind, name, text }) => (
          <div key={name}>
            <dt>
              {kind}: {name}
            </dt>
            <dd>
              <code>{text}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
