import { describe, expect, it } from "vitest";
import { addressFromEnvironment } from "../../src/tracking/server-address.ts";

const uri = "https://mlflow.example/prefix/";
const url = "https://mlflow.example/prefix";
const tls = { trust: { type: "system" } };
const from = (more: Record<string, string>, address = uri) =>
  addressFromEnvironment({ MLFLOW_TRACKING_URI: address, ...more });
const loginOf = (more: Record<string, string>, address = uri) => from(more, address)?.login;

describe("the address of an MLflow server", () => {
  it("comes from MLflow's own variables, credentials apart from what is shown", () => {
    expect(from({})).toEqual({ url, tls });
    expect(from({ MLFLOW_WORKSPACE: "team" }, "http://mlflow:5000/?x#y")).toEqual({
      url: "http://mlflow:5000",
      workspace: "team",
    });
    const given = { user: "ada", password: "pässword" };
    const variables = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "pässword" };
    expect(loginOf(variables)).toEqual({ type: "password", ...given, source: "MLFLOW_TRACKING_PASSWORD" });
    expect(loginOf({ ...variables, MLFLOW_TRACKING_TOKEN: "t" })).toMatchObject({ type: "password" });
    expect(loginOf({ MLFLOW_TRACKING_TOKEN: "t", MLFLOW_TRACKING_USERNAME: "ada" })).toEqual({
      type: "token",
      token: "t",
    });
  });

  it.each([
    ["p%40ss", "p@ss"],
    ["100%", "100%"],
    ["a%20b%zz%", "a b%zz%"],
    ["p%C3%A4ss", "päss"],
    ["%ff", "%ff"],
  ])("takes the password %j of an address for %j", (written, password) => {
    const address = `https://ada:${written}@mlflow.example/prefix`;
    expect(from({}, address)?.url).toBe(url);
    expect(loginOf({}, address)).toEqual({ type: "password", user: "ada", password, source: "MLFLOW_TRACKING_URI" });
  });

  it("says whom to trust", () => {
    const trustOf = (more: Record<string, string>) => from(more)?.tls?.trust;
    expect(trustOf({ MLFLOW_TRACKING_INSECURE_TLS: "True" })).toEqual({ type: "anybody" });
    expect(trustOf({ MLFLOW_TRACKING_INSECURE_TLS: "0" })).toEqual({ type: "system" });
    expect(trustOf({ MLFLOW_TRACKING_SERVER_CERT_PATH: "ca.pem" })).toEqual({ type: "file", path: "ca.pem" });
    expect(from({ MLFLOW_TRACKING_CLIENT_CERT_PATH: "me.pem" })?.tls?.clientFile).toBe("me.pem");
  });

  it("is none where no server is named", () => {
    for (const other of [undefined, "", "sqlite:///mlflow.db", "./mlruns", "file:///mlruns", "databricks"]) {
      expect(addressFromEnvironment({ MLFLOW_TRACKING_URI: other })).toBeUndefined();
    }
  });
});
