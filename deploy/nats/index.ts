export { type MadeLeaf, makeLeaf } from "./leaf-folder.ts";
