/** The page as a whole. */
import { CEditor } from '../c/editor.tsx';
import { textOf } from '../c/protocols.ts';
import { check, definition, errorInFile, notice, variant, view } from '../state/session.ts';
import { views, type PageView } from '../state/link.ts';
import { report } from '../state/report.ts';
import { GraphView } from './graph-view.tsx';
import { Header } from './header.tsx';
import { OptionPanel } from './option-panel.tsx';
import { SourceView } from './source-view.tsx';
import { TraceView } from './trace-view.tsx';
import { VariantsView } from './variants-view.tsx';
import { VerdictBanner } from './verdict-banner.tsx';

export function App() {
  if (definition.value === null) return <p class="loading">Loading the models …</p>;
  return (
    <>
      <Header />
      <Notice text={errorInFile.value} isCode />
      <Notice text={notice.value} />
      <div class="page">
        <OptionPanel />
        <main>
          <VerdictBanner />
          {variant.value?.kind === 'built' && !isWrong() && <Views />}
        </main>
      </div>
    </>
  );
}

/** An invalid model has no views. */
const isWrong = () => check.value.kind === 'failed' && check.value.why !== 'stopped';

/** `isCode`: lines of a file with carets below them. */
function Notice({ text, isCode = false }: { readonly text: string | null; readonly isCode?: boolean }) {
  return text === null ? null : (
    <p class={isCode ? 'notice mistakes' : 'notice'} role="alert">
      {text}
    </p>
  );
}

const titles = {
  trace: 'Trace',
  source: 'Source',
  c: 'C file',
  variants: 'Variants',
  graph: 'Graph',
} as const;

/** A report is one variant, and a model in TypeScript has no C. */
const isOffered = (name: PageView): boolean =>
  (name !== 'variants' || report === null) && (name !== 'c' || textOf(definition.value!) !== null);

function Views() {
  const offered = views.filter(isOffered);
  return (
    <>
      <nav class="tabs" aria-label="Views">
        {offered.map((name) => (
          <button
            type="button"
            key={name}
            aria-current={view.value === name ? 'page' : undefined}
            onClick={() => (view.value = name)}
          >
            {titles[name]}
          </button>
        ))}
      </nav>
      <CurrentView />
    </>
  );
}

function CurrentView() {
  switch (isOffered(view.value) ? view.value : 'trace') {
    case 'trace':
      return <TraceView />;
    case 'source':
      return <SourceView />;
    case 'c':
      return <CEditor />;
    case 'variants':
      return <VariantsView />;
    case 'graph':
      return <GraphView />;
  }
}
