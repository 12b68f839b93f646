/** The page header: model, summary and link. */
import { batch, signal } from '@preact/signals';
import { protocolNames, textOf } from '../c/protocols.ts';
import { loadedDefinition, openProtocol } from '../state/definitions.ts';
import { report } from '../state/report.ts';
import { chosen, definition, definitions, view } from '../state/session.ts';

export function Header() {
  const model = definition.value!;
  return (
    <header class="top">
      <h1 class="wordmark">racewalk</h1>
      <div class="model">
        {definitions.value.length > 1 ? <ModelPicker /> : <p class="model-name">{model.name}</p>}
        <p class="summary">
          {model.summary.replace(/[^.]$/, '$&.')} <About /> {report === null && <FileButton />}
        </p>
      </div>
      {report === null && <a href="./races.html">Races by their facts</a>}
      {report === null && <a href="./litmus.html">Litmus tests</a>}
      <LinkButton />
    </header>
  );
}

/** Where the page of docs/races is, by model: the build knows them. */
declare const racePages: Readonly<Record<string, string>>;

/** The race explained: its page of the documents, else the text of the model. */
function About() {
  const { name } = definition.value!;
  const page = racePages[name];
  if (report === null && page !== undefined)
    return <a href={page}>How the race happens, and which commits fix it</a>;
  return (
    <button
      type="button"
      class="about"
      onClick={() => (view.value = textOf(definition.value!) === null ? 'source' : 'c')}
    >
      Show the model
    </button>
  );
}

function ModelPicker() {
  const choose = async (name: string) => {
    const found = await loadedDefinition(name);
    if (found === null) return;
    batch(() => {
      definition.value = found;
      chosen.value = {};
    });
  };
  const names = new Set([...definitions.value.map(({ name }) => name), ...protocolNames]);
  return (
    <select
      class="picker"
      aria-label="Model"
      value={definition.value!.name}
      onChange={({ currentTarget }) => void choose(currentTarget.value)}
    >
      {[...names].map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function FileButton() {
  return (
    <label class="file-button">
      Open a C file
      <input
        class="visually-hidden"
        type="file"
        accept=".c,text/x-csrc"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // Allows opening the same file again.
          if (file !== undefined)
            void file
              .text()
              .then((text) => openProtocol(file.name, text).then(() => (currentTarget.value = '')));
        }}
      />
    </label>
  );
}

const said = signal<string | null>(null);

function LinkButton() {
  const copy = async () => {
    // Pages opened from disk have no clipboard access, and users may deny it.
    const isDone = await (navigator.clipboard as Clipboard | undefined)?.writeText(location.href).then(
      () => true,
      () => false,
    );
    said.value = isDone === true ? 'Copied' : 'Copy the address instead';
    setTimeout(() => (said.value = null), 2000);
  };
  return (
    <button
      type="button"
      class="link-button"
      title="Copy a link to this model, these options and this step"
      onClick={() => void copy()}
    >
      <span aria-live="polite">{said.value ?? 'Copy link'}</span>
    </button>
  );
}
