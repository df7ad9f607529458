import type { SourceRange } from "../base/diagnostic.ts";
import type { StageSchemas } from "./stage-schemas.ts";

/** What a node is, for messages about it. */
export interface NodeContext {
  readonly schemas: StageSchemas;
  /** Absent for parts of the document outside its stages. */
  readonly stage?: string;
  /** Keys from the stage (or document) to the node, e.g. `["with"]`. */
  readonly prefix: readonly string[];
  /** Where the key of the node stands: a key missing in the node is reported there. */
  readonly owner: SourceRange;
  /** What to say about a key that the schema does not know, if it is known elsewhere. */
  readonly hintForKey?: (key: string) => string | undefined;
}
