import type { ComponentChildren, JSX } from "preact";

interface Props {
  /** What it is about, for screen readers; it has a heading above it for the eye. */
  caption: string;
  columns: readonly string[];
  /** The first cell of each is its heading. */
  rows: readonly (readonly [key: string, cells: readonly ComponentChildren[]])[];
}

/** Figures in rows; wider than the screen, it scrolls by itself, by keys, too. */
export function Table({ caption, columns, rows }: Props): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section class="figures" tabIndex={0} aria-label={caption}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, [head, ...cells]]) => (
            <tr key={key}>
              <th scope="row">{head}</th>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
