/** The state graph of a small model, coloured by its properties, with the run in bold. */
import { useEffect } from 'preact/hooks';
import type { Standing } from '../../../checker/state-space/state-graph.ts';
import { count } from '../../../checker/report/numbers.ts';
import { drawGraph, drawn, mostStates } from '../state/graph.ts';
import { built } from '../state/session.ts';
import { GraphCanvas } from './graph-canvas.tsx';
import { NextSteps } from './next-steps.tsx';
import { StatePanel } from './state-panel.tsx';
import { Transport } from './transport.tsx';
import { WatchPanel } from './watch-panel.tsx';

const meanings: Readonly<Record<Standing, string>> = {
  violated: 'an invariant is false',
  failing: 'a step from here fails',
  deadlock: 'deadlock',
  witness: 'a witness is reached',
  end: 'all threads have ended',
  plain: 'other states',
};

export function GraphView() {
  const variant = built.value!;
  useEffect(() => void drawGraph(variant), [variant]);
  const now = drawn.value;
  switch (now.kind) {
    case 'running': {
      const states = now.progress?.states ?? 0;
      return <p class="hint">Drawing the state graph{states > 0 ? ` (${count(states)} states)` : ''} …</p>;
    }
    case 'failed':
      return <p class="notice">{now.message}</p>;
    case 'done':
      if (now.graph === null)
        return (
          <p class="hint">
            More than {count(mostStates)} states, too many for a readable graph. Choose fewer CPUs or ptes.
          </p>
        );
      return (
        <div class="trace-view">
          <div class="trace-columns">
            <div class="graph">
              <Legend
                states={now.graph.nodes.length}
                edges={now.graph.edges.length}
                standings={new Set(now.graph.nodes.map(({ standing }) => standing))}
              />
              <GraphCanvas graph={now.graph} />
            </div>
            <div class="side">
              <NextSteps />
              <StatePanel />
              <WatchPanel />
            </div>
          </div>
          <Transport />
        </div>
      );
  }
}

interface LegendProps {
  readonly states: number;
  readonly edges: number;
  readonly standings: ReadonlySet<Standing>;
}

function Legend({ states, edges, standings }: LegendProps) {
  return (
    <ul class="graph-legend">
      <li>
        {count(states)} states, {count(edges)} steps. Each row is one step later. Click a state to show it.
      </li>
      {(Object.keys(meanings) as Standing[])
        .filter((standing) => standings.has(standing))
        .map((standing) => (
          <li key={standing}>
            <span class={`graph-dot ${standing}`} /> {meanings[standing]}
          </li>
        ))}
    </ul>
  );
}
