import relay from "relay-runtime";

/** Relay's store over one server. */
export function environmentOf(address: string) {
  return new relay.Environment({
    network: relay.Network.create(async ({ text }, variables) => {
      const response = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json" },
        body: JSON.stringify({ query: text, variables }),
      });
      return response.json();
    }),
    store: new relay.Store(new relay.RecordSource()),
  });
}
