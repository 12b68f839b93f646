/** A check as a self-contained HTML page: interactive, and readable without scripts. */
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { exportedTrace } from '../../checker/export/trace/exported-trace.ts';
import { toSvg } from '../../checker/export/trace/lanes-svg.ts';
import { element, escapeXml } from '../../checker/export/xml.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import { placeOfReport, type EmbeddedReport } from '../../web/src/check/embedded-report.ts';
import { flattened } from '../../web/src/check/shared-json.ts';
import { plainOutcome } from '../../web/src/check/messages.ts';
import { originOf, reportText, verdictLine, type Report } from './check-text.ts';
import { reportPage } from './page-files.ts';
import { writeWhole } from '../terminal/write-file.ts';

/**
 * Writes the page; for arm64, which the page cannot run, only the text and the picture.
 *
 * Throws  OutputError when the file cannot be written.
 */
export async function writeHtml(report: Report, path: string): Promise<void> {
  const { machine } = report.system.model;
  writeWhole(path, machine === undefined ? htmlOf(report, await reportPage()) : stillPage(report));
}

function stillPage(report: Report): string {
  const title = element('title', {}, escapeXml(plain(verdictLine(report))));
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8" />${title}</head><body>${still(report)}</body></html>\n`;
}

/** The built page with the report in its place. */
export function htmlOf(report: Report, page: string): string {
  const place = new RegExp(`<script type="application/json" id="${placeOfReport}">.*?</script>`, 's');
  if (!place.test(page))
    throw new Error('the built page has no report element: rebuild it with "npm run site"');
  const title = plain(verdictLine(report));
  return page
    .replace(place, () => element('script', { type: 'application/gzip', id: placeOfReport }, packed(report)))
    .replace(/<title>.*?<\/title>/s, () => element('title', {}, escapeXml(title)))
    .replace('<body>', () => `<body>\n${withoutScripts(report)}`);
}

function embedded({ source, chosen, system, outcome, seconds }: Report): EmbeddedReport {
  return {
    format: 'racewalk-report',
    version: 1,
    summary: source.definition.summary,
    options: withFallbacks(source.definition.options, chosen),
    model: system.model,
    outcome: plainOutcome(outcome),
    seconds,
  };
}

/** The compressed report: models with a memory model are repetitive, and mails must be small. */
const packed = (report: Report) => gzipSync(flattened(embedded(report)), { level: 9 }).toString('base64');

/** The content without scripts. */
const withoutScripts = (report: Report) => element('noscript', {}, still(report));

/** The text and the picture. */
function still(report: Report): string {
  const { system, outcome, trace } = report;
  const text = element('pre', {}, escapeXml(plain(reportText(report, 100))));
  const picture =
    trace === null || trace.steps.length === 0
      ? ''
      : toSvg(exportedTrace(system, outcome, trace, originOf(report)));
  return text + picture;
}

const plain = stripVTControlCharacters;
