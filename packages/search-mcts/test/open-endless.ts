/** A module whose session never opens. */
export default function open(): never {
  for (;;);
}
