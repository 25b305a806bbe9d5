/** Two steps that make the word longer, before it can fall to nothing. */
export const detour = [
  { name: "wrap", from: "ab", to: "cabc", growing: true },
  { name: "open", from: "cab", to: "aa", growing: true },
  { name: "close", from: "aac", to: "", growing: true },
];
export const distractions = Array.from({ length: 6 }, (_, i) => ({
  name: `distraction-${i}`,
  from: "a",
  to: `a${i}`,
  growing: true,
}));
