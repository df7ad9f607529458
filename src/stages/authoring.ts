import type { StageKind } from "./stage-kind.ts";

/** What stage kinds of users are written with: `import { fail, type OwnStageKind } from "pipe/stage"`. */
export { FailureError, fail } from "../base/failure.ts";
export type { StageContext, StageInputArtifact } from "./stage-kind.ts";

/** What the file that `uses: ./stages/crop.ts` names exports as its default. `With` is what its schema describes. */
export type OwnStageKind<With> = Pick<StageKind<With>, "run">;
