/** Unique identifiers for other languages. */

/** Converts names to distinct identifiers. */
export function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const plain = name.replaceAll(/\W/g, '_');
    let unique = plain;
    for (let again = 2; taken.has(unique); again++) unique = `${plain}_${again}`;
    taken.add(unique);
    return unique;
  };
}
