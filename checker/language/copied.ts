/** Parts of a model in which some nodes are others. */

/** The part with `change` of each node in place of it, where `inner` is the node with its parts changed; what stays is the same object. */
export function copied<T>(part: T, change: (node: object, inner: () => object) => object): T {
  const copies = new Map<object, unknown>();
  const copy = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    if (!copies.has(one))
      copies.set(one, Array.isArray(one) ? copyList(one) : change(one, () => copyNode(one)));
    return copies.get(one);
  };
  const copyList = (list: readonly unknown[]) => {
    const inner = list.map(copy);
    return inner.some((one, at) => one !== list[at]) ? inner : list;
  };
  const copyNode = (node: object): object => {
    const inner = Object.entries(node).map(([key, one]) => [key, copy(one), one] as const);
    return inner.some(([, after, before]) => after !== before)
      ? Object.fromEntries(inner.map(([key, after]) => [key, after]))
      : node;
  };
  return copy(part) as T;
}
