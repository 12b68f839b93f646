/** The part of the WebAssembly interface that the engine uses: the same in Node and in browsers. */
declare namespace WebAssembly {
  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;
  function validate(bytes: Uint8Array): boolean;
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Global {
    value: number;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBufferLike;
    /** Returns the former size in pages; throws RangeError when there is no more. */
    grow(pages: number): number;
  }
}
