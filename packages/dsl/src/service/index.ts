/**
 * What an editor asks of a rule file: pure functions over analysed files and offsets, whatever the editor and its protocol.
 *
 * @module
 */
export { type Action, actionsAt, mendAll } from "./actions.ts";
export { Analysis, analyse } from "./analysis.ts";
export { type Coloured, colours, type Role } from "./colours.ts";
export { diagnosticsOf } from "./complaints.ts";
export { type Completion, completionsAt, type Hole } from "./completion.ts";
export { contents, type Entry } from "./contents.ts";
export { definitionAt, type Target } from "./definition.ts";
export { type Fold, folds } from "./folding.ts";
export { type Block, type Hover, hover } from "./hover.ts";
export { type InlayHint, inlayHints } from "./inlay.ts";
export { layoutChanges } from "./layout-edits.ts";
export { highlightsAt, type Reference, referencesAt, sharedBy } from "./references.ts";
export { rename, renameable } from "./rename.ts";
export { type SignatureHelp, signatureAt } from "./signature-help.ts";
