/** The text of a protocol in C, which the reader may change and check. */
import { signal } from '@preact/signals';
import { openProtocol } from '../state/definitions.ts';
import { definition } from '../state/session.ts';
import { textOf } from './protocols.ts';

/** A changed text, and the model that it began as. */
const draft = signal<{ readonly of: string; readonly text: string } | null>(null);

export function CEditor() {
  const { name } = definition.value!;
  const shown = textOf(definition.value!) ?? '';
  const text = draft.value?.of === name ? draft.value.text : shown;
  const checkText = () => void openProtocol(name, text);
  return (
    <form
      class="c-editor"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        checkText();
      }}
    >
      <button type="submit" class="plain-button run" title="Ctrl+Enter in the text also checks it">
        Check
      </button>
      <label class="field">
        <span>{name}: a change is checked here, and written to no file</span>
        <textarea
          class="mono"
          rows={32}
          spellcheck={false}
          wrap="off"
          value={text}
          onInput={({ currentTarget }) => (draft.value = { of: name, text: currentTarget.value })}
          onKeyDown={({ key, ctrlKey, metaKey }) => {
            if (key === 'Enter' && (ctrlKey || metaKey)) checkText();
          }}
        />
      </label>
    </form>
  );
}
