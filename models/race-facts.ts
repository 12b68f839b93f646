/** What is known of a race in the kernel: `facts.ts` holds that of every race. */

/** The releases that had it, both included; null: since or until an unknown release. */
export interface Releases {
  readonly first: string | null;
  readonly last: string | null;
}

export interface RaceFacts {
  /** The name of the model. */
  readonly name: string;
  readonly summary: string;
  readonly broken: readonly Releases[];
  /** The CPUs that are exposed; null: the model is about several races. */
  readonly exposed: 'any CPU' | 'broadcast flush' | 'store buffers' | 'reordered stores' | 'reordered loads' | null;
  /** Architectures that the exposure names and that do not have the race. */
  readonly spared: readonly string[];
  readonly mechanisms: readonly string[];
  /** 'unknown': nobody has looked; empty: there is none. */
  readonly cves: readonly string[] | 'unknown';
  /** The commits that broke it, with 12 digits. */
  readonly broke: readonly string[] | 'unknown';
  /** The commits that mended it, with 12 digits, or the title of one in quotes. */
  readonly fixes: readonly string[];
  /** What of all this has not been read in the kernel's sources or commit messages; null: nothing. */
  readonly notVerified: string | null;
}

/** The architectures that `--arch` knows, each with the exposures that it has. */
export const architectures = {
  x86: ['any CPU', 'store buffers'],
  'x86-broadcast': ['any CPU', 'broadcast flush', 'store buffers'],
  arm64: ['any CPU', 'broadcast flush', 'store buffers', 'reordered stores', 'reordered loads'],
  powerpc: ['any CPU', 'broadcast flush', 'store buffers', 'reordered stores', 'reordered loads'],
  parisc: ['any CPU', 'broadcast flush'],
} as const satisfies Readonly<Record<string, readonly NonNullable<RaceFacts['exposed']>[]>>;

export type Architecture = keyof typeof architectures;

/** Whether CPUs of an architecture have the race. */
export const isExposed = ({ exposed, spared }: RaceFacts, architecture: Architecture): boolean =>
  exposed !== null &&
  (architectures[architecture] as readonly string[]).includes(exposed) &&
  !spared.includes(architecture.replace(/-.*/, ''));

/** Below 0: a is older. */
export function byRelease(a: string, b: string): number {
  const [left, right] = [a, b].map((release) => release.replace(/^v/, '').split('.').map(Number));
  const at = left!.findIndex((number, position) => number !== right![position]);
  return at < 0 ? left!.length - right!.length : left![at]! - (right![at] ?? -1);
}

/** Whether a release had the race. A release candidate or a stable release counts as its release: v6.1.25 as v6.1. */
export function affects({ broken }: RaceFacts, release: string): boolean {
  const [major, minor, patch] = release.replace(/^v/, '').replace(/-.*/, '').split('.');
  const own = major === '2' ? `${major}.${minor}.${patch}` : `${major}.${minor}`;
  return broken.some(
    ({ first, last }) =>
      (first === null || byRelease(first, own) <= 0) && (last === null || byRelease(own, last) <= 0),
  );
}

/** Whether two commits, of 7 digits or more, may be the same. */
export const isCommit = (known: string, given: string): boolean =>
  known.startsWith(given.toLowerCase()) || given.toLowerCase().startsWith(known);
