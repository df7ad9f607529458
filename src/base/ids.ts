declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The name of a stage in a pipeline document: `[A-Za-z_][A-Za-z0-9_-]*`. */
export type StageId = Branded<"StageId">;

/** The name of one execution of a pipeline, e.g. `20261124-083012-quickstart-3f9a`; sorts by time. */
export type RunId = Branded<"RunId">;

/** SHA-256, in hex, of everything that decides a stage's result. */
export type Fingerprint = Branded<"Fingerprint">;

/** SHA-256, in hex, of the content of a file, or of the canonical listing of a folder. */
export type ContentDigest = Branded<"ContentDigest">;
