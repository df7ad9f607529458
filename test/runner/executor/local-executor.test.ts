import { createLocalExecutor } from "../../../src/runner/executor/local-executor.ts";
import { describeExecutor } from "./executor-contract.ts";

describeExecutor("local", createLocalExecutor);
