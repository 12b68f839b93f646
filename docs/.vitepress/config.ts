/**
 * The site: docs/ by VitePress, with the page of web/ below /play (`npm run docs:site`).
 *
 * Documents are written for GitHub first: a folder's page is its README.md, and links may leave docs/. The site turns
 * the first into index pages, and the second into links to REPOSITORY_URL, or into plain text where that is not set.
 * SITE_BASE is the path below which the site is served.
 */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme, type MarkdownOptions } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));
const repository = process.env['REPOSITORY_URL'];

const titleOf = (file: string): string =>
  /^# (.*)$/m.exec(readFileSync(join(docs, file), 'utf8'))![1]!.replaceAll(/`|\s*\(.*\/.*\)$/g, '');

/** The pages of a folder but for its README. */
function pagesOf(folder: string, titled: (name: string) => string = titleOf): DefaultTheme.SidebarItem[] {
  const names = readdirSync(join(docs, folder)).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  return inOrder(names).map((name) => ({ text: titled(`${folder}/${name}`), link: `/${folder}/${name}` }));
}

/** A guide is read in this order; other folders have their pages by name. */
const first = ['writing-a-model.md', 'reading-a-trace.md'];

const placeOf = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);

const inOrder = (names: readonly string[]) =>
  [...names].sort((a, b) => (placeOf(a) === placeOf(b) ? a.localeCompare(b) : placeOf(a) - placeOf(b)));

const section = (
  text: string,
  folder: string,
  items: DefaultTheme.SidebarItem[] = pagesOf(folder),
  collapsed = true,
): DefaultTheme.SidebarItem => ({ text, link: `/${folder}/`, items, collapsed });

const nameOf = (file: string): string => file.replace(/^.*\/|\.md$/g, '');

type Plugin = NonNullable<MarkdownOptions['config']>;

/** Links as a site needs them. */
const siteLinks: Plugin = (md) => {
  md.core.ruler.push('site-links', ({ tokens, env }: { tokens: Token[]; env: { path: string } }) => {
    for (const { children } of tokens) {
      let isPlain = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = siteLink(token.attrGet('href')!, dirname(env.path));
          isPlain = href === null;
          if (href !== null) token.attrSet('href', href);
        }
        if (isPlain && (token.type === 'link_open' || token.type === 'link_close')) {
          isPlain = token.type === 'link_open';
          token.type = 'text';
          token.content = '';
        }
      }
    }
  });
};

interface Token {
  type: string;
  content: string;
  readonly children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** Null for a file outside of docs/ where no repository is known. */
function siteLink(href: string, folder: string): string | null {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const file = relative(docs, resolve(folder, path));
  if (file.startsWith('..'))
    return repository === undefined ? null : `${repository}/blob/main/${file.replace(/^(\.\.\/)+/, '')}`;
  const page = path.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\/$/, '/index.md');
  return anchor === undefined ? page : `${page}#${anchor}`;
}

export default defineConfig({
  title: 'racewalk',
  description: 'A model checker for memory-management protocols of a kernel',
  base: process.env['SITE_BASE'] ?? '/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  outDir: '../dist/site',
  cacheDir: '../dist/.vitepress',
  rewrites: (id) => id.replace(/(^|\/)README\.md$/, '$1index.md'),
  markdown: { config: siteLinks, theme: { light: 'github-light', dark: 'github-dark' } },
  // The schemas are files of their own.
  ignoreDeadLinks: [/\.schema\.json$/],
  buildEnd({ outDir }) {
    for (const name of readdirSync(join(docs, 'reference')).filter((name) => name.endsWith('.json')))
      cpSync(join(docs, 'reference', name), join(outDir, 'reference', name));
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide/writing-a-model.md' },
      { text: 'Races', link: '/races/' },
      { text: 'Reference', link: '/reference/cli.md' },
      { text: 'Why believe it', link: '/soundness/' },
      // No page of this site, but another program below it.
      { text: 'Play', link: '/play/', target: '_self' },
    ],
    sidebar: [
      { text: 'Map', link: '/' },
      { text: 'Guide', items: pagesOf('guide') },
      section('Races', 'races', pagesOf('races', nameOf)),
      { text: 'Reference', items: [...pagesOf('reference'), ...apiPages()], collapsed: true },
      section('Soundness', 'soundness'),
      section('Internals', 'internals'),
      section('Performance', 'performance', pagesOf('performance/notes')),
      section('Decisions', 'decisions'),
      { text: 'Limitations', link: '/limitations.md' },
    ],
    ...(repository === undefined ? {} : { socialLinks: [{ icon: 'github', link: repository }] }),
  },
});

/** What `npm run docs:api` has written. */
function apiPages(): DefaultTheme.SidebarItem[] {
  return ['racewalk', 'racewalk/checker'].map((name) => ({ text: name, link: `/reference/api/${name}.md` }));
}
