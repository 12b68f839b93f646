/** Caches a function of a state by exactly the values that it reads. */

interface Leaf<T> {
  readonly place: -1;
  readonly answer: T;
}

interface Inner<T> {
  /** What is read here, such as the number of a cell. */
  readonly place: number;
  /** By value minus the offset: the node that follows. */
  readonly next: (TreeNode<T> | undefined)[];
  readonly offset: number;
}

export type TreeNode<T> = Leaf<T> | Inner<T>;

/** A function of a state: it reads by `read` and by nothing else. */
type PlaceQuestion<T> = (read: (place: number) => number) => T;

/** Reads the values of places; `offset` is the least value of a place. */
export interface ValueSource {
  readonly read: (place: number) => number;
  readonly offset: (place: number) => number;
}

/**
 * The cached answer for the values of the state, or undefined where there is none.
 *
 * Assumes:  the question reads in an order that depends on nothing but the values read before.
 */
export function recall<T>(tree: TreeNode<T> | undefined, source: ValueSource): T | undefined {
  let node = tree;
  while (node !== undefined && 'next' in node) node = node.next[source.read(node.place) - node.offset];
  return node?.answer;
}

/** Evaluates the function and adds the answer to the tree, or to a new one; returns the tree. */
export function learn<T>(
  tree: TreeNode<T> | undefined,
  source: ValueSource,
  question: PlaceQuestion<T>,
): { tree: TreeNode<T>; answer: T } {
  const places: number[] = [];
  const seen = new Map<number, number>();
  const answer = question((place) => {
    const known = seen.get(place);
    if (known !== undefined) return known;
    const value = source.read(place);
    seen.set(place, value);
    places.push(place);
    return value;
  });
  const nodeAt = (depth: number): TreeNode<T> =>
    depth === places.length
      ? { place: -1, answer }
      : { place: places[depth]!, next: [], offset: source.offset(places[depth]!) };
  const root = tree ?? nodeAt(0);
  let node = root;
  for (const [depth, place] of places.entries()) {
    const { next, offset } = node as Inner<T>;
    node = next[seen.get(place)! - offset] ??= nodeAt(depth + 1);
  }
  return { tree: root, answer };
}
