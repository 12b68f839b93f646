/** Modules of Node, which the parser asks for where it runs in Node. */
throw new Error('a browser has no modules of Node');
