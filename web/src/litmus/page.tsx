/** The litmus page: the test and its result. */
import { signal } from '@preact/signals';
import { litmusModels, modelTitle } from '../../../checker/litmus/litmus-model.ts';
import { AnswerView } from './answer-view.tsx';
import { examples } from './examples.ts';
import { ask, memory, seconds, source } from './session.ts';

export function LitmusPage() {
  return (
    <>
      <header class="top">
        <h1 class="wordmark">racewalk</h1>
        <p class="summary">
          Litmus tests in the kernel's C format, with verdicts in herd's format.{' '}
          <a href="./index.html">The models</a> <a href="./races.html">Races</a>
        </p>
      </header>
      <div class="litmus">
        <TestForm />
        <main>
          <AnswerView />
        </main>
      </div>
    </>
  );
}

function TestForm() {
  return (
    <form
      aria-label="Test"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div class="fields">
        <ExamplePicker />
        <FilePicker />
      </div>
      <label class="field">
        <span>The test</span>
        <textarea
          class="mono"
          rows={20}
          spellcheck={false}
          wrap="off"
          value={source.value}
          onInput={({ currentTarget }) => (source.value = currentTarget.value)}
          onKeyDown={({ key, ctrlKey, metaKey }) => {
            if (key === 'Enter' && (ctrlKey || metaKey)) ask();
          }}
        />
      </label>
      <div class="fields">
        <MemoryPicker />
        <label class="field">
          <span>Time limit (seconds)</span>
          <input
            type="number"
            min={1}
            max={3600}
            required
            value={seconds.value}
            onInput={({ currentTarget }) => {
              if (currentTarget.validity.valid) seconds.value = currentTarget.valueAsNumber;
            }}
          />
        </label>
      </div>
      <button type="submit" class="plain-button run" title="Ctrl+Enter in the test also runs it">
        Run
      </button>
    </form>
  );
}

function ExamplePicker() {
  const now = [...examples].find(([, text]) => text === source.value);
  return (
    <label class="field">
      <span>Example</span>
      <select
        value={now?.[0] ?? ''}
        onChange={({ currentTarget }) => {
          source.value = examples.get(currentTarget.value) ?? source.value;
          ask();
        }}
      >
        {now === undefined && <option value="">your own test</option>}
        {[...examples.keys()].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The error of opening a file. */
const fileError = signal<string | null>(null);

function FilePicker() {
  const open = async (file: File) => {
    try {
      source.value = await file.text();
      fileError.value = null;
      ask();
    } catch {
      fileError.value = `${file.name} cannot be read.`;
    }
  };
  return (
    <label class="field">
      <span>Open a file</span>
      <input
        type="file"
        accept=".litmus,text/plain"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // Allows opening the same file again.
          if (file !== undefined) void open(file).then(() => (currentTarget.value = ''));
        }}
      />
      {fileError.value !== null && <span role="alert">{fileError.value}</span>}
    </label>
  );
}

function MemoryPicker() {
  return (
    <label class="field">
      <span>Memory model</span>
      <select
        value={memory.value}
        onChange={({ currentTarget }) => {
          memory.value = litmusModels.find((name) => name === currentTarget.value)!;
          ask();
        }}
      >
        {litmusModels.map((name) => (
          <option key={name} value={name}>
            {modelTitle(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
