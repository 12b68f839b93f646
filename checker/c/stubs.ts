/** The functions of the kernel that a file calls and that racewalk defines: what its verdict rests on. */
import type { Stub } from '../language/model.ts';
import { sourceOf } from './lower/primitives.ts';
import { calledNames } from './pointed-types.ts';
import type { FunctionDefinition, Statement } from './syntax/syntax.ts';

/** `bodies`: the text of the user's threads; `functions`: all that they call, wherever it is defined. */
export function stubsOf(
  file: string,
  bodies: readonly (readonly Statement[])[],
  functions: readonly FunctionDefinition[],
): readonly Stub[] {
  const own = functions.filter(({ place }) => place.file.name === file);
  const shipped = new Map(
    functions.filter((one) => !own.includes(one)).map((one) => [one.name, sourceIn(one)] as const),
  );
  const called = [...calledNames([...bodies, ...own.map(({ body }) => body)])].sort();
  return called.flatMap((name) => {
    const source = shipped.get(name) ?? sourceOf(name);
    return source === null ? [] : [{ name, source }];
  });
}

/** A comment such as `v6.12 include/linux/mm.h: get_page, put_page; mm/swap.c: the rest` stands above stubs. */
function sourceIn({ name, place }: FunctionDefinition): string {
  const before = place.file.text.slice(0, place.offset);
  const [, version, text] = [...before.matchAll(/\/\* (v\d+\.\d+) ([^]*?) ?\*\//g)].at(-1) ?? [];
  if (version === undefined || text === undefined) return place.file.name;
  const parts = text.split(/; ?/).map((part) => /^([\w/.-]+\.[chS]|[\w/.-]+)(?:: ?([^]*))?/.exec(part));
  const named = parts.find((part) => part?.[2]?.split(/\W+/).includes(name) === true);
  const rest = parts.find((part) => part?.[2] === undefined || part[2].startsWith('the rest'));
  return `${version} ${(named ?? rest ?? parts[0])?.[1] ?? text}`;
}
