/** The names inside of a function. */
import type { CValue, Lvalue } from './value.ts';

export type Binding =
  | { readonly kind: 'variable'; readonly lvalue: Lvalue }
  /** A parameter that is never assigned, or the variable of FOR_ALL. */
  | { readonly kind: 'value'; readonly value: CValue };

export class Scope {
  readonly #outer: Scope | null;
  readonly #bindings = new Map<string, Binding>();

  constructor(outer: Scope | null = null) {
    this.#outer = outer;
  }

  find(name: string): Binding | null {
    return this.#bindings.get(name) ?? this.#outer?.find(name) ?? null;
  }

  bind(name: string, binding: Binding): void {
    this.#bindings.set(name, binding);
  }
}
