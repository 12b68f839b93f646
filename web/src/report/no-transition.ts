/** What d3-zoom asks of d3-transition, as a function and as a method of selections: nothing in a report moves by itself. */
import { selection } from 'd3-selection';

export const interrupt = (): void => undefined;

// d3-transition adds it where it is loaded, and no type says so without it.
Object.assign(selection.prototype as object, {
  interrupt(this: unknown) {
    return this;
  },
});
