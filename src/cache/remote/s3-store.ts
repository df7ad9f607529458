import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { fail } from "../../base/failure.ts";
import type { RemoteStore } from "./remote-store.ts";

/** Where objects lie, and with which right. */
export interface S3Place {
  readonly bucket: string;
  /** Before each key; empty, or ending in `/`. */
  readonly prefix: string;
  /** Absent for Amazon's own. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Larger objects go up in parts of this size, of which S3 takes 10,000: up to 640 GB. */
const partBytes = 64 * 1024 * 1024;

/**
 * Reads `s3://bucket/prefix` and the variables that all programs for S3 know. Only they give credentials: no file is looked
 * for, and no server of the machine asked. Throws `FailureError` when something is missing.
 */
export function locateS3(address: string, environment: Readonly<Record<string, string | undefined>>): S3Place {
  const [, bucket, path = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined)
    fail("configuration", `${address} names no bucket.`, "Write s3://BUCKET or s3://BUCKET/PREFIX.");
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    fail(
      "configuration",
      `There are no credentials for ${address}.`,
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.",
    );
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] || environment["AWS_ENDPOINT_URL"];
  const prefix = path.replace(/\/+$/, "");
  return {
    bucket,
    prefix: prefix === "" ? "" : `${prefix}/`,
    ...(endpoint && { endpoint }),
    region: environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "us-east-1",
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
  };
}

/** Objects in a bucket of Amazon S3 or of a server that speaks like it. */
export function createS3Store({ bucket, prefix, endpoint, region, credentials }: S3Place): RemoteStore {
  const client = new S3Client({
    region,
    credentials,
    // Servers other than Amazon's seldom have a name for each bucket, and do not know its newer checksums.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 3,
  });
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + key });
  return {
    name: `s3://${bucket}/${prefix}`,
    async sizeOf(key, abortSignal) {
      try {
        return (await client.send(new HeadObjectCommand(at(key)), { abortSignal })).ContentLength ?? 0;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async read(key, abortSignal) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(key)), { abortSignal });
        // Under Node a body is a readable stream.
        return Body as AsyncIterable<Uint8Array> | undefined;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async write(key, { sizeBytes, pieces }, abortSignal) {
      const parts = collectParts(pieces);
      if (sizeBytes <= partBytes) {
        const { value: Body } = await parts.next();
        await client.send(new PutObjectCommand({ ...at(key), Body: Body ?? new Uint8Array(0) }), { abortSignal });
        return;
      }
      await writeInParts(client, at(key), parts, abortSignal);
    },
  };
}

/** The object appears with the last call; what an upload that broke off has sent is thrown away. */
async function writeInParts(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  parts: AsyncIterable<Uint8Array>,
  abortSignal: AbortSignal,
): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place), { abortSignal });
  const upload = { ...place, UploadId };
  try {
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for await (const Body of parts) {
      const PartNumber = Parts.length + 1;
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }), { abortSignal });
      Parts.push({ ETag, PartNumber });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }), { abortSignal });
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

async function* collectParts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < partBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== "NoSuchBucket";
}
