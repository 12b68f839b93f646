/** Example tests: those of racewalk's test suite, and some of the page. */
const files: Readonly<Record<string, string>> = {
  ...import.meta.glob<string>('../../../test/litmus/files/*.litmus', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
  ...import.meta.glob<string>('./examples/*.litmus', { query: '?raw', import: 'default', eager: true }),
};

/** The text of each, by the name of its file without ending, in alphabetical order. */
export const examples: ReadonlyMap<string, string> = new Map(
  Object.entries(files)
    .map(([path, text]) => [path.replace(/^.*\/|\.litmus$/g, ''), text] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1)),
);

export const firstExample = 'SB';
