/** The page as a whole. */
import { check, definition, errorInFile, notice, variant, view } from '../state/session.ts';
import { views } from '../state/link.ts';
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
      <Notice text={errorInFile.value} />
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

function Notice({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <p class="notice" role="alert">
      {text}
    </p>
  );
}

const titles = { trace: 'Trace', source: 'Source', variants: 'Variants', graph: 'Graph' } as const;

function Views() {
  // A report is one variant.
  const offered = report === null ? views : views.filter((name) => name !== 'variants');
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
  switch (view.value) {
    case 'trace':
      return <TraceView />;
    case 'source':
      return <SourceView />;
    case 'variants':
      return <VariantsView />;
    case 'graph':
      return <GraphView />;
  }
}
