/** An execution of a litmus test for Graphviz: one cluster for each process, the forbidden cycle in red. */
import { edgesShown, type DrawnExecution, type Picture } from '../../litmus/lkmm/picture.ts';

export function executionDot(picture: Picture, title: string): string {
  const { drawn, columns } = picture;
  const edges = edgesShown(picture);
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const node = ({ event, name, does, column }: DrawnExecution) =>
    `e${event.id} [label=${quoted(column < 0 ? name : `${name}: ${does}`)}, tooltip=${quoted(event.text)}];`;
  return [
    `digraph ${quoted(title)} {`,
    `  label=${quoted(title)}; labelloc=t; splines=true; newrank=true;`,
    '  node [shape=box, fontname="monospace", fontsize=10];',
    '  edge [fontname="monospace", fontsize=9];',
    ...drawn.filter(({ column, event }) => column < 0 && used.has(event.id)).map((one) => `  ${node(one)}`),
    ...columns.flatMap((name, column) => {
      const own = drawn.filter((one) => one.column === column).sort((a, b) => a.row - b.row);
      const order = own.map(({ event }) => `e${event.id}`).join(' -> ');
      return [
        `  subgraph cluster_${column} {`,
        `    label=${quoted(name)};`,
        ...own.map((one) => `    ${node(one)}`),
        ...(own.length > 1 ? [`    ${order} [color=gray, arrowhead=none, weight=9];`] : []),
        '  }',
      ];
    }),
    ...edges.map(({ from, to, label, isForbidden }) => {
      const look = isForbidden
        ? 'color=red, fontcolor=red, penwidth=2.5'
        : `color=${colours[label] ?? 'purple'}`;
      return `  e${from} -> e${to} [label=${quoted(label)}, ${look}, constraint=false];`;
    }),
    '}',
  ].join('\n');
}

const colours: Readonly<Record<string, string>> = {
  rf: 'darkgreen',
  rfe: 'darkgreen',
  fr: 'orange',
  co: 'blue',
};

const quoted = (text: string) =>
  `"${text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
