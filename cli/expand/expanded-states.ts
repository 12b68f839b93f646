/** The states that `racewalk expand` has read, and the lines that it writes for them. */
import { Expander, type Expansion } from '../../checker/engine/expander.ts';
import type { CompiledSpace } from '../../checker/engine/compiled-space.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { endLine, findingLine, type End } from './protocol.ts';
import { StateText } from './state-text.ts';

export class ExpandedStates {
  readonly #system: TransitionSystem;
  readonly #expander: Expander;
  readonly #identity: string;
  readonly #text: StateText;
  readonly #bytes: Uint8Array;
  #placed = 0;
  #counts: Pick<End, 'read' | 'states' | 'findings'> = { read: 0, states: 0, findings: 0 };
  #firedBefore: readonly number[];

  constructor(system: TransitionSystem, space: CompiledSpace, identity: string) {
    this.#system = system;
    this.#expander = new Expander(space);
    this.#identity = identity;
    const { stateBytes, portion } = this.#expander;
    this.#text = new StateText(stateBytes, identity);
    this.#bytes = new Uint8Array(portion * stateBytes);
    this.#firedBefore = this.#expander.fired;
  }

  get isFull(): boolean {
    return this.#placed === this.#bytes.length;
  }

  initial(): string {
    return this.#lines(this.#expander.initial()) + this.#endLine();
  }

  target(text: string): Uint8Array {
    const state = this.#text.read(text);
    if (typeof state === 'string') throw new UsageError(`--leads-to: no state of this search: ${state}`);
    return state.slice();
  }

  add(text: string, line: number): void {
    const state = this.#text.read(text);
    if (typeof state === 'string') throw new UsageError(`line ${line} is no state of this search: ${state}`);
    this.#bytes.set(state, this.#placed);
    this.#placed += state.length;
    this.#counts = { ...this.#counts, read: this.#counts.read + 1 };
  }

  /** Expands what has been added since; with a target, the lines are the states that lead to it. */
  flush(target: Uint8Array | null): string {
    const states = this.#bytes.subarray(0, this.#placed);
    this.#placed = 0;
    if (target === null) return this.#lines(this.#expander.expand(states));
    const marks = this.#expander.leadingTo(target, states);
    const { stateBytes } = this.#expander;
    const leading = [...marks.keys()].filter((at) => marks[at] === 1);
    const of = (at: number) => states.subarray(at * stateBytes, (at + 1) * stateBytes);
    return this.#stateLines(leading.map(of));
  }

  /** The line that ends `expected` states. */
  end(expected: number, line: number): string {
    const { read } = this.#counts;
    if (read !== expected)
      throw new UsageError(`line ${line} ends ${expected} states, and ${read} were before it`);
    return this.#endLine();
  }

  #endLine(): string {
    const { fired, reached } = this.#expander;
    const since = fired.map((times, id) => times - this.#firedBefore[id]!);
    const end = { search: this.#identity, ...this.#counts, fired: since, reached: [...reached] };
    this.#counts = { read: 0, states: 0, findings: 0 };
    this.#firedBefore = fired;
    return `${endLine(end)}\n`;
  }

  #lines({ successors, findings }: Expansion): string {
    const { stateBytes } = this.#expander;
    const states = function* () {
      for (let at = 0; at < successors.length; at += stateBytes)
        yield successors.subarray(at, at + stateBytes);
    };
    this.#counts = { ...this.#counts, findings: this.#counts.findings + findings.length };
    const found = findings.map(
      ({ finding, state }) => `${findingLine(finding, this.#text.write(state), this.#system)}\n`,
    );
    return this.#stateLines(states()) + found.join('');
  }

  #stateLines(states: Iterable<Uint8Array>): string {
    let text = '';
    let count = 0;
    for (const state of states) {
      text += `${this.#text.write(state)}\n`;
      count++;
    }
    this.#counts = { ...this.#counts, states: this.#counts.states + count };
    return text;
  }
}
