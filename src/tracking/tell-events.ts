import type { RunEvent } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import { applyOperations, type Delivery } from "./apply-operations.ts";
import { checkServer } from "./check-server.ts";
import type { DeliveryState } from "./delivery-state.ts";
import { type KnownRuns, removeDuplicates } from "./known-runs.ts";
import { removeDuplicateModels } from "./log-model.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import { MlflowError } from "./mlflow-error.ts";
import { identityOf, type RunKey } from "./operation.ts";
import { recordRefusal } from "./refusals.ts";
import { translateEvent } from "./translate-event.ts";

/** One delivery of one run to one server. */
export interface Session {
  readonly client: MlflowClient;
  readonly runFolder: string;
  readonly runId: string;
  /** The user's name, as MLflow shows it. */
  readonly user: string;
}

/** Tells some events, and returns how far the server is then; `known` is what it had of them before. */
export async function tellEvents(
  events: readonly RunEvent[],
  { state, known }: { readonly state: DeliveryState; readonly known: KnownRuns | undefined },
  session: Session,
): Promise<DeliveryState> {
  const { client, runFolder } = session;
  const experimentId = await findExperiment(events, state, session);
  const runs = { ...known?.runs, ...state.runs };
  let numRefused = state.numRefused;
  const delivery: Delivery = {
    client,
    experimentId,
    runs,
    // A record's keys are plain texts to the compiler.
    inDoubt: new Set(known ? (Object.keys(runs) as RunKey[]) : []),
    deleted: new Set([...state.deleted, ...(known?.deleted ?? [])]),
    ended: new Set(state.ended),
    mayHaveDuplicates: state.mayHaveDuplicates || known !== undefined,
    refuse: async (refusal) => {
      numRefused += 1;
      await recordRefusal(runFolder, refusal);
    },
  };
  const operations = events.flatMap((event) => translateEvent(event, session));
  await applyOperations(operations, delivery);
  return {
    ...state,
    experimentId,
    runs: delivery.runs,
    ended: [...delivery.ended],
    deleted: [...delivery.deleted],
    numRefused,
    lastAt: events.at(-1)?.at ?? state.lastAt,
    isComplete: events.some(({ type }) => type === "run-finished"),
    mayHaveDuplicates: delivery.mayHaveDuplicates,
  };
}

/** Of the run's first event, which is the first to be told. */
export async function findExperiment(
  events: readonly RunEvent[],
  { experimentId }: DeliveryState,
  { client, runId }: Session,
): Promise<string> {
  if (experimentId !== undefined) return experimentId;
  const start = events.find((event) => event.type === "run-started");
  if (start === undefined) fail("input", `The events of run ${runId} do not begin with its start.`);
  return client.ensureExperiment(start.experiment);
}

/** Before a run counts as told: the server has the earlier parts still, and each stage once. */
export async function settle(before: DeliveryState, told: DeliveryState, { client, runId }: Session): Promise<void> {
  if (before.position > 0 && (await checkServer(client, before)) === "forgotten") {
    throw new MlflowError(404, "RESOURCE_DOES_NOT_EXIST", `${before.server} has forgotten a part of the run`);
  }
  if (!told.mayHaveDuplicates || told.experimentId === undefined) return;
  const { experimentId, runs } = told;
  await removeDuplicates(client, { experimentId, runId, preferred: runs });
  const [identity] = identityOf(runId, "pipeline");
  await removeDuplicateModels(client, { experimentId, identity });
}
