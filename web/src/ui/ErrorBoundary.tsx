import { Component, type ComponentChildren } from "preact";

interface Props {
  /** What broke; called once. */
  onError: (error: unknown) => void;
  /** Shown instead from then on. */
  instead: ComponentChildren;
  children: ComponentChildren;
}

/** Where a component that breaks would leave the page blank: shows something else. */
export class ErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ broken: true });
    console.error(error);
    this.props.onError(error);
  }

  override render(): ComponentChildren {
    return this.state.broken ? this.props.instead : this.props.children;
  }
}
