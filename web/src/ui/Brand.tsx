import type { JSX } from "preact";
import "./Brand.css";
import mark from "./icon.svg";

/** The product's mark and name. */
export function Brand(): JSX.Element {
  return (
    <p class="brand">
      <img src={mark} alt="" width="32" height="32" />
      Parlour
    </p>
  );
}
