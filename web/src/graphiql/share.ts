/** An operation in an address: in the fragment, which no server and no log sees, however long it is. */
export interface Shared {
  readonly query: string;
  readonly variables: string;
  readonly operationName: string;
}

const PARTS = ["query", "variables", "operationName"] as const;

/** The address that opens GraphiQL with the operation. */
export function addressOf(shared: Shared, page: URL): URL {
  const parts = new URLSearchParams(PARTS.filter((part) => shared[part]).map((part) => [part, shared[part]]));
  const address = new URL(page.pathname, page);
  address.hash = parts.toString();
  return address;
}

/** The operation that an address holds, in its fragment or as a GET request of the API; null where it holds none. */
export function sharedIn(address: URL): Shared | null {
  for (const text of [address.hash.slice(1), address.search]) {
    const parts = new URLSearchParams(text);
    const query = parts.get("query");
    if (query) {
      return { query, variables: parts.get("variables") ?? "", operationName: parts.get("operationName") ?? "" };
    }
  }
  return null;
}
