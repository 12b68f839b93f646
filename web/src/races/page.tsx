/** The page of races: a form of facts, and the races that have them. */
import { facts } from '../../../models/facts.ts';
import { factRows } from '../../../models/race-facts-text.ts';
import { architectures, byRelease, type RaceFacts } from '../../../models/race-facts.ts';
import { mechanisms, searched, type QueryKey } from '../../../models/race-query.ts';
import { clear, found, mistakes, query, type, typed } from './session.ts';

export function RacesPage() {
  return (
    <>
      <header class="top">
        <h1 class="wordmark">racewalk</h1>
        <p class="summary">
          The races of the kernel, by what is known of them. <a href="./index.html">The models</a>{' '}
          <a href="./litmus.html">Litmus tests</a>
        </p>
      </header>
      <div class="races-page">
        <FactForm />
        <main>
          <Answer />
        </main>
      </div>
    </>
  );
}

const known = (values: readonly (readonly string[] | 'unknown')[]): readonly string[] =>
  [...new Set(values.flatMap((one) => (one === 'unknown' ? [] : one)))].sort();

const releases = [
  ...new Set(
    facts.flatMap(({ broken }) => broken.flatMap(({ first, last }) => [first ?? [], last ?? []].flat())),
  ),
].sort(byRelease);

function FactForm() {
  return (
    <form
      role="search"
      aria-label="Facts"
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={({ key }) => {
        if (key === 'Escape') clear();
      }}
    >
      <TextFact name="affects" label="Kernel" example="v6.1" offered={releases} />
      <ChoiceFact name="arch" label="CPUs" names={Object.keys(architectures)} />
      <ChoiceFact name="about" label="Mechanism" names={mechanisms} />
      <TextFact
        name="cve"
        label="CVE"
        example="CVE-2016-5195"
        offered={known(facts.map(({ cves }) => cves))}
      />
      <TextFact
        name="fix"
        label="Fixed by commit"
        example="70cbc3cc78a9"
        offered={known(facts.map(({ fixes }) => fixes.filter((fix) => !fix.startsWith('"'))))}
      />
      <button
        type="button"
        class="plain-button"
        disabled={Object.keys(query.value).length === 0}
        onClick={clear}
      >
        All races
      </button>
    </form>
  );
}

interface Fact {
  readonly name: QueryKey;
  readonly label: string;
}

function TextFact({
  name,
  label,
  example,
  offered,
}: Fact & { readonly example: string; readonly offered: readonly string[] }) {
  const mistake = mistakes.value[name];
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        list={`known-${name}`}
        placeholder={example}
        spellcheck={false}
        value={typed.value[name]}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake === undefined ? undefined : `wrong-${name}`}
        onInput={({ currentTarget }) => type(name, currentTarget.value)}
      />
      <datalist id={`known-${name}`}>
        {offered.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      {mistake !== undefined && (
        <small id={`wrong-${name}`} class="mistake">
          expected {mistake.expected}
        </small>
      )}
    </label>
  );
}

function ChoiceFact({ name, label, names }: Fact & { readonly names: readonly string[] }) {
  const chosen = typed.value[name];
  // A link may name a part of a word, as the command line does.
  const offered = chosen === '' || names.includes(chosen) ? names : [chosen, ...names];
  return (
    <label class="field">
      <span>{label}</span>
      <select value={chosen} onChange={({ currentTarget }) => type(name, currentTarget.value)}>
        <option value="">any</option>
        {offered.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function Answer() {
  const races = found.value;
  const isMistaken = Object.keys(mistakes.value).length > 0;
  return (
    <>
      <h2 aria-live="polite">{isMistaken ? 'No such fact' : `${races.length} of ${facts.length} races`}</h2>
      {!isMistaken && races.length === 0 && <p>No race fits: {searched(query.value)}.</p>}
      <p class="mono">
        racewalk list{' '}
        {Object.entries(query.value)
          .map(
            ([key, text]) =>
              `--${key} ${/\s/.test(text as string) ? `"${text as string}"` : (text as string)}`,
          )
          .join(' ')}
      </p>
      {races.map((race) => (
        <Race key={race.name} race={race} />
      ))}
    </>
  );
}

/** Where the page of docs/races is, by model: the build knows them. */
declare const racePages: Readonly<Record<string, string>>;

function Race({ race }: { readonly race: RaceFacts }) {
  return (
    <section class="race" aria-labelledby={`race-${race.name}`}>
      <h3 id={`race-${race.name}`}>
        <a href={racePages[race.name]!}>{race.name}</a>
      </h3>
      <p>
        {race.summary}. <a href={`./index.html#${race.name}`}>Walk {race.name}</a>
      </p>
      <dl>
        {factRows(race).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Commits text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Commits are links. */
const Commits = ({ text }: { readonly text: string }) => (
  <>
    {text.split(/\b([0-9a-f]{12})\b/).map((part, at) =>
      at % 2 === 1 ? (
        <a key={part} href={`https://git.kernel.org/linus/${part}`}>
          {part}
        </a>
      ) : (
        part
      ),
    )}
  </>
);
