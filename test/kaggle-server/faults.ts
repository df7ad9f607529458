import type { ServerResponse } from "node:http";

/** Something that goes wrong on the way, as real networks and servers do it. */
export type Fault =
  /** Answers with a status instead of doing anything. */
  | {
      readonly type: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Cuts the connection after so many bytes of the body; for the API: before anything is done. */
  | { readonly type: "drop"; readonly afterBytes?: number }
  /** API only: does what was asked, then cuts the connection instead of answering. */
  | { readonly type: "drop-answer" }
  /** API only: does what was asked, then never answers. */
  | { readonly type: "silence"; readonly onReached: () => void }
  /** Sends so many bytes, then nothing more, with the connection left open. */
  | { readonly type: "stall"; readonly afterBytes: number }
  /** Ends the body early as if that were all, without a length. */
  | { readonly type: "truncate"; readonly afterBytes: number }
  /** Flips a bit of the byte at this place of the file. */
  | { readonly type: "corrupt"; readonly at: number }
  /** Answers 200 with the whole file to a request for a part. */
  | { readonly type: "ignore-range" }
  /** Continues, but with the ETag of another file. */
  | { readonly type: "other-etag" }
  /** Ignores `If-Range`, and starts the part at another place than was asked for. */
  | { readonly type: "shifted-range"; readonly by: number }
  /** Treats the address or the upload as expired. */
  | { readonly type: "expire" };

/** `download`: the storage's GET; `upload`: its PUT; anything else: a method of the API, e.g. `CreateSubmission`. */
export type FaultPlace = "download" | "upload" | (string & {});

/** Faults that wait for their request. */
export class FaultPlan {
  readonly #waiting: { place: FaultPlace; fault: Fault }[] = [];

  /** Each of the next requests to this place meets one of these faults, in order. */
  inject(place: FaultPlace, ...faults: Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ place, fault })));
  }

  take(place: FaultPlace): Fault | undefined {
    const index = this.#waiting.findIndex((entry) => entry.place === place);
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0]?.fault;
  }

  /** How many faults have not met a request. */
  get numWaiting(): number {
    return this.#waiting.length;
  }
}

/** Acts out the faults that need no file; true when the request is done with. */
export function actOut(fault: Fault | undefined, response: ServerResponse): boolean {
  if (fault?.type === "status") {
    response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
    response.end(fault.body ?? JSON.stringify({ code: fault.status, message: "injected fault" }));
    return true;
  }
  if (fault?.type === "drop" && fault.afterBytes === undefined) {
    response.socket?.destroy();
    return true;
  }
  return false;
}
