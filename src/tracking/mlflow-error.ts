/** A call that the server did not carry out, or of which it is not known whether it did. */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** MLflow's own, e.g. `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string;
  /** How long the server wants to be left alone, if it says so. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** The run is not there, or was deleted; what was told of it before is in doubt. */
  get hasLostRun(): boolean {
    if (this.status === 404) return this.code === "RESOURCE_DOES_NOT_EXIST";
    return this.status === 400 && /must be in the 'active' state/.test(this.message);
  }

  /** Another try may go through: no answer, overload, a fault of the server, a proxy that has lost it. */
  get isPassing(): boolean {
    if (/^(CERTIFICATE_NOT_TRUSTED|CERTIFICATE_WANTED|NO_TLS)$/.test(this.code)) return false;
    return (
      this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500 || this.code === "NO_MLFLOW"
    );
  }
}
