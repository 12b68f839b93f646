/**
 * `racewalk prove` and `racewalk verify` as their users run them.
 *
 * @module-tag process
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { certificateFile } from '../../cli/prove/certificate-schema.ts';
import { proveOutput } from '../../cli/prove/schema.ts';
import { folder, racewalk } from './run.ts';

describe.concurrent('prove', () => {
  test('a proof for any number exits with 0 and names the options', async () => {
    const { code, out } = await racewalk(['prove', 'reclaim-vs-mprotect/flush-pending']);
    expect(code).toBe(0);
    expect(out).toContain('reclaim-vs-mprotect: holds for any number of user CPUs\n');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('what a small number refutes exits with 1 and its trace', async () => {
    const { code, out } = await racewalk(['prove', 'gup-fast-vs-collapse/email', '--json']);
    const result = proveOutput.parse(JSON.parse(out));
    expect(code).toBe(1);
    expect(result).toMatchObject({ kind: 'prove', verdict: 'violated', refutedAt: { cpus: 1 }, proofs: [] });
  });

  test('mutual exclusion is not proved: exit code 3, with the line and the local', async () => {
    const { code, out } = await racewalk(['prove', 'szymanski', '--quiet']);
    expect(code).toBe(3);
    expect(out).toMatch(
      /^szymanski: not proved for any number of processes: local 'j' of 'process' .*\(line \d+ '/,
    );
  });

  test('arm64 is refused', async () => {
    const { code, out } = await racewalk(['prove', 'reclaim-vs-mprotect/flush-pending', '--memory', 'arm64']);
    expect(code).toBe(3);
    expect(out).toContain('not proved');
    expect(out).toContain("not of the memory model 'arm64'");
  });

  test('--any, and a number of the same, contradict each other', async () => {
    const { code, err } = await racewalk(['prove', 'gup-fast-vs-collapse', '--any', 'cpus', '--cpus', '2']);
    expect(code).toBe(2);
    expect(err).toContain('cannot be combined');
  });

  test('a certificate is verified, and without one of its views it is not', async () => {
    const path = join(folder, 'certificate.json');
    const proved = await racewalk(['prove', 'pmdp-invalidate-vs-dirty/exchange', '--certificate', path]);
    expect(proved.code).toBe(0);
    const verified = await racewalk(['verify', path]);
    expect(verified.out).toContain('verified for any number of cpus');
    expect(verified.code).toBe(0);
    const certificate = certificateFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    const sets = certificate.proofs.map((set) => ({ ...set, options: { ...set.options, memory: 'arm64' } }));
    const options = { ...certificate.options, memory: 'arm64' };
    writeFileSync(path, JSON.stringify({ ...certificate, options, proofs: sets }));
    expect(await racewalk(['verify', path])).toMatchObject({ code: 1 });
    const proofs = certificate.proofs.map((set) => ({ ...set, views: set.views.slice(1) }));
    writeFileSync(path, JSON.stringify({ ...certificate, proofs }));
    const refused = await racewalk(['verify', path]);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('not a proof');
  });

  test('a certificate that cannot be written exits with 4, before the proof', async () => {
    const { code, err } = await racewalk(['prove', 'dekker', '--certificate', '/nowhere/certificate.json']);
    expect(code).toBe(4);
    expect(err).toBe('racewalk: cannot write /nowhere/certificate.json: its directory does not exist\n');
  });

  test('without a proof no certificate is written, and a message says why', async () => {
    const path = join(folder, 'none.json');
    const { code, err } = await racewalk(['prove', 'gup-fast-vs-collapse/email', '--certificate', path]);
    expect(code).toBe(1);
    expect(err).toContain(`no proof: no certificate written to ${path}`);
    expect(existsSync(path)).toBe(false);
  });

  test('a file that is no certificate is wrong use', async () => {
    const { code, err } = await racewalk(['verify', 'package.json']);
    expect(code).toBe(2);
    expect(err).toContain('package.json');
  });

  test('--all proves what a model declares', async () => {
    const { code, out } = await racewalk(['prove', 'zap-vs-writeback', '--all', '--json']);
    expect(code).toBe(0);
    const result = proveOutput.parse(JSON.parse(out));
    expect(result.kind === 'all' && result.scenarios.length).toBeGreaterThan(2);
  });
});
