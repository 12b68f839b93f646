/** What d3-zoom asks of d3-transition: nothing in a report moves by itself. */
export const interrupt = (): void => undefined;
