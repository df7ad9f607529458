import { describe, expect, it } from "vitest";
import { addressFromEnvironment } from "../../src/tracking/server-address.ts";

const authorize = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });

describe("the address of an MLflow server", () => {
  it("comes from MLflow's own variables, credentials apart from what is shown", () => {
    const uri = "https://mlflow.example/prefix/";
    const url = "https://mlflow.example/prefix";
    const from = (more: Record<string, string>, address = uri) =>
      addressFromEnvironment({ MLFLOW_TRACKING_URI: address, ...more });
    expect(from({})).toEqual({ url, headers: {} });
    expect(from({ MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "pässword" })).toEqual({
      url,
      headers: authorize("ada:pässword"),
    });
    expect(from({}, "https://ada:p%40ss@mlflow.example/prefix")).toEqual({ url, headers: authorize("ada:p@ss") });
    expect(from({ MLFLOW_TRACKING_TOKEN: "token" })).toEqual({ url, headers: { authorization: "Bearer token" } });
    expect(from({ MLFLOW_WORKSPACE: "team" })).toEqual({ url, headers: { "x-mlflow-workspace": "team" } });
  });

  it("is none where no server is named", () => {
    for (const uri of [undefined, "", "sqlite:///mlflow.db", "./mlruns", "file:///mlruns", "databricks"]) {
      expect(addressFromEnvironment({ MLFLOW_TRACKING_URI: uri })).toBeUndefined();
    }
  });
});
