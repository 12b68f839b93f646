/** Serves the page on localhost: preloaded files, a user's file, and change events. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';

export interface Served {
  /** By URL path. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Null: only built-in models. */
  readonly own: OwnFile | null;
}

/** The user's file as the page reads it: a module, or a protocol in C. */
export interface OwnFile {
  readonly path: string;
  readonly content: () => string;
}

export interface ExploreServer {
  /** Such as `http://127.0.0.1:8080/`. */
  readonly address: string;
  /** Notifies open pages of a changed file and its error. */
  readonly changed: (error: string | null) => void;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Throws  UsageError if the port is not available; 0: any free port. */
export async function exploreServer(served: Served, port: number): Promise<ExploreServer> {
  const listeners = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const refusal = refused(request, server);
    if (refusal === null) answer(request, response, served, listeners);
    else response.writeHead(refusal, headers).end();
  });
  await listening(server, port);
  return {
    address: `http://${host}:${portOf(server)}/`,
    changed: (error) => {
      const lines = (error ?? '').split('\n').map((line) => `data: ${line}\n`);
      for (const listener of listeners) listener.write(`${lines.join('')}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const listener of listeners) listener.end();
        server.closeAllConnections();
      }),
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

const listening = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new UsageError(`cannot listen on port ${port} (${code}): choose another --port, or omit it`)),
    );
    server.listen(port, host, resolve);
  });

/**
 * The status that refuses a request, or null.
 *
 * Guards against DNS rebinding: the Host header of a foreign page names another host.
 */
function refused({ method, headers: { host: asked } }: IncomingMessage, server: Server): number | null {
  const port = portOf(server);
  if (asked !== `${host}:${port}` && asked !== `localhost:${port}`) return 421;
  return method === 'GET' ? null : 405;
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.c': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

const changes = '/changes';

function answer(
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
  { files, own }: Served,
  listeners: Set<ServerResponse>,
): void {
  const send = (type: string, body: string | Buffer) =>
    response.writeHead(200, { ...headers, 'content-type': type }).end(body);
  const [path = '/'] = url.split('?', 1);
  if (own !== null && path === own.path) return void send(types[extname(path)]!, own.content());
  if (own !== null && path === changes) {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' }).flushHeaders();
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
    return;
  }
  const name = names[path] ?? path;
  const file = files.get(name);
  if (file === undefined) return void response.writeHead(404, headers).end();
  const isPage = name === '/index.html' && own !== null;
  send(
    types[extname(name)] ?? 'application/octet-stream',
    isPage ? withOwnFile(file.toString(), own.path) : file,
  );
}

/** Short addresses. */
const names: Readonly<Record<string, string>> = {
  '/': '/index.html',
  '/litmus': '/litmus.html',
  '/races': '/races.html',
};

/** The page with the URLs of the user's file and its change events. */
const withOwnFile = (page: string, path: string) =>
  page.replace(
    '<title>',
    () =>
      `<meta name="racewalk-model" content="${path}" /><meta name="racewalk-changes" content="${changes}" /><title>`,
  );
