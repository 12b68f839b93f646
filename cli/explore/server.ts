/** Serves the page to this machine alone: files that were read before anybody asked, a user's module, and its changes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';

export interface Served {
  /** By the path that asks for them. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The user's module as it is now; null where only the models of the project are shown. */
  readonly module: (() => string) | null;
}

export interface ExploreServer {
  /** Such as `http://127.0.0.1:8080/`. */
  readonly address: string;
  /** Tells open pages that the module has changed, and what is wrong with it. */
  readonly changed: (mistake: string | null) => void;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Throws  UsageError when the port cannot be had; 0 is any free one. */
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
    changed: (mistake) => {
      const lines = (mistake ?? '').split('\n').map((line) => `data: ${line}\n`);
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
      reject(new UsageError(`port ${port} cannot be had (${code}): another one, or none, will do`)),
    );
    server.listen(port, host, resolve);
  });

/**
 * The status that refuses a request, or null.
 *
 * A page of another host that has made its name point to this machine still sends its own name along.
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
};

const paths = { module: '/model.js', changes: '/changes' };

function answer(
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
  { files, module }: Served,
  listeners: Set<ServerResponse>,
): void {
  const send = (type: string, body: string | Buffer) =>
    response.writeHead(200, { ...headers, 'content-type': type }).end(body);
  const [path = '/'] = url.split('?', 1);
  if (module !== null && path === paths.module) return void send(types['.js']!, module());
  if (module !== null && path === paths.changes) {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' }).flushHeaders();
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
    return;
  }
  const name = names[path] ?? path;
  const file = files.get(name);
  if (file === undefined) return void response.writeHead(404, headers).end();
  const isPage = name === '/index.html' && module !== null;
  send(types[extname(name)] ?? 'application/octet-stream', isPage ? withModule(file.toString()) : file);
}

/** Addresses that people type. */
const names: Readonly<Record<string, string>> = { '/': '/index.html', '/litmus': '/litmus.html' };

/** The page with the names of the user's module and of its changes. */
const withModule = (page: string) =>
  page.replace(
    '<title>',
    `<meta name="racewalk-model" content="${paths.module}" /><meta name="racewalk-changes" content="${paths.changes}" /><title>`,
  );
