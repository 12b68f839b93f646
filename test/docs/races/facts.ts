/** `models/facts.ts`: what the headers and a run of the scenarios say of each race. */
import type { RaceFacts, Releases } from '../../../models/race-facts.ts';
import type { Race } from './races.ts';

/** Shape:  a module of TypeScript with an end of line at the end. */
export function factsModule(races: readonly Race[]): string {
  const rows = races.map((race) => {
    const lines = Object.entries(factsOf(race)).map(
      ([key, value]) => `    ${key}: ${JSON.stringify(value)},`,
    );
    return ['  {', ...lines, '  },'].join('\n');
  });
  return [
    '/** What is known of each race, as `npm run docs` generates it from the headers and a run of the scenarios. */',
    "import type { RaceFacts } from './race-facts.ts';",
    '',
    'export const facts: readonly RaceFacts[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}

/** Throws  Error for a header that lacks a fact, or has one of another form. */
export function factsOf({ definition, header, broken, exposure, mechanisms }: Race): RaceFacts {
  const { fields } = header;
  const { name, summary } = definition;
  const field = (key: 'Broke' | 'Fixed' | 'CVE'): string => {
    const text = fields[key];
    if (text === undefined) throw new Error(`${name}: its header has no field ${key}: write 'unknown'`);
    return text;
  };
  return {
    name,
    summary,
    broken: broken.map(({ versions }) => releasesOf(name, versions)),
    exposed: exposure,
    spared: [...(fields.Exposed ?? '').matchAll(/\((?:not )?(x86|arm64)\b/g)].flatMap(([text, arch]) =>
      text.startsWith('(not ') ? [arch!] : ['arm64', 'powerpc', 'parisc'].filter((one) => one !== arch),
    ),
    mechanisms,
    cves: cvesOf(name, field('CVE')),
    broke: breakersIn(field('Broke')),
    fixes: fixesIn(field('Fixed')),
    notVerified: /Not verified: (.*?)\.?$/.exec(fields.Read ?? '')?.[1] ?? null,
  };
}

const isUnknown = (text: string) => /^unknown\b/.test(text);

const commit = '[0-9a-f]{12}\\b';

/** The commits that each part of the field begins with: what follows tells about others. A release alone is no commit. */
function breakersIn(text: string): RaceFacts['broke'] {
  if (/^none\b/.test(text)) return [];
  const found = text
    .split('; ')
    .flatMap((part) => new RegExp(`^(?:${commit}(?:, )?)+`).exec(part)?.[0].match(/[0-9a-f]{12}/g) ?? []);
  return found.length === 0 ? 'unknown' : found;
}

/** The commits, or titles of commits, that an option models. */
const fixesIn = (text: string): readonly string[] =>
  [...text.matchAll(new RegExp(`(${commit}|"[^"]+")(?: \\([^)]*\\))?(?: replaces both)? ->`, 'g'))].map(
    ([, fix]) => fix!,
  );

function cvesOf(name: string, text: string): RaceFacts['cves'] {
  if (isUnknown(text)) return 'unknown';
  const found = [...text.matchAll(/CVE-\d{4}-\d{4,}/g)].map(([cve]) => cve);
  if (found.length === 0 && text !== 'none')
    throw new Error(`${name}: the field CVE names CVEs, none or unknown`);
  return found;
}

/** `until v4.18`, `v3.18 to v5.19`, `v6.0`; a race of today is fixed in no release. */
function releasesOf(name: string, versions: string): Releases {
  const [, since, until, first, last] =
    /^(?:(since )|(until ))?(v?\d[\d.]*)(?: to (v?\d[\d.]*))?$/.exec(versions) ?? [];
  if (first === undefined) throw new Error(`${name}: no releases: ${versions}`);
  if (since !== undefined) return { first, last: null };
  return until === undefined ? { first, last: last ?? first } : { first: null, last: first };
}
