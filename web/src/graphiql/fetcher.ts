import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from "@graphiql/toolkit";
import { type ExecutionResult, getOperationAST, parse } from "graphql";

/** What GraphiQL asks through: requests over HTTP, and subscriptions over server-sent events of the same address. */
export function fetcherOf(url: string): Fetcher {
  const ask = createGraphiQLFetcher({ url });
  return (asked, options) => (isSubscription(asked) ? events(url, asked, options?.headers) : ask(asked, options));
}

async function* events(
  url: string,
  { query, variables, operationName }: FetcherParams,
  headers: Record<string, string> = {},
): AsyncGenerator<ExecutionResult> {
  const { createClient } = await import("graphql-sse"); // lazily: most people only ask
  const client = createClient({ url, headers, retryAttempts: 0 });
  try {
    yield* client.iterate({
      query,
      variables: variables as Record<string, unknown>,
      ...(operationName ? { operationName } : {}),
    });
  } finally {
    client.dispose();
  }
}

function isSubscription({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    return false; // what is no GraphQL, the server says
  }
}
