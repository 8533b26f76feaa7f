import { render } from "preact";

render(
  <main>
    <h1>specgraph</h1>
    <p>
      The API is at <a href="graphql">graphql</a>.
    </p>
  </main>,
  document.getElementById("page")!,
);
