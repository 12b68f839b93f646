/** The formats into which a model and its traces are exported. */

/** The formats of exports. */
export const targets = ['promela', 'dot', 'svg', 'mermaid', 'itf', 'text'] as const;

export type ExportFormat = (typeof targets)[number];
