/** Questions to the GraphQL API, the only source of what the page shows. */

import { useEffect, useState } from "preact/hooks";

import type { TypedDocumentString } from "./queries.ts";

const ADDRESS = "graphql"; // relative: a proxy may serve the page under any path
const KEPT = 200; // answers; going back shows them at once
const FRESH_MS = 60_000; // a server that reloads its sources answers differently afterwards
const RETRIES_WHILE_LOADING = 15;

/** What the API said instead of an answer; `code` is the error's, such as SPEC_SYNTAX. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

interface Body<R> {
  readonly data?: R | null;
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
}

interface Kept {
  readonly at: number;
  readonly answer: Promise<unknown>;
}

const kept = new Map<string, Kept>();

/** Ask once; the same question within a minute has the same answer. Raises `ApiError`. */
export function ask<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const body = bodyOf(document, variables);
  const known = kept.get(body);
  if (known && performance.now() - known.at < FRESH_MS) return known.answer as Promise<R>;
  const answer = answered<R>(body, RETRIES_WHILE_LOADING);
  kept.delete(body);
  kept.set(body, { at: performance.now(), answer });
  answer.catch(() => kept.delete(body)); // a failure is asked again
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return answer;
}

function bodyOf<R, V>(document: TypedDocumentString<R, V>, variables: V): string {
  return JSON.stringify({ query: document.toString(), variables });
}

async function answered<R>(body: string, retries: number): Promise<R> {
  const response = await sent(body);
  if (response.status === 503 && retries > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get("retry-after") ?? 2)));
    return answered(body, retries - 1);
  }
  const { data, errors } = await parsed<R>(response);
  const [error] = errors ?? [];
  if (error) throw new ApiError(error.message, error.extensions?.code ?? "");
  if (!data) throw new ApiError(`The server answered ${response.status} without data.`, "");
  return data;
}

async function sent(body: string): Promise<Response> {
  try {
    const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
    return await fetch(ADDRESS, { method: "POST", headers, body });
  } catch {
    throw new ApiError("The server cannot be reached. Is it running, and is the network there?", "NETWORK");
  }
}

async function parsed<R>(response: Response): Promise<Body<R>> {
  try {
    return (await response.json()) as Body<R>;
  } catch {
    throw new ApiError(`The server answered ${response.status}, and not with JSON.`, "");
  }
}

/** `data` stays the answer before while the next one is awaited: `loading` says so. */
export interface Answer<R> {
  readonly data: R | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly again: () => void;
}

/** The answer to a question; null asks nothing. */
export function useAnswer<R, V>(document: TypedDocumentString<R, V>, variables: V | null): Answer<R> {
  const key = variables === null ? null : bodyOf(document, variables);
  return useLoaded(key, () => ask(document, variables as V));
}

/** What `load` gives, loaded anew where `key` changes; a null key loads nothing. */
export function useLoaded<R>(key: string | null, load: () => Promise<R>): Answer<R> {
  const [state, setState] = useState<{ key: string | null; data?: R; error?: ApiError }>({ key: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === null) return;
    let wanted = true;
    load().then(
      (data) => wanted && setState({ key, data }),
      (error: unknown) =>
        wanted && setState({ key, error: error instanceof ApiError ? error : new ApiError(String(error), "") }),
    );
    return () => {
      wanted = false;
    };
  }, [key, attempt]);
  const again = () => {
    setState({ key: null });
    setAttempt(attempt + 1);
  };
  const loading = key !== null && state.key !== key;
  return { data: key === null ? undefined : state.data, error: loading ? undefined : state.error, loading, again };
}
