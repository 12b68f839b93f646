/** The headers of `checker/c/include`, and which of them declares a name. */
import type { Surroundings } from './syntax/preprocess.ts';

export const shippedHeaders = [
  'hlist.h',
  'list.h',
  'mm.h',
  'mmap_lock.h',
  'page.h',
  'pgtable.h',
  'sched.h',
].map((name) => `racewalk/${name}`);

/** What a mistake about an unknown name adds: the header that declares it. */
export function includeFor(name: string, header: Surroundings['header']): string {
  const declares = new RegExp(
    `^(#define ${name}\\b|(struct |typedef .*|[a-z].*[ *])${name}\\b *([({;]|$))`,
    'm',
  );
  const found = shippedHeaders.find((one) => declares.test(header(one)?.text ?? ''));
  return found === undefined ? '' : `; <${found}> declares it`;
}
