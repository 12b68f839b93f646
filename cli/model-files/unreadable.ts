/** Why a file cannot be read, in words. */

const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOENT: 'no such file',
  ENOTDIR: 'a component of the path is not a directory',
};

/** The cause by error code. */
export const whyUnreadable = (code = 'unknown'): string => causes[code] ?? `cannot be read (${code})`;
