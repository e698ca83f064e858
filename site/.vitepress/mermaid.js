/** A plugin of markdown-it: a block of Mermaid is drawn by theme/Mermaid.vue. */
export function mermaidBlocks(md) {
  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, index, ...more) =>
    tokens[index].info.trim() === 'mermaid'
      ? `<Mermaid text="${encodeURIComponent(tokens[index].content)}" />`
      : fence(tokens, index, ...more)
}
