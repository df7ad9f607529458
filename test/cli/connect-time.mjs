// Loaded before `pipe` (NODE_OPTIONS=--import=…): says at the end how long an address of a host may take to answer.
import { getDefaultAutoSelectFamilyAttemptTimeout } from "node:net";

process.once("exit", () => process.stderr.write(`${getDefaultAutoSelectFamilyAttemptTimeout()}\n`));
