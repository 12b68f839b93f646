/** Why a file cannot be read, in words. */

const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
};

/** The cause by the system's word for it. */
export const whyUnreadable = (code = 'unknown'): string => causes[code] ?? `it cannot be read (${code})`;
