/** Standard output for much text. */

/** Writes text, and waits while the reader is slower. */
export type Write = (text: string) => Promise<void>;

export const toStandardOutput: Write = (text) =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
