import { parentPort, workerData } from "node:worker_threads";
import { type Failure, FailureError } from "../../base/failure.ts";
import { type PendingMember, unpackMembers } from "./unpack-members.ts";

/** What the thread is started with. Then it takes portions of files (`PendingMember[]`) as messages, one at a time. */
export interface UnpackThreadData {
  readonly archive: string;
  readonly target: string;
}

export type UnpackThreadMessage =
  | { readonly type: "bytes"; readonly bytes: number }
  /** The portion is unpacked. */
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly failure: Failure };

/** Fewer messages than files: the main thread has other things to do than to count. */
const bytesPerMessage = 8 * 1024 * 1024;

const say = (message: UnpackThreadMessage) => parentPort?.postMessage(message);

async function unpackPortion(portion: readonly PendingMember[]): Promise<void> {
  let bytes = 0;
  const tell = () => {
    say({ type: "bytes", bytes });
    bytes = 0;
  };
  try {
    await unpackMembers(portion, {
      ...(workerData as UnpackThreadData),
      onBytes(more) {
        bytes += more;
        if (bytes >= bytesPerMessage) tell();
      },
    });
    tell();
    say({ type: "ready" });
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    say({ type: "failed", failure: error.failure });
  }
}

parentPort?.on("message", unpackPortion);
