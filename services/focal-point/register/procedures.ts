import { exportPage } from "./export-register.ts";
import { takePortion } from "./portion-procedures.ts";
import {
  beginUpload,
  cancelUpload,
  closeUpload,
  endPass,
  forgetSeen,
  listRejects,
  listUploads,
  loadUpload,
  openUploads,
  refuseUpload,
} from "./upload-procedures.ts";

/** What a store does for imports and exports of a register. */
export const REGISTER_IMPORT_PROCEDURES = {
  beginUpload,
  cancelUpload,
  closeUpload,
  endPass,
  exportPage,
  forgetSeen,
  listRejects,
  listUploads,
  loadUpload,
  openUploads,
  refuseRegisterUpload: refuseUpload,
  takePortion,
};

/** Those that only read. */
export const REGISTER_IMPORT_READ_ONLY = [
  "exportPage",
  "listRejects",
  "listUploads",
  "loadUpload",
  "openUploads",
] as const satisfies readonly (keyof typeof REGISTER_IMPORT_PROCEDURES)[];
