import { argmax, type Edge, type State } from "./state.ts";

/** Which of the moves tried from a state a simulation follows: that of the highest score. `scale` is the highest return so far, or 1. */
export type Selection = (edge: Edge, state: State, scale: number) => number;

/**
 * UCB1 (Kocsis and Szepesvári, Bandit based Monte-Carlo planning, ECML 2006): the mean return, and the more the fewer visits. A share of
 * the mean may be given to the highest return: a search for one best program, unlike a game, may keep the best it has seen.
 */
export function ucb1(exploration: number = 1, highest: number = 0): Selection {
  return (edge, { visits }, scale) => {
    const { tries, worth } = tally(edge, highest);
    return worth / scale + exploration * Math.sqrt(Math.log(Math.max(1, visits)) / tries);
  };
}

/** PUCT (Silver et al., Mastering the game of Go without human knowledge, Nature 550, 2017): curiosity in proportion to the prior. */
export function puct(exploration: number = 1, highest: number = 0): Selection {
  return (edge, { visits }, scale) => {
    const { tries, worth } = tally(edge, highest);
    return worth / scale + (exploration * edge.prior * Math.sqrt(visits)) / (1 + tries);
  };
}

/** A simulation that is under way counts as one that came to nothing, so that the next takes another way. */
function tally(
  { visits, pending, total, highest }: Edge,
  share: number,
): { tries: number; worth: number } {
  const tries = Math.max(1, visits + pending);
  return { tries, worth: share * highest + (1 - share) * (total / tries) };
}

/** How the move that is made is chosen among those tried: the most visited (robust) or that of the highest mean (max child). */
export type Choice = "visits" | "value";

/** The move to make. */
export function choose(state: State, choice: Choice): Edge | undefined {
  const mean = ({ total, visits }: Edge): number => (visits === 0 ? -Infinity : total / visits);
  if (choice === "value") return argmax(state.tried, mean);
  const most = Math.max(...state.tried.map(({ visits }) => visits));
  return argmax(state.tried, (edge) => (edge.visits === most ? mean(edge) : -Infinity));
}
