/** Names for screen readers, where GraphiQL's own parts have none or one that hides what is written on them. */
export function nameParts(root: Element): void {
  const name = () => {
    for (const select of root.querySelectorAll(".graphiql-explorer-root select:not([aria-label])")) {
      select.setAttribute("aria-label", "Kind of the new operation");
    }
    for (const item of root.querySelectorAll(".graphiql-history-item-label[aria-label]")) {
      item.removeAttribute("aria-label"); // "Set active" on every one: what is written is the operation
    }
  };
  new MutationObserver(name).observe(root, { childList: true, subtree: true });
}
