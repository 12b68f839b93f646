/**
 * `npm run bench`: racewalk against Spin and against native C, side by side; `--quick --json` in about two minutes;
 * `--write` puts what it measured into docs/performance.
 */
import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { engine, racewalkCheck, spinSettings, tunedSpin } from './contender.ts';
import { machineOf } from './machine.ts';
import {
  figure,
  growthTable,
  machineLine,
  publishedTable,
  throughputTable,
  verdictTable,
  waitingTable,
  type GrowthRow,
  type PublishedRow,
} from './report.ts';
import { writePages } from './pages.ts';
import { timesAsFast, type Comparison } from './side-by-side.ts';
import { argumentsOf } from './subject.ts';
import { growth, oneWordSubject, published, quickSubject, repaired, throughputSubjects } from './subjects.ts';
import { compareThroughput, findTools, type Tools } from './throughput.ts';
import {
  against,
  besideSpin,
  bestOfSpin,
  ownVerdict,
  speedupOfTwo,
  type Speedup,
  type VerdictComparison,
} from './verdict.ts';
import { waitingTimes, type Waiting } from './waiting.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
});
if (flags.quick === true && flags.write === true) {
  console.error('bench: --write needs the full run, and --quick measures one model');
  process.exit(2);
}

interface Results {
  readonly throughput: readonly Comparison[];
  readonly verdicts: readonly VerdictComparison[];
  readonly growth: readonly GrowthRow[];
  readonly published: readonly PublishedRow[];
  readonly speedup: Speedup | null;
  readonly waiting: Waiting;
}

/** Whether there is room for what Spin needs for the main model with 5 CPUs: 22 million states. */
const isRoomForFive = () => freemem() > 6 * 2 ** 30;

/** About how many states Spin has to store, by CPUs; with more than five there is no room for them. */
const spinStates: Readonly<Record<number, number>> = { 3: 2 ** 16, 4: 2 ** 20, 5: 2 ** 25 };

/** The time limit of Spin in the quick form: it takes more than a minute for five CPUs. */
const quickSeconds = 28;

/** Spin's search for the verdict runs beside the comparison of throughput, whose contenders it disturbs alike. */
async function quick(tools: Tools): Promise<Results> {
  const five = repaired(5, 2);
  const limits = { states: spinStates[5]!, seconds: quickSeconds };
  const spin = tools.spin && isRoomForFive() ? besideSpin(five, tunedSpin, limits) : null;
  const throughput = [compareThroughput(quickSubject, tools, { most: 3, ofSpin: 1, until: 34_000 })];
  const own = ownVerdict(five, 10);
  const best = await spin;
  return {
    throughput,
    verdicts: own === null ? [] : [against(own, best)],
    growth: [],
    published: [],
    speedup: await speedupOfTwo(quickSubject, { most: 3, until: 39_000 }),
    waiting: waitingTimes(60),
  };
}

async function full(tools: Tools): Promise<Results> {
  const rounds = { most: 3, ofSpin: 3, until: Infinity };
  const throughput = throughputSubjects.map((subject) => compareThroughput(subject, tools, rounds));
  const verdicts = [3, 4, 5, 6, 8].flatMap((cpus) => {
    const subject = repaired(cpus, 2);
    const states = spinStates[cpus];
    const own = ownVerdict(subject, 60);
    if (own === null) return [];
    const isPossible = tools.spin && states !== undefined && (cpus < 5 || isRoomForFive());
    return against(own, isPossible ? bestOfSpin(subject, spinSettings, { states }) : null);
  });
  return {
    throughput,
    verdicts,
    growth: growth.map(growthRow),
    published: published.map((one) => ({ ...one, run: engine(one.subject).run() })),
    speedup: await speedupOfTwo(quickSubject, { most: 5, until: Infinity }),
    waiting: waitingTimes(300),
  };
}

function growthRow([cpus, ptes]: readonly [number, number]): GrowthRow {
  const subject = repaired(cpus, ptes);
  const unreduced = cpus <= 5;
  return {
    cpus,
    ptes,
    reduced: racewalkCheck(argumentsOf(subject), 30),
    full: unreduced ? engine(subject).run() : null,
  };
}

/** What the quick form promises; null is explained under `missing`. */
function summary({ throughput, verdicts, published: instances, speedup, waiting }: Results, tools: Tools) {
  const [first] = throughput as readonly [Comparison, ...Comparison[]];
  const own = first.lines[0]!.runs[0]!;
  const narrow = engine(oneWordSubject).run();
  const verdict = verdicts.findLast(({ spin }) => spin !== null) ?? null;
  const reasons = [
    tools.spin ? [] : ['throughputVsSpin: spin or gcc is not installed'],
    tools.gcc ? [] : ['throughputVsC: gcc is not installed'],
    verdict === null ? ['verdictVsSpin: no Spin, no room for it, or racewalk check came to no verdict'] : [],
    speedup === null ? ['speedupTwoWorkers: racewalk check came to no verdict in time'] : [],
    Object.entries(waiting).flatMap(([key, value]) => (value === null ? [`${key}: no verdict in time`] : [])),
  ];
  return {
    throughputVsSpin: timesAsFast(first, 'Spin'),
    throughputVsC: timesAsFast(first, 'native C'),
    verdictVsSpin: verdict?.timesAsFast ?? null,
    /** Spin was ended before it came to a verdict: the factor is larger. */
    verdictVsSpinIsAtLeast: verdict?.spin?.cut ?? false,
    /** Of states that fit into 64 bits. */
    bytesPerState: narrow.bytes / narrow.states,
    bytesPerWideState: own.bytes / own.states,
    speedupTwoWorkers: speedup?.workers ?? null,
    /** An upper estimate of what two workers can reach on this machine. */
    speedupTwoSearches: speedup?.searches ?? null,
    ...waiting,
    missing: reasons.flat(),
    countsAgree:
      throughput.every(({ agree }) => agree) && instances.every(({ states, run }) => run.states === states),
  };
}

const tools = findTools();
const machine = machineOf(tools);
const results = await (flags.quick === true ? quick(tools) : full(tools));
const short = summary(results, tools);
if (flags.json === true) console.log(JSON.stringify({ ...short, machine, ...results }, null, 2));
else {
  const sections = [
    machineLine(machine),
    `**Throughput**, all states, one core\n\n${throughputTable(results.throughput)}`,
    `**Time to verdict**\n\n${verdictTable(results.verdicts)}`,
    ...(results.growth.length === 0 ? [] : [`**Growth**\n\n${growthTable(results.growth)}`]),
    ...(results.published.length === 0
      ? []
      : [`**Published counts**\n\n${publishedTable(results.published)}`]),
    `Two workers against one: ${figure(short.speedupTwoWorkers, 2)}. ` +
      `Two searches side by side, which share nothing: ${figure(short.speedupTwoSearches, 2)}.`,
    `**Waiting**\n\n${waitingTable(results.waiting)}`,
    ...short.missing.map((reason) => `Missing: ${reason}.`),
  ];
  console.log(sections.join('\n\n'));
}
if (flags.write === true && short.countsAgree) writePages(results, machine);
if (!short.countsAgree) {
  console.error('bench: racewalk, Spin, native C and BEEM do not count the same states and transitions');
  process.exitCode = 1;
}
