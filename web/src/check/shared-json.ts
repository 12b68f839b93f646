/** JSON that holds equal parts once: the expressions of a model under a memory model repeat each other. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Shape:  a list of nodes, the last of which is the whole: a primitive as it is, a list as `[0, ...nodes]`, an object
 *         as `[1, key, node, key, node ...]`, where nodes are positions of nodes before it.
 */
type Nodes = readonly (null | boolean | number | string | readonly (number | string)[])[];

/** The text of a value of plain data; what is undefined is left out, as JSON does. */
export function flattened(value: unknown): string {
  const nodes: string[] = [];
  const known = new Map<string, number>();
  const seen = new Map<object, number>();
  const put = (text: string): number => {
    const at = known.get(text) ?? nodes.push(text) - 1;
    known.set(text, at);
    return at;
  };
  const add = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) return put(JSON.stringify(part));
    const before = seen.get(part);
    if (before !== undefined) return before;
    const node = Array.isArray(part)
      ? [0, ...part.map(add)]
      : [
          1,
          ...Object.entries(part).flatMap(([key, inner]) => (inner === undefined ? [] : [key, add(inner)])),
        ];
    const at = put(JSON.stringify(node));
    seen.set(part, at);
    return at;
  };
  add(value);
  return `[${nodes.join(',')}]`;
}

/** The value; equal parts of it are one object. */
export function restored(text: string): unknown {
  const values: Json[] = [];
  for (const node of JSON.parse(text) as Nodes) {
    if (typeof node !== 'object' || node === null) values.push(node);
    else if (node[0] === 0) values.push(node.slice(1).map((at) => values[Number(at)]!));
    else {
      const pairs = Array.from({ length: (node.length - 1) / 2 }, (_, at) => [
        String(node[2 * at + 1]),
        values[Number(node[2 * at + 2])]!,
      ]);
      values.push(Object.fromEntries(pairs) as Json);
    }
  }
  return values.at(-1);
}
