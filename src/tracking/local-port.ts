import { createServer } from "node:net";
import { errorCode } from "../util/error-code.ts";

/** Whether a server could listen on a port of 127.0.0.1; 0 means any. */
export type PortTrial =
  | { readonly type: "free"; readonly port: number }
  /** e.g. `EADDRINUSE`. */
  | { readonly type: "closed"; readonly reason: string };

export function tryPort(port: number): Promise<PortTrial> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve({ type: "closed", reason: errorCode(error) ?? error.message }));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve({ type: "free", port: found }));
    });
  });
}
